// The script that all pages share: buttons that copy a curl line.
"use strict";
document.documentElement.classList.add("js");

function copyByHand(line) {
  const area = document.createElement("textarea");
  area.className = "vh";
  area.append(line);
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(line) {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    return copyByHand(line);
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const line = button.dataset.line ?? button.closest(".curl").querySelector("pre").textContent;
  const done = await copy(line);
  button.textContent = done ? "Copied" : "Not copied: select it by hand";
  button.focus();
  setTimeout(() => { button.textContent = "Copy curl"; }, 2000);
});
