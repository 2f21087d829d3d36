// A page where a child draws and writes: what stands on it, and the hint about names. Knows no draft and keeps nothing.
import { openPaper } from "./draw.js";
import { hasName, made, nothing } from "./idea.js";

/** @typedef {import("./idea.js").Idea} Idea */

/**
 * @param {HTMLElement} section
 * @param {(idea: Idea) => void} changed the child drew, wrote or chose
 */
export function openIdea(section, changed) {
  const pens = radios("[data-pen]");
  const choices = radios("[data-may-show]");
  const words = /** @type {HTMLTextAreaElement | null} */ (section.querySelector("textarea"));
  const paper = openPaper(/** @type {HTMLCanvasElement} */ (section.querySelector("canvas")), () => Math.max(0, pens.findIndex((pen) => pen.checked)), note);
  let mayShow = nothing().mayShow;

  /** @param {string} selector */
  function radios(selector) {
    return Array.from(section.querySelectorAll(selector), (input) => /** @type {HTMLInputElement} */ (input));
  }

  function note() {
    mark();
    changed(read());
  }

  /** @returns {Idea} */
  function read() {
    return { strokes: paper.strokes, colours: paper.colours, text: words?.value ?? "", mayShow };
  }

  function mark() {
    for (const choice of choices) choice.checked = mayShow === (choice.value === "yes");
    section.querySelector("[data-names]")?.toggleAttribute("hidden", !hasName(words?.value ?? ""));
    enable("undo", paper.strokes.length > 0);
    if (section.dataset.screen === "question") enable("next", made(read()) !== null);
  }

  /**
   * @param {string} action
   * @param {boolean} isOn
   */
  function enable(action, isOn) {
    const button = /** @type {HTMLButtonElement} */ (section.querySelector(`[data-do=${action}]`));
    if (!isOn && button === document.activeElement) section.querySelector("h1")?.focus();
    button.disabled = !isOn;
  }

  words?.addEventListener("input", note);
  return {
    mark,
    get canUndo() {
      return paper.strokes.length > 0;
    },
    /** @param {Idea} [idea] */
    show(idea = nothing()) {
      mayShow = idea.mayShow;
      if (words) words.value = idea.text;
      if (pens[0]) pens[0].checked = true;
      paper.show(idea.strokes, idea.colours);
      mark();
    },
    undo() {
      paper.show(paper.strokes.slice(0, -1), paper.colours.slice(0, -1));
      note();
    },
    /**
     * A tap on one of the page's own inputs; tapped again, "may others see it" is open again.
     *
     * @param {HTMLInputElement} input
     */
    tap(input) {
      if (!choices.includes(input)) return;
      const isYes = input.value === "yes";
      mayShow = mayShow === isYes ? null : isYes;
      note();
    },
  };
}
