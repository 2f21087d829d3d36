// A page where a child draws and, where it is asked to, writes: the paper, the pens, the words, the hint about names.
// Strokes are points, shown with perfect-freehand. Knows no draft and keeps nothing.
import { getStroke } from "../vendor/perfect-freehand.js";
import { hasName, made, nothing } from "./idea.js";

/** @typedef {import("./idea.js").Idea} Idea */
/** @typedef {number[]} Point x, y and pressure in 0…1 */

/**
 * @param {HTMLElement} section
 * @param {(idea: Idea) => void} changed the child drew, wrote or chose
 */
export function openIdea(section, changed) {
  const canvas = /** @type {HTMLCanvasElement} */ (section.querySelector("canvas"));
  const words = section.querySelector("textarea");
  const pens = radios("pen");
  const choices = radios("may_show");
  let idea = nothing();
  /** @type {Point[]} what is being drawn */
  let points = [];
  /** @type {number | null} the one finger or pen that draws */
  let hand = null;
  let room = 0;

  /** @param {string} name */
  function radios(name) {
    return Array.from(section.querySelectorAll(`[name$=".${name}"]`), (input) => /** @type {HTMLInputElement} */ (input));
  }

  const ink = () => Math.max(0, pens.findIndex((pen) => pen.checked));

  /** @param {Partial<Idea>} change */
  function change(change) {
    idea = { ...idea, ...change };
    mark();
    changed(idea);
  }

  function mark() {
    for (const choice of choices) choice.checked = idea.mayShow === (choice.value === "yes");
    section.querySelector("[data-names]")?.toggleAttribute("hidden", !hasName(idea.text));
    enable("undo", idea.strokes.length > 0);
    if (words || choices.length) enable("next", made(idea) !== null);
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

  function drawAll() {
    canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    for (const [at, stroke] of idea.strokes.entries()) draw(canvas, JSON.parse(stroke), idea.colours[at] ?? 0, true);
  }

  /** @param {PointerEvent} event */
  function add({ clientX, clientY, pointerType, pressure }) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const point = [(clientX - left) / width, (clientY - top) / height, pointerType === "pen" ? pressure : 0.5].map(rounded);
    const [last, before] = points.slice(-2).reverse();
    if (room < 20 || (last && distance(last, point) < 0.004)) return;
    if (last && before && isOnTheWay(before, last, point)) points.pop();
    room -= 18;
    points.push(point);
    draw(canvas, points, ink(), false);
  }

  /** @param {PointerEvent} event */
  function lift(event) {
    if (event.pointerId !== hand) return;
    hand = null;
    if (!points.length) return;
    const stroke = JSON.stringify(points);
    points = [];
    change({ strokes: [...idea.strokes, stroke], colours: [...idea.colours, ink()] });
    drawAll();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (hand !== null || event.button) return;
    hand = event.pointerId;
    canvas.setPointerCapture(hand);
    // The server takes 200 KB, 1,000 strokes and 12,000 points.
    room = idea.strokes.length < 900 ? 180_000 - idea.strokes.join().length : 0;
    add(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === hand) add(event);
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  words?.addEventListener("input", () => change({ text: words.value }));

  return {
    mark,
    get canUndo() {
      return idea.strokes.length > 0;
    },
    /** @param {Idea} [shown] */
    show(shown = nothing()) {
      [idea, points, hand] = [shown, [], null];
      if (words) words.value = idea.text;
      if (pens[0]) pens[0].checked = true;
      drawAll();
      mark();
    },
    undo() {
      change({ strokes: idea.strokes.slice(0, -1), colours: idea.colours.slice(0, -1) });
      drawAll();
    },
    /**
     * A tap on one of the page's own inputs; tapped again, "may others see it" is open again.
     *
     * @param {HTMLInputElement} input
     */
    tap(input) {
      const isYes = input.value === "yes";
      if (choices.includes(input)) change({ mayShow: idea.mayShow === isYes ? null : isYes });
    },
  };
}

/**
 * With the pens of server/usecases/redraw.py, which draws it again.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Point[]} stroke
 * @param {number} colour
 * @param {boolean} last
 */
function draw(canvas, stroke, colour, last) {
  const sheet = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = canvas;
  const scaled = stroke.map(([x = 0, y = 0, pressure = 0]) => [x * width, y * height, pressure]);
  sheet.fillStyle = ["#2b2550", "#1f5fbf", "#c44520", "#237a46"][colour] ?? "";
  sheet.beginPath();
  for (const [x, y] of getStroke(scaled, { size: 0.016 * width, simulatePressure: false, last })) sheet.lineTo(x, y);
  sheet.fill();
}

/** @param {number} value */
function rounded(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function distance([x = 0, y = 0], [toX = 0, toY = 0]) {
  return Math.hypot(toX - x, toY - y);
}

/**
 * Whether a point tells nothing, because it lies between its neighbours: a steady hand needs few of them.
 *
 * @param {Point} before
 * @param {Point} point
 * @param {Point} after
 */
function isOnTheWay(before, point, after) {
  const detour = distance(before, point) + distance(point, after) - distance(before, after);
  return distance(before, after) < 0.06 && detour < 0.0001;
}
