// The desk by keys: a number or letter presses the button that shows it, while the focus is within the desk.

/** @param {Element} desk */
const focusOn = (desk) => desk instanceof HTMLElement && desk.focus({ preventScroll: true });

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const desk = target instanceof Element ? target.closest("[data-desk]") : null;
  if (!desk || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const button = desk.querySelector(`[data-key="${CSS.escape(key.toLowerCase())}"]`);
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.click();
});

// After each decision the focus is on the next idea, so that the next key meets it.
document.addEventListener("htmx:afterSettle", () => {
  const desk = document.querySelector("[data-desk]");
  if (desk) focusOn(desk);
});

const first = document.querySelector("[data-desk]");
if (first && document.activeElement === document.body) focusOn(first);
