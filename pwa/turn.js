// One child's turn as plain data: what was answered, in which order the options stand, what is sent in the end.
// Pure: knows no page, no storage, no network.

/** @typedef {string | string[] | null} Answer */
/** @typedef {Record<string, Answer>} Answers */
/**
 * What a question needs to know of itself here; `options` in the revision's order.
 * @typedef {{id: string, options: string[], max: number, randomise: boolean, last: string[], flip: boolean}} Question
 */
/**
 * A turn that is not confirmed yet. `id` becomes the response's; `seed` orders the options and is forgotten with the draft.
 * @typedef {{session: string, id: string, seed: number, lang: string, step: string, answers: Answers}} Draft
 */

/**
 * @param {string} session
 * @param {string} lang
 * @param {string} step
 * @param {Uint8Array} random 20 random bytes: 16 for the id and 4, unrelated, for the seed
 * @returns {Draft}
 */
export function begin(session, lang, step, random) {
  const seed = random.slice(16, 20).reduce((sum, byte) => sum * 256 + byte, 0);
  return { session, id: uuid(random.slice(0, 16)), seed, lang, step, answers: {} };
}

/**
 * A random UUIDv4 (RFC 9562). `crypto.randomUUID` is missing on plain http.
 *
 * @param {Uint8Array} bytes 16 random ones
 * @returns {string}
 */
export function uuid(bytes) {
  const hex = Array.from(bytes, (byte, at) => {
    const fixed = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    return fixed.toString(16).padStart(2, "0");
  }).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * The answer after a tap on `option`: chosen, or taken back when it was chosen before.
 * The same answer comes back when no more can be chosen.
 *
 * @param {Question} question
 * @param {Answer | undefined} answer
 * @param {string} option
 * @returns {Answer}
 */
export function tap(question, answer, option) {
  if (question.max === 1 && !Array.isArray(answer)) return answer === option ? null : option;
  const before = chosen(answer);
  if (!before.includes(option) && before.length >= question.max) return answer ?? null;
  const after = question.options.filter((each) => before.includes(each) !== (each === option));
  return after.length ? after : null;
}

/**
 * @param {Answer | undefined} answer
 * @returns {string[]}
 */
export function chosen(answer) {
  return answer == null ? [] : Array.isArray(answer) ? answer : [answer];
}

/**
 * The question's options in this child's order: shuffled or turned round by the seed, the same after a reload or in the other
 * language; those that belong last stay last.
 *
 * @param {Question} question
 * @param {number} seed
 * @returns {string[]}
 */
export function arrange(question, seed) {
  const next = generator(seed, question.id);
  if (question.flip && next() < 0.5) return [...question.options].reverse();
  if (!question.randomise) return question.options;
  const order = question.options.filter((option) => !question.last.includes(option));
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [order[at], order[other]] = [/** @type {string} */ (order[other]), /** @type {string} */ (order[at])];
  }
  return [...order, ...question.last];
}

/**
 * Mulberry32 over FNV-1a: small, even enough for an order, the same in every browser.
 *
 * @param {number} seed
 * @param {string} salt
 * @returns {() => number} numbers in [0, 1)
 */
function generator(seed, salt) {
  let state = seed ^ 0x811c9dc5;
  for (const letter of salt) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * The bytes that are frozen at confirm and sent as they are.
 *
 * @param {Draft} draft
 * @param {string} revision
 * @param {string} lang
 * @param {"done" | "stopped"} end
 * @returns {string}
 */
export function body(draft, revision, lang, end) {
  return JSON.stringify({ revision, lang, answers: draft.answers, end });
}
