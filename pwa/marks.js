// What a question's page and its line on the overview show of an answer. Marks the markup the server drew, builds none.
import { given, used } from "./turn.js";

/** @typedef {import("./turn.js").Question} Question */
/** @typedef {import("./turn.js").Answer} Answer */

/**
 * @param {HTMLElement} section
 * @param {Question} question
 * @param {Answer | undefined} answer
 * @param {boolean} hasPast whether there is something to undo
 */
export function markPage(section, question, answer, hasPast) {
  const shares = given(answer);
  const left = question.max - used(question, shares);
  const isFull = question.max > 1 && left <= 0;
  section.toggleAttribute("data-full", isFull);
  for (const tile of section.querySelectorAll("[data-tile]")) {
    markTile(/** @type {HTMLElement} */ (tile), shares.get(tileName(tile)) ?? 0, isFull);
  }
  const [...placed] = shares.keys();
  for (const [at, input] of section.querySelectorAll("[data-place]").entries()) fill(input, placed[at] ?? "");
  for (const purse of section.querySelectorAll("[data-purse]")) showCoins(purse, left);
  enable(section.querySelector("[data-do=undo]"), hasPast, section.querySelector("h1"));
  if (section.dataset.screen === "question") enable(section.querySelector("[data-do=next]"), shares.size > 0);
}

/**
 * @param {Element} tile
 * @returns {string} the option or side it stands for
 */
export function tileName(tile) {
  return tile.closest("[data-tile]")?.getAttribute("data-tile") ?? "";
}

/**
 * @param {HTMLElement} tile
 * @param {number} share
 * @param {boolean} isFull
 */
function markTile(tile, share, isFull) {
  const input = tile.querySelector(":scope > input");
  const [less = null, more = null] = tile.querySelectorAll(":scope [data-coin]");
  if (tile.dataset.rank) markPlace(tile, share, isFull);
  else if (less && more) markCoins(tile, share, isFull, less, more);
  else if (input instanceof HTMLInputElement) {
    input.checked = share > 0;
    input.setAttribute("aria-disabled", String(isFull && !share));
  }
}

/**
 * @param {HTMLElement} button
 * @param {number} place
 * @param {boolean} isFull
 */
function markPlace(button, place, isFull) {
  button.setAttribute("aria-pressed", String(place > 0));
  count(button, place);
  enable(button, place > 0 || !isFull);
}

/**
 * @param {HTMLElement} tile
 * @param {number} coins
 * @param {boolean} isFull
 * @param {Element} less
 * @param {Element} more
 */
function markCoins(tile, coins, isFull, less, more) {
  showCoins(tile, coins);
  fill(tile.querySelector("input"), String(coins));
  if (coins) enable(less, true);
  enable(more, !isFull, less);
  enable(less, coins > 0, more);
}

/**
 * @param {Element} place
 * @param {number} coins
 */
function showCoins(place, coins) {
  const { style } = /** @type {HTMLElement} */ (place);
  if (style.getPropertyValue("--coins") !== String(coins)) style.setProperty("--coins", String(coins));
  count(place, coins);
}

/**
 * @param {Element} place
 * @param {number} number
 */
function count(place, number) {
  const shown = place.querySelector("[data-number]");
  // What is written again is laid out again.
  if (!shown || shown.textContent === String(number)) return;
  shown.textContent = String(number);
  /** @type {HTMLElement} */ (shown.parentElement).toggleAttribute("data-none", number === 0);
}

/**
 * @param {Element | null} input
 * @param {string} value
 */
function fill(input, value) {
  if (!(input instanceof HTMLInputElement)) return;
  input.value = value;
  input.disabled = !value;
}

/**
 * @param {Element | null} button
 * @param {boolean} isOn
 * @param {Element | null} [refuge] where the focus goes when it stands on a button that is switched off
 */
function enable(button, isOn, refuge) {
  if (!(button instanceof HTMLButtonElement)) return;
  if (!isOn && button === document.activeElement && refuge) /** @type {HTMLElement} */ (refuge).focus();
  button.disabled = !isOn;
}

/**
 * @param {Element} line a question's line on the overview
 * @param {Answer | undefined} answer
 */
export function markLine(line, answer) {
  const shares = given(answer);
  for (const each of line.querySelectorAll("[data-chosen]")) {
    /** @type {HTMLElement} */ (each).hidden = !shares.has(each.getAttribute("data-chosen") ?? "");
  }
  for (const [key, number] of shares) {
    const each = line.querySelector(`[data-chosen="${key}"]`);
    if (!each) continue;
    count(each, number);
    each.parentElement?.append(each);
  }
  /** @type {HTMLElement} */ (line.querySelector("[data-skipped]")).hidden = shares.size > 0;
}
