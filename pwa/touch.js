// What counts as a tap. Small hands rest, slide and tap twice: a touch that began before the page was readable, or a second
// one on the same button, is no tap. Keyboard, switch and screen reader clicks always count.

const SETTLE_MS = 300;
const TWICE_MS = 400;
// Laying coin after coin is meant; only a trembling finger is as quick as this (decisions/0009).
const TREMBLE_MS = 150;

/**
 * @param {() => number} shownAt when the current page came, by `performance.now()`
 */
export function guardTaps(shownAt) {
  let touchedAt = -Infinity;
  let lastTap = { on: "", at: -Infinity };

  addEventListener("pointerdown", (event) => {
    touchedAt = event.pointerType === "mouse" ? -Infinity : event.timeStamp;
  }, true);
  addEventListener("keydown", (event) => {
    touchedAt = -Infinity;
    chooseByEnter(event);
  }, true);
  addEventListener("click", (event) => {
    const control = event.target instanceof Element ? event.target.closest("button, input") : null;
    if (!control) return;
    // When the finger moved, not when a slow tablet got round to it.
    const at = event.timeStamp;
    const on = nameOf(control);
    const byFinger = at - touchedAt < 2000;
    const early = byFinger && touchedAt - shownAt() < SETTLE_MS;
    const twice = (byFinger || event.detail > 1) && on === lastTap.on && at - lastTap.at < (control.matches("[data-coin]") ? TREMBLE_MS : TWICE_MS);
    if (early || twice) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      lastTap = { on, at };
    }
  }, true);
}

/**
 * Equal for the same button of two pages: a double tap on Next must not turn two.
 *
 * @param {Element} control
 */
function nameOf(control) {
  return control instanceof HTMLInputElement ? `${control.name}=${control.value}` : JSON.stringify({ ...(/** @type {HTMLElement} */ (control).dataset) });
}

/**
 * Browsers choose a radio or checkbox by Space only; children try Enter.
 *
 * @param {KeyboardEvent} event
 */
function chooseByEnter(event) {
  const { target } = event;
  if (event.key !== "Enter" || event.repeat || !(target instanceof HTMLInputElement) || target.inputMode) return;
  event.preventDefault();
  target.click();
}
