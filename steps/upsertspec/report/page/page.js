// The script of the report: it unpacks the exchanges, filters, and follows links into closed parts.
// Whatever a target sent is put into the page as text only: no innerHTML, and no address from it is followed.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const scenarios = all(".sc");

function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// Text, with what can't be seen (control characters, bidi overrides, broken surrogates) written out.
const UNSEEN = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu;

function written(letter) {
  const code = letter.codePointAt(0);
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\x${code.toString(16).padStart(2, "0")}`;
}

function text(value, className) {
  const pieces = [];
  let from = 0;
  for (const found of value.matchAll(UNSEEN)) {
    if (found.index > from) pieces.push(value.slice(from, found.index));
    pieces.push(make("span", "esc", written(found[0])));
    from = found.index + found[0].length;
  }
  if (from < value.length) pieces.push(value.slice(from));
  return className ? [make("span", className, ...pieces)] : pieces;
}

// JSON, laid out and coloured by its tokens as they came: parsing it would round large numbers and drop double members.
const TOKEN = /("(?:[^"\\]|\\.)*"?)|(-?\d[\d.eE+-]*)|(true|false|null)\b|([{}[\],:])|(\s+)|([^\s"{}[\],:]+)/gsy;
const DEEPEST = 20;

function json(value) {
  const pieces = [];
  let depth = 0;
  let plain = false;
  const line = () => pieces.push("\n" + "  ".repeat(Math.min(Math.max(depth, 0), DEEPEST)));
  TOKEN.lastIndex = 0;
  const tokens = [...value.matchAll(TOKEN)].filter((token, at, list) => token[5] === undefined || (list[at - 1] && list[at - 1][6]));
  tokens.forEach((token, at) => {
    const [whole, string, number, literal, mark, space] = token;
    const next = tokens[at + 1]?.[4];
    if (mark === "{" || mark === "[") {
      pieces.push(mark);
      depth += 1;
      if (next !== "}" && next !== "]") line();
    } else if (mark === "}" || mark === "]") {
      depth -= 1;
      const before = tokens[at - 1]?.[4];
      if (before !== "{" && before !== "[") line();
      pieces.push(mark);
    } else if (mark === ",") {
      pieces.push(mark);
      line();
    } else if (mark === ":") pieces.push(": ");
    else if (string !== undefined) pieces.push(...text(string, next === ":" ? "k" : "s"));
    else if (number !== undefined) pieces.push(...text(number, "n"));
    else if (literal !== undefined) pieces.push(...text(literal, "l"));
    else pieces.push(...text(space === undefined ? whole : " "));
  });
  return pieces;
}

const body = (value) => make("pre", "", ...(/^\s*[{["]/.test(value) ? json(value) : text(value)));

function duration(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return `${(seconds * 1000).toPrecision(3).replace(/\.?0+$/, "")} ms`;
}

// The exchanges: unpacked once, when the first scenario is opened.
let unpacking;

function unpacked() {
  unpacking ??= (async () => {
    const bytes = Uint8Array.from(atob(document.getElementById("exchanges").textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  })();
  return unpacking;
}

function named(row, texts) {
  const say = (number) => (number === null ? null : texts[number]);
  const [step, role, attempt, method, url, asked, sent, status, headers, came, failure, seconds, curl] = row;
  return { step: say(step), role: say(role), attempt, method: say(method), url: say(url), asked: say(asked), sent: say(sent), status,
    headers: say(headers), came: say(came), failure: say(failure), seconds, curl: say(curl) };
}

const path = (url) => url.replace(/^https?:\/\/[^/]*/, "") || "/";

function part(title, headers, content) {
  const made = [make("h6", "", title)];
  if (headers) made.push(make("pre", "headers", ...text(headers)));
  if (content) made.push(body(content));
  return made;
}

function copyButton(line) {
  const button = make("button", "copy", "Copy curl");
  button.type = "button";
  button.dataset.line = line;
  return button;
}

function fill(inside, exchange) {
  if (exchange.curl === null) inside.append(make("p", "small soft", "The curl line is too long for this page; report.json has it."));
  else inside.append(copyButton(exchange.curl));
  inside.append(...part("Request", `${exchange.method} ${exchange.url}\n${exchange.asked ?? ""}`.trimEnd(), exchange.sent));
  if (exchange.failure !== null) inside.append(make("h6", "", "No usable answer"), body(exchange.failure));
  else inside.append(...part("Answer", `${exchange.status}\n${exchange.headers ?? ""}`.trimEnd(), exchange.came));
}

function shownExchange(exchange) {
  const said = exchange.failure === null ? String(exchange.status) : "no answer";
  const address = make("code", "", make("span", "method", ...text(exchange.method)), " ", ...text(path(exchange.url)));
  const facts = `${duration(exchange.seconds)}, ${exchange.role}${exchange.attempt > 1 ? `, attempt ${exchange.attempt}` : ""}`;
  const summary = make("summary", "", address, make("b", "", said), make("span", "soft", ...text(facts)));
  const inside = make("div", "in");
  const made = make("details", "ex", summary, inside);
  made.addEventListener("toggle", () => { if (made.open && !inside.hasChildNodes()) fill(inside, exchange); });
  return made;
}

function telling(exchanges) {
  const writes = exchanges.filter((each) => each.method !== "GET");
  return new Set([writes.at(-1), exchanges.at(-1)]);
}

async function showExchanges(scenario) {
  const place = scenario.querySelector(".exchanges");
  if (!place || place.dataset.shown) return;
  place.dataset.shown = "yes";
  try {
    const { texts, results } = await unpacked();
    const rows = results[Number(scenario.dataset.n)];
    place.append(make("h6", "", rows ? `Exchanges (${rows.length})` : "Exchanges"));
    if (!rows) place.append(make("p", "small soft", "They are left out of this page for its size; report.json has them."));
    const exchanges = (rows ?? []).map((row) => named(row, texts));
    const open = scenario.classList.contains("bad") ? telling(exchanges) : new Set();
    let step = "";
    for (const exchange of exchanges) {
      if (exchange.step && exchange.step !== step) place.append(make("p", "small soft", ...text(exchange.step)));
      step = exchange.step;
      const shown = shownExchange(exchange);
      shown.open = open.has(exchange);
      place.append(shown);
    }
  } catch {
    place.append(make("p", "small soft", "This browser can't unpack the exchanges; they stand in report.json."));
  }
}

// A region that scrolls must be reached by the keyboard. What is closed is looked at when it is opened: to measure it, the
// browser would lay it out.
function reachable(root) {
  for (const region of all(".scroll", root)) {
    if (region.closest("details:not([open])")) continue;
    if (region.scrollWidth > region.clientWidth && region.tabIndex < 0) {
      region.tabIndex = 0;
      region.setAttribute("role", "group");
      region.setAttribute("aria-label", "Wide table or drawing");
    }
  }
}

document.addEventListener("toggle", (event) => {
  const opened = event.target;
  if (!opened.open) return;
  if (opened.classList.contains("sc")) showExchanges(opened);
  reachable(opened);
}, true);

// Filters, which the fragment holds: `#PLACE?failed=1&profile=core`.
const form = document.getElementById("filters");
const FEW = 40;

function wanted() {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
}

function fits(scenario, asked) {
  const { status, level } = scenario.dataset;
  if (asked.has("failed") && !("red" in scenario.dataset)) return false;
  if (asked.has("status") && asked.get("status") !== status) return false;
  if (asked.has("level") && asked.get("level") !== level) return false;
  if (asked.has("profile") && asked.get("profile") !== scenario.closest(".profile").dataset.profile) return false;
  const words = (asked.get("words") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const said = `${scenario.closest(".crit").querySelector("h4").textContent} ${scenario.querySelector("h5").textContent}`.toLowerCase();
  return words.every((word) => said.includes(word));
}

function filter() {
  const asked = wanted();
  let shown = 0;
  for (const scenario of scenarios) {
    scenario.hidden = !fits(scenario, asked);
    shown += !scenario.hidden;
  }
  for (const outer of all(".crit, .profile")) outer.hidden = Boolean(asked.size) && !outer.querySelector(".sc:not([hidden])");
  if (asked.size && shown <= FEW) for (const outer of all(".crit:not([hidden])")) outer.open = true;
  document.getElementById("shown").textContent = `${shown} of ${scenarios.length} scenarios shown`;
}

function parted() {
  const [place, query = ""] = location.hash.slice(1).split("?", 2);
  try {
    return [decodeURIComponent(place), query];
  } catch {
    return ["", query];
  }
}

function keep(place) {
  const query = String(wanted());
  const hash = (place || query) ? `#${encodeURIComponent(place)}${query ? `?${query}` : ""}` : " ";
  history.replaceState(null, "", hash === " " ? location.pathname + location.search : hash);
}

function set(query) {
  const asked = new URLSearchParams(query);
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = asked.has(field.name);
    else if (field.name) field.value = asked.get(field.name) ?? "";
  }
  filter();
}

function goTo(place) {
  const target = place && document.getElementById(place);
  if (!target) return;
  if (target.closest("[hidden]")) set("");
  for (let outer = target; outer; outer = outer.parentElement) if (outer.tagName === "DETAILS") outer.open = true;
  for (const marked of all(".here")) marked.classList.remove("here");
  if (target.tagName !== "DETAILS") return target.scrollIntoView();
  target.classList.add("here");
  target.scrollIntoView();
  target.querySelector("summary").focus({ preventScroll: true });
}

function follow(first) {
  const [place, query] = parted();
  if (query || first) set(query);
  goTo(place || (query && !first ? "criteria" : ""));
  if (location.hash) keep(place);
}

form.addEventListener("input", () => { filter(); keep(parted()[0]); });
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(() => { filter(); keep(parted()[0]); }));
document.getElementById("open-all").addEventListener("click", (event) => {
  const listed = all(".crit:not([hidden])");
  const open = !listed.every((each) => each.open);
  for (const each of listed) each.open = open;
  event.target.textContent = open ? "Close criteria" : "Open criteria";
});
addEventListener("hashchange", () => follow(false));
// The same link twice changes no hash, and is followed all the same.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const hash = link && link.getAttribute("href");
  if (hash && hash === location.hash) setTimeout(() => follow(false));
});

// The timeline: one stop for the tab key; the arrow keys go on from there.
const timeline = document.getElementById("timeline");

function tell(link) {
  document.getElementById("readout").textContent = link.querySelector("title").textContent;
}

function move(event) {
  const links = all("a", event.target.closest("svg"));
  const at = links.indexOf(event.target.closest("a"));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (at < 0 || to === undefined || !links[to]) return;
  event.preventDefault();
  links[at].setAttribute("tabindex", "-1");
  links[to].setAttribute("tabindex", "0");
  links[to].focus();
}

if (timeline) {
  for (const lane of all("svg", timeline)) lane.querySelector("a")?.setAttribute("tabindex", "0");
  timeline.addEventListener("keydown", move);
  for (const name of ["focusin", "mouseover"]) {
    timeline.addEventListener(name, (event) => { if (event.target.closest("a")) tell(event.target.closest("a")); });
  }
}

// Paper: what did not pass is open.
addEventListener("beforeprint", () => { for (const each of all("details.bad")) each.open = true; });

follow(true);
// The browser's own jump to the fragment comes later, and takes the focus away.
addEventListener("load", () => setTimeout(() => goTo(parted()[0])));
reachable(document);
