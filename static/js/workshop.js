// The workshop without a lost letter: what could not be saved is marked and sent again, and nobody leaves before it is.
// htmx does the saving; this knows no field's meaning.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Input */
/** @typedef {{ elt: Element, xhr?: XMLHttpRequest, parameters: Record<string, string> }} Detail */
/** @typedef {CustomEvent<Detail>} HtmxEvent */

const AGAIN_MS = 3000;
const LONGEST_WAIT_MS = 4000;
const HELD = [409, 422];

/** Fields with something that the server has not got, and those that were tried in vain. @type {Set<Input>} */
const unsaved = new Set();
/** @type {Set<Input>} */
const failed = new Set();
/** What a field held when it was sent last. @type {WeakMap<Input, string>} */
const sent = new WeakMap();

/** What a person wants to write over in a conflict: an answer on its way must not make the field forget it. @type {Map<Input, string>} */
const over = new Map();

/** @param {EventTarget | null} target */
const isInput = (target) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

/** @param {Input} input */
const held = (input) => (input instanceof HTMLInputElement && input.type === "checkbox" ? String(input.checked) : input.value);

/**
 * @param {Input} input
 * @returns {Element | null | undefined}
 */
const stateOf = (input) => input.closest("[data-field]")?.querySelector("[data-state]");

/** @param {Input} input */
function markUnsaved(input) {
  failed.add(input);
  const field = input.closest("[data-field]");
  const words = document.querySelector("[data-not-saved]");
  field?.setAttribute("data-unsaved", "");
  const state = stateOf(input);
  if (!state || state.querySelector(".unsaved") || !(words instanceof HTMLTemplateElement)) return;
  state.append(words.content.cloneNode(true));
}

/** @param {Input} input */
const sendField = (input) => input.dispatchEvent(new Event("again"));

/** Sends what is left again; a field that was sent before is not sent twice at once. */
function sendAgain() {
  for (const input of failed) sendField(input);
}

document.addEventListener("input", ({ target }) => {
  if (isInput(target) && target instanceof Element && target.hasAttribute("data-saves")) unsaved.add(/** @type {Input} */ (target));
});

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = /** @type {HtmxEvent} */ (event).detail;
  const wanted = isInput(elt) ? over.get(/** @type {Input} */ (elt)) : undefined;
  if (wanted !== undefined) parameters[`over.${/** @type {Input} */ (elt).name}`] = wanted;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = /** @type {HtmxEvent} */ (event).detail;
  if (isInput(elt)) sent.set(/** @type {Input} */ (elt), held(/** @type {Input} */ (elt)));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = /** @type {HtmxEvent} */ (event).detail;
  const status = xhr?.status ?? 0;
  if (!isInput(elt)) return;
  const input = /** @type {Input} */ (elt);
  const isTaken = status >= 200 && status < 300;
  if (!isTaken && !HELD.includes(status)) return markUnsaved(input);
  if (isTaken) over.delete(input);
  failed.delete(input);
  input.closest("[data-field]")?.removeAttribute("data-unsaved");
  if (sent.get(input) === held(input)) unsaved.delete(input);
});

addEventListener("online", sendAgain);
setInterval(sendAgain, AGAIN_MS);

addEventListener("beforeunload", (event) => {
  if (failed.size) event.preventDefault();
});

/**
 * Sends what is open and waits until the server has it, or until waiting helps no more.
 *
 * @returns {Promise<boolean>} whether everything is saved
 */
async function settle() {
  const until = Date.now() + LONGEST_WAIT_MS;
  for (const input of unsaved) sendField(input);
  while (unsaved.size && Date.now() < until && !failed.size) await new Promise((resolve) => setTimeout(resolve, 40));
  return unsaved.size === 0;
}

// Leaving by a link or a button of the page waits for the last letters.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!unsaved.size || !(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || link.target) return;
  event.preventDefault();
  void settle().then(() => location.assign(link.href));
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!unsaved.size || !(form instanceof HTMLFormElement)) return;
    event.preventDefault();
    const by = event.submitter;
    void settle().then((isSaved) => {
      if (isSaved) form.requestSubmit(by);
    });
  },
  true,
);

// Two ways out of a conflict: to write over what one has now seen, or to take it.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-over], [data-theirs]") : null;
  const input = button?.closest("[data-field]")?.querySelector("[data-saves]");
  if (!(button instanceof HTMLButtonElement) || !isInput(input ?? null)) return;
  event.preventDefault();
  const field = /** @type {Input} */ (input);
  const { theirs } = button.dataset;
  over.set(field, theirs ?? button.value);
  if (theirs !== undefined) {
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = theirs !== "";
    else field.value = theirs;
  }
  sendField(field);
  field.focus();
});
