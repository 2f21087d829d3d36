// What one child draws and writes, as plain data: what of it there is, and the bytes that are sent.
// Pure: knows no page, no storage, no network.

/**
 * `strokes` are points [x, y, pressure] in 0…1, each stroke as JSON text: quick to keep and already what is sent.
 * @typedef {{strokes: string[], colours: number[], text: string, mayShow: boolean | null}} Idea
 */

const KEY = "ideas/";
const NAMES = /\b(?:heter|[Nn]imeni)\b|@|\d{5}|[^\s.!?…"] +\p{Lu}\p{Ll}/u;

/** @returns {Idea} */
export function nothing() {
  return { strokes: [], colours: [], text: "", mayShow: null };
}

/**
 * @param {Idea} idea
 * @returns {Record<string, boolean> | null} the answer that goes with the response: only what there is
 */
export function made({ text, strokes }) {
  const parts = { ...(text.trim() && { text: true }), ...(strokes.length && { drawing: true }) };
  return Object.keys(parts).length ? parts : null;
}

/**
 * A word that begins large in the middle of a sentence, "I am called", a number to call. A hint for the child, who decides.
 *
 * @param {string} text
 * @returns {boolean}
 */
export function hasName(text) {
  return NAMES.test(text);
}

/**
 * Ideas wait in the outbox beside the responses, under a key that is also where they go.
 *
 * @param {string} id
 */
export function keyOf(id) {
  return KEY + id;
}

/** @param {string} key */
export function isIdea(key) {
  return key.startsWith(KEY);
}

/**
 * The bytes that are frozen at confirm and sent as they are. No choice whether others may see it means no.
 *
 * @param {Idea} idea
 * @param {{session: string, question: string, lang: string, grades: number[]}} about
 * @returns {string}
 */
export function ideaBody({ strokes, colours, text, mayShow }, about) {
  const words = text.trim();
  const facts = JSON.stringify({ proto: 1, ...about, may_show: mayShow === true, ...(words && { text: words }) });
  return strokes.length ? `${facts.slice(0, -1)},"strokes":[${strokes}],"colours":[${colours}]}` : facts;
}
