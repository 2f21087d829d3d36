// One event stream per page, closed while the page is hidden; live parts change gently. The signal carries no data.

/** @typedef {{ createEventSource?: (url: string) => EventTarget }} Htmx */
/** @typedef {CustomEvent<{ shouldSwap: boolean, target: Element }>} SwapEvent */
/** @typedef {CustomEvent<{ shouldSwap: boolean, target: Element, fragment: DocumentFragment }>} PartEvent */

/** An event stream that closes when the page is hidden and opens again when it is seen, as htmx's extension expects one. */
class SeenSource extends EventTarget {
  /** @type {EventSource | undefined} */
  #source;
  #closed = false;
  /** @type {((event: Event) => void) | null} */
  onopen = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;
  /** @type {() => void} */
  #seen = () => (document.hidden ? this.#pause() : this.#open());

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    document.addEventListener("visibilitychange", this.#seen);
    this.#seen();
  }

  get readyState() {
    if (this.#closed) return EventSource.CLOSED;
    return this.#source?.readyState ?? EventSource.CONNECTING;
  }

  close() {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#pause();
  }

  #pause() {
    this.#source?.close();
    this.#source = undefined;
  }

  #open() {
    if (this.#closed || this.#source) return;
    const source = new EventSource(this.url);
    this.#source = source;
    source.onopen = (event) => this.onopen?.(event);
    source.onerror = (event) => {
      if (source.readyState === EventSource.CLOSED) this.close();
      this.onerror?.(event);
    };
    source.addEventListener("changed", () => this.dispatchEvent(new Event("changed")));
  }
}

/** @type {Set<string>} */
let unfolded = new Set();
let pressed = false;
/** @type {Element | undefined} */
let missed;

addEventListener("pointerdown", () => {
  pressed = true;
});

for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(name, () => {
    pressed = false;
    const behind = missed;
    missed = undefined;
    if (behind) setTimeout(() => behind.dispatchEvent(new Event("sse:changed")));
  });
}

// A button must not be replaced under a finger, and what a person unfolded stays unfolded.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {SwapEvent} */ (event);
  if (pressed) {
    detail.shouldSwap = false;
    missed = detail.target;
  }
  unfolded = new Set(Array.from(detail.target.querySelectorAll("details[open]"), (element) => element.id));
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { detail } = /** @type {SwapEvent} */ (event);
  for (const element of detail.target.querySelectorAll("details")) element.open = unfolded.has(element.id);
});

// A part that says the same as before stays as it is: nothing flickers, and whoever stands in it is not disturbed.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { detail } = /** @type {PartEvent} */ (event);
  if (detail.fragment.firstElementChild?.innerHTML === detail.target.innerHTML) detail.shouldSwap = false;
});

const page = /** @type {{ htmx?: Htmx }} */ (/** @type {unknown} */ (globalThis));
if (page.htmx) page.htmx.createEventSource = (url) => new SeenSource(url);
