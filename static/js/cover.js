// Rectangles over a drawing. The rows of numbers are the truth and are what is sent; the drawing shows them.

const SVG = "http://www.w3.org/2000/svg";
/** A drawing is four wide and three high. */
const HIGH = 0.75;
const STEP = 0.02;
const LEAST = 0.02;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
const SIDES = /** @type {const} */ (["x", "y", "width", "height"]);

/**
 * @param {HTMLElement} tool
 * @param {SVGSVGElement} paper
 */
function begin(tool, paper) {
  const rows = Array.from(tool.querySelectorAll("[data-row]"));
  /** @type {Map<Element, SVGRectElement>} */
  const drawn = new Map();

  /**
   * @param {Element} row
   * @param {string} side
   */
  const input = (row, side) => /** @type {HTMLInputElement} */ (row.querySelector(`[name="${side}"]`));

  /**
   * @param {Element} row
   * @returns {Box | undefined}
   */
  function read(row) {
    const [x, y, width, height] = SIDES.map((side) => parseFloat(input(row, side).value.replace(",", ".")));
    return [x, y, width, height].every((part) => part >= 0 && part <= 1) ? { x, y, width, height } : undefined;
  }

  /**
   * @param {Element} row
   * @param {Box} box
   */
  function write(row, box) {
    const width = Math.min(Math.max(box.width, LEAST), 1);
    const height = Math.min(Math.max(box.height, LEAST), 1);
    const kept = { x: Math.min(Math.max(box.x, 0), 1 - width), y: Math.min(Math.max(box.y, 0), 1 - height), width, height };
    for (const side of SIDES) input(row, side).value = kept[side].toFixed(3);
    show(row);
  }

  /** @param {Element} row */
  function show(row) {
    const box = read(row);
    const shape = drawn.get(row) ?? document.createElementNS(SVG, "rect");
    const isEmpty = SIDES.every((side) => !input(row, side).value);
    row.toggleAttribute("hidden", isEmpty);
    if (!box) {
      shape.remove();
      drawn.delete(row);
      return;
    }
    drawn.set(row, shape);
    const { x, y, width, height } = box;
    for (const [name, value] of Object.entries({ x, y: y * HIGH, width, height: height * HIGH })) shape.setAttribute(name, String(value));
    if (shape.isConnected) return;
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    shape.setAttribute("aria-label", `${tool.dataset.name} ${rows.indexOf(row) + 1}`);
    paper.append(shape);
  }

  /** @param {Element} row */
  function clear(row) {
    for (const side of SIDES) input(row, side).value = "";
    show(row);
  }

  /** @param {Box} box */
  function add(box) {
    const row = rows.find((each) => each.hasAttribute("hidden"));
    if (!row) return;
    write(row, box);
    return row;
  }

  /** @param {EventTarget | null} shape */
  const rowOf = (shape) => rows.find((row) => drawn.get(row) === shape);

  /** @param {PointerEvent} event */
  function place(event) {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  }

  paper.addEventListener("pointerdown", (event) => {
    if (rowOf(event.target) || event.button) return;
    event.preventDefault();
    const from = place(event);
    const row = add({ ...from, width: LEAST, height: LEAST });
    if (!row) return;
    paper.setPointerCapture(event.pointerId);
    /** @param {PointerEvent} moved */
    const grow = (moved) => {
      const to = place(moved);
      const [x, y] = [Math.max(Math.min(from.x, to.x), 0), Math.max(Math.min(from.y, to.y), 0)];
      write(row, { x, y, width: Math.min(Math.max(from.x, to.x), 1) - x, height: Math.min(Math.max(from.y, to.y), 1) - y });
    };
    paper.addEventListener("pointermove", grow);
    paper.addEventListener("lostpointercapture", () => paper.removeEventListener("pointermove", grow), { once: true });
    drawn.get(row)?.focus();
  });

  paper.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    const box = row && read(row);
    if (!row || !box) return;
    const [right, down] = ARROWS[event.key] ?? [0, 0];
    if (event.key === "Delete" || event.key === "Backspace") clear(row);
    else if (!right && !down) return;
    else if (event.shiftKey) write(row, { ...box, width: box.width + right, height: box.height + down });
    else write(row, { ...box, x: box.x + right, y: box.y + down });
    event.preventDefault();
  });

  tool.addEventListener("input", ({ target }) => {
    const row = target instanceof Element ? target.closest("[data-row]") : null;
    if (row && rows.includes(row) && !row.hasAttribute("hidden")) show(row);
  });

  tool.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest("[data-add], [data-remove]") : null;
    if (pressed?.matches("[data-add]")) {
      const row = add({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 });
      if (row) drawn.get(row)?.focus();
    }
    const row = pressed?.matches("[data-remove]") ? pressed.closest("[data-row]") : null;
    if (row) clear(row);
  });

  for (const part of tool.querySelectorAll("[data-scripted]")) part.removeAttribute("hidden");
  for (const row of rows) show(row);
}

for (const tool of document.querySelectorAll("[data-cover]")) {
  const paper = tool.querySelector("svg.cover-paper");
  if (tool instanceof HTMLElement && paper instanceof SVGSVGElement) begin(tool, paper);
}
