// The booklet's pages: which one is shown, how its tiles stand, what they show as chosen. Reads and marks the markup the
// server drew and never builds any. Knows no storage and no network.
import { arrange, chosen } from "./turn.js";

/** @typedef {import("./turn.js").Question} Question */
/** @typedef {{key: string, section: HTMLElement, question?: Question}} Page */

/**
 * @param {HTMLElement} main
 */
export function openBooklet(main) {
  const pages = sections(main).map(readPage);
  const live = find(document, "[data-live]");
  /** @type {Page | undefined} */
  let page;

  /** @param {string} key */
  const pageAt = (key) => pages.find((each) => each.key === key);

  /**
   * Shows one page and moves the reader's place to its heading.
   *
   * @param {string} key
   */
  function show(key) {
    const next = pageAt(key) ?? /** @type {Page} */ (pages[0]);
    const first = page === undefined;
    page = next;
    for (const each of pages) each.section.hidden = each !== next;
    main.dataset.at = next.section.dataset.screen;
    live.textContent = "";
    const heading = find(next.section, "h1");
    document.title = `${heading.textContent?.trim()} – ${main.dataset.title}`;
    if (!first) scrollTo(0, 0);
    heading.focus({ preventScroll: first });
  }

  return {
    show,
    pages,
    get key() {
      return page?.key ?? "";
    },
    get section() {
      return page?.section ?? main;
    },
    get question() {
      return page?.question;
    },
    /** The questions in their order. */
    questions: pages.filter((each) => each.question && each.key !== "practice").map((each) => /** @type {Question} */ (each.question)),
    /**
     * Puts every question's tiles in this child's order.
     *
     * @param {number} seed
     */
    arrange(seed) {
      for (const { section, question } of pages) if (question) reorder(section, arrange(question, seed));
    },
    /**
     * Marks a question's answer on its page and on the overview.
     *
     * @param {Question} question
     * @param {import("./turn.js").Answer | undefined} answer
     */
    mark(question, answer) {
      const marked = pages.find((each) => each.question === question);
      if (marked) markTiles(marked.section, question, chosen(answer));
      const line = main.querySelector(`[data-review="${question.id}"]`);
      if (line) markLine(line, chosen(answer));
    },
    /**
     * Says one of the sentences the current page holds ready, on screen and to a screen reader.
     *
     * @param {string} name
     */
    say(name) {
      const text = page?.section.querySelector(`[data-say="${name}"]`);
      live.textContent = text?.textContent?.trim() ?? "";
    },
  };
}

/**
 * @param {HTMLElement} main
 * @returns {HTMLElement[]}
 */
export function sections(main) {
  return Array.from(main.querySelectorAll("section[data-screen]"), (each) => /** @type {HTMLElement} */ (each));
}

/**
 * @param {HTMLElement} section
 * @returns {Page}
 */
function readPage(section) {
  const { screen = "", question: id = screen, kind, max, randomise, flip, last } = section.dataset;
  const key = screen === "question" ? `question:${id}` : screen;
  if (!kind) return { key, section };
  const options = inputs(section).map((input) => input.value);
  return {
    key,
    section,
    question: {
      id,
      options,
      max: Number(max),
      randomise: randomise !== undefined,
      flip: flip !== undefined,
      last: last?.split(" ") ?? [],
    },
  };
}

/**
 * @param {HTMLElement} section
 * @returns {HTMLInputElement[]}
 */
function inputs(section) {
  return Array.from(section.querySelectorAll("input"));
}

/**
 * @param {HTMLElement} section
 * @param {string[]} order
 */
function reorder(section, order) {
  const tiles = find(section, ".tiles");
  const held = inputs(section);
  for (const option of order) {
    const tile = held.find((input) => input.value === option)?.closest(".tile");
    if (tile) tiles.append(tile);
  }
}

/**
 * @param {HTMLElement} section
 * @param {Question} question
 * @param {string[]} picked
 */
function markTiles(section, question, picked) {
  const full = question.max > 1 && picked.length >= question.max;
  section.toggleAttribute("data-full", full);
  for (const input of inputs(section)) {
    input.checked = picked.includes(input.value);
    input.setAttribute("aria-disabled", String(full && !input.checked));
  }
  const next = section.querySelector("[data-do=next]");
  if (next instanceof HTMLButtonElement && section.dataset.screen === "question") next.disabled = !picked.length;
}

/**
 * @param {Element} line
 * @param {string[]} picked
 */
function markLine(line, picked) {
  for (const option of line.querySelectorAll("[data-chosen]")) {
    /** @type {HTMLElement} */ (option).hidden = !picked.includes(option.getAttribute("data-chosen") ?? "");
  }
  find(line, "[data-skipped]").hidden = picked.length > 0;
}

/**
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {HTMLElement} must be in the markup
 */
export function find(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}`);
  return found;
}
