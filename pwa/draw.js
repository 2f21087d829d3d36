// A sheet of paper to draw on: strokes as points, shown with perfect-freehand. Knows no question and keeps nothing.
import { getStroke } from "../vendor/perfect-freehand.js";

/** @typedef {[number, number, number]} Point x, y and pressure in 0…1 */

// As server/usecases/redraw.py draws them again.
const PEN = 0.016;
const INKS = ["#2b2550", "#1f5fbf", "#c44520", "#237a46"];
const STEP = 0.004;
const STRAIGHT = 0.0012;
const LONGEST = 0.06;
// The server takes 200 KB, 1,000 strokes and 12,000 points.
const MOST_BYTES = 180_000;
const MOST_STROKES = 900;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => number} ink which colour the pen has
 * @param {() => void} changed a stroke was drawn
 */
export function openPaper(canvas, ink, changed) {
  const sheet = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = canvas;
  /** @type {string[]} */
  let strokes = [];
  /** @type {number[]} */
  let colours = [];
  /** @type {Point[]} */
  let points = [];
  /** @type {number | undefined} the one finger or pen that draws */
  let hand;
  let room = 0;

  /**
   * @param {Point[]} stroke
   * @param {number} colour
   * @param {boolean} last
   */
  function draw(stroke, colour, last) {
    const scaled = stroke.map(([x, y, pressure]) => [x * width, y * height, pressure]);
    const outline = getStroke(scaled, { size: PEN * width, simulatePressure: false, last });
    sheet.fillStyle = INKS[colour] ?? "";
    sheet.beginPath();
    for (const [x, y] of outline) sheet.lineTo(x, y);
    sheet.fill();
  }

  function drawAll() {
    sheet.clearRect(0, 0, width, height);
    for (const [at, stroke] of strokes.entries()) draw(JSON.parse(stroke), colours[at] ?? 0, true);
  }

  /** @param {PointerEvent} event */
  function add(event) {
    const { left, top, width: wide, height: high } = canvas.getBoundingClientRect();
    const pressure = event.pointerType === "pen" ? event.pressure : 0.5;
    /** @type {Point} */
    const point = [part((event.clientX - left) / wide), part((event.clientY - top) / high), part(pressure)];
    const [last, before] = points.slice(-2).reverse();
    if (room < 20 || (last && distance(last, point) < STEP)) return;
    if (last && before && isOnTheWay(before, last, point)) points.pop();
    else room -= JSON.stringify(point).length + 1;
    points.push(point);
    draw(points, ink(), false);
  }

  function end() {
    hand = undefined;
    if (!points.length) return;
    strokes = [...strokes, JSON.stringify(points)];
    colours = [...colours, ink()];
    points = [];
    drawAll();
    changed();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (hand !== undefined || event.button) return;
    hand = event.pointerId;
    canvas.setPointerCapture(hand);
    room = strokes.length < MOST_STROKES ? MOST_BYTES - strokes.join().length : 0;
    add(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === hand) add(event);
  });
  for (const over of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(over, (event) => {
      if (/** @type {PointerEvent} */ (event).pointerId === hand) end();
    });
  }

  return {
    get strokes() {
      return strokes;
    },
    get colours() {
      return colours;
    },
    /**
     * @param {string[]} newStrokes
     * @param {number[]} newColours
     */
    show(newStrokes, newColours) {
      [strokes, colours, points, hand] = [newStrokes, newColours, [], undefined];
      drawAll();
    },
  };
}

/** @param {number} value */
function part(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function distance(one, other) {
  return Math.hypot(other[0] - one[0], other[1] - one[1]);
}

/**
 * Whether a point tells nothing, because it lies between its neighbours: a steady hand needs few of them.
 *
 * @param {Point} before
 * @param {Point} point
 * @param {Point} after
 */
function isOnTheWay(before, point, after) {
  const length = distance(before, after);
  const aside = (point[0] - before[0]) * (after[1] - before[1]) - (point[1] - before[1]) * (after[0] - before[0]);
  return length < LONGEST && distance(before, point) < length && Math.abs(aside) < STRAIGHT * length && point[2] === after[2];
}
