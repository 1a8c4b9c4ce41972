// Typing a form in: a digit that can be goes on to the next field, Backspace in an empty one goes
// back, and a key typed into a full one replaces what is there. Without this script Tab does it.
const digits = [...document.querySelectorAll(".digit input")];

function go(from, step) {
  const to = digits[digits.indexOf(from) + step] ?? from;
  to.focus();
  to.select();
}

for (const one of digits) {
  one.addEventListener("focus", () => one.select());
  one.addEventListener("input", (event) => {
    if (event.isComposing || !one.value) return;
    go(one, one.validity.valid ? 1 : 0);
  });
  one.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Backspace" && !one.value) {
      event.preventDefault();
      go(one, -1);
    } else if (event.key.length === 1) {
      one.select(); // one sign fits: without this the second would vanish
    }
  });
}
