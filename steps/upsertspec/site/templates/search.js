// Search over all pages: every word has to be found; a title counts more than the text.
"use strict";
const MOST = 50;
const field = document.querySelector("main input");
const list = document.getElementById("found");
const count = document.getElementById("count");
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const entries = JSON.parse(document.getElementById("index").textContent).map(
  ([kind, title, url, text]) => ({ kind, title, url, text, inTitle: fold(title), inText: fold(`${title} ${text}`) }));

function score(entry, words) {
  let total = 0;
  for (const word of words) {
    if (!entry.inText.includes(word)) return 0;
    total += entry.inTitle.split(/[^\p{L}\p{N}-]+/u).includes(word) ? 4 : entry.inTitle.includes(word) ? 3 : 1;
  }
  return total;
}

function excerpt(entry, words) {
  const at = Math.max(0, ...words.map((word) => fold(entry.text).indexOf(word)));
  const from = Math.max(0, at - 60);
  return (from ? "…" : "") + entry.text.slice(from, from + 160) + (from + 160 < entry.text.length ? "…" : "");
}

function shown(entry, words) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = entry.url;
  link.textContent = entry.title;
  const kind = document.createElement("span");
  kind.className = "level";
  kind.textContent = entry.kind;
  const text = document.createElement("p");
  text.className = "soft small";
  text.textContent = excerpt(entry, words);
  item.append(link, " ", kind, text);
  return item;
}

function search() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  const found = words.length ? entries.map((entry) => [score(entry, words), entry]).filter(([total]) => total) : [];
  found.sort((a, b) => b[0] - a[0]);
  list.replaceChildren(...found.slice(0, MOST).map(([, entry]) => shown(entry, words)));
  count.textContent = words.length ? `${found.length} found` + (found.length > MOST ? `, the first ${MOST} are shown` : "") : "";
}

field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", search);
field.focus();
search();
