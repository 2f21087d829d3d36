// The booklet's pages: which one is shown, how its tiles stand, what they show as chosen. Reads and marks the markup the
// server drew and never builds any. Knows no storage and no network.
import { markLine, markPage, tileName } from "./marks.js";
import { arrange } from "./turn.js";

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
    // The next page's pictures come while this one is looked at.
    for (const image of pages[pages.indexOf(next) + 1]?.section.querySelectorAll("img") ?? []) image.loading = "eager";
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
     * @param {number} [seed]
     */
    arrange(seed) {
      for (const { section, question } of pages) if (question) reorder(section, arrange(question, seed));
    },
    /**
     * Marks a question's answer on its page and on the overview.
     *
     * @param {Question} question
     * @param {import("./turn.js").Answer | undefined} answer
     * @param {boolean} [hasPast] whether there is something to undo
     */
    mark(question, answer, hasPast = false) {
      const marked = pages.find((each) => each.question === question);
      if (marked) markPage(marked.section, question, answer, hasPast);
      const line = main.querySelector(`[data-review="${question.id}"]`);
      if (line) markLine(line, answer);
    },
    /**
     * Says to a screen reader what the last tap did beyond its own tile: that no more can be chosen, how many coins are
     * left, which place an option has.
     *
     * @param {string} option
     */
    say(option) {
      const names = [page?.section.hasAttribute("data-full") ? "full" : "", "left", option];
      const said = names.map((name) => page?.section.querySelector(`[data-say="${name}"]:not([data-none])`)).find(Boolean);
      live.textContent = said?.textContent?.replace(/\s+/g, " ").trim() ?? "";
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
  return {
    key,
    section,
    question: {
      id,
      kind,
      options: Array.from(section.querySelectorAll("[data-tile]"), tileName),
      max: Number(max),
      randomise: randomise !== undefined,
      flip: flip !== undefined,
      last: last?.split(" ") ?? [],
    },
  };
}

/**
 * @param {HTMLElement} section
 * @param {string[]} order
 */
function reorder(section, order) {
  for (const name of order) {
    const tile = section.querySelector(`[data-tile="${name}"]`);
    tile?.parentElement?.append(tile);
  }
}

/**
 * Shows this tablet's own sign wherever the page has a place for one.
 *
 * @param {import("./lasting.js").Mark} mark
 */
export function showMark({ colour, shape }) {
  for (const each of document.querySelectorAll("[data-mark]")) {
    each.setAttribute("data-mark", colour);
    each.querySelector("use")?.setAttribute("href", `#mark-${shape}`);
  }
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
