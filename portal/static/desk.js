// Keyboard shortcuts of the desk. Everything they do is on the page too: a link, a button, a box.
// A page says which key does what: data-key="t" on what is to be pressed. Keys can be switched off
// (WCAG 2.1.4), and never act while somebody types.
const OFF = "desk-keys-off";
const help = document.getElementById("keys");
const opener = document.getElementById("keys-open");
const list = document.querySelector("[data-cases]");
const cases = list ? [...list.querySelectorAll(".case")] : [];
const boxes = cases.map((one) => one.querySelector("input[type=checkbox]"));
// A key's number beside "Level 3" would say two things at once: forms of levels have no digits.
const options = [...document.querySelectorAll("main form:not([data-no-digits]) fieldset")]
  .map((one) => [...one.querySelectorAll("input[type=radio]")])
  .find((found) => found.length > 0) ?? [];
let current = -1;

function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // no storage: keys are on until the page is left
  }
}

function move(step) {
  const next = Math.min(Math.max(current + step, 0), cases.length - 1);
  if (next < 0) return;
  cases[current]?.classList.remove("current");
  current = next;
  cases[current].classList.add("current");
  boxes[current].focus();
  cases[current].scrollIntoView({ block: "nearest" });
}

function toggle() {
  if (current < 0) move(1);
  boxes[current]?.click();
}

function toggleAll() {
  const isAnyOff = boxes.some((one) => !one.checked);
  for (const box of boxes) box.checked = isAnyOff;
}

function open() {
  cases[Math.max(current, 0)]?.querySelector("a")?.click();
}

const inList = {
  j: () => move(1),
  k: () => move(-1),
  x: toggle,
  "*": toggleAll,
  o: open,
};

function press(key) {
  if (key === "?") return help.showModal() ?? true;
  if (cases.length && inList[key]) return inList[key]() ?? true;
  if (/^[1-9]$/.test(key) && options[key - 1]) {
    options[key - 1].checked = true;
    options[key - 1].focus();
    return true;
  }
  const target = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key === key && one.getClientRects().length > 0,
  );
  if (!target) return false;
  if (target.matches("input, textarea, select")) {
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
  return true;
}

function isTyping(target) {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (isOff() || help.open || isTyping(event.target)) return;
  if (press(event.key)) event.preventDefault();
});

// Whatever gets the focus by Tab is where j and k go on from.
for (const [index, one] of cases.entries()) {
  one.addEventListener("focusin", () => {
    cases[current]?.classList.remove("current");
    current = index;
    one.classList.add("current");
  });
}

// The help names only what this page has; the first nine options say their number.
for (const row of help.querySelectorAll("[data-for]")) {
  const key = row.dataset.for;
  row.hidden = !(
    (key in inList && cases.length) ||
    (key === "1" && options.length) ||
    document.querySelector(`[data-key="${key}"]`) ||
    key === "?"
  );
}
function mark() {
  for (const [index, one] of options.slice(0, 9).entries()) {
    if (isOff()) delete one.closest("label").dataset.digit;
    else one.closest("label").dataset.digit = index + 1;
  }
}
const toggler = help.querySelector("input");
toggler.checked = !isOff();
toggler.addEventListener("change", () => {
  try {
    if (toggler.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    toggler.checked = true;
  }
  mark();
});
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
mark();
