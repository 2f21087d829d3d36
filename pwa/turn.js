// One child's turn as plain data: what was answered, in which order the options stand, what is sent in the end.
// Pure: knows no page, no storage, no network.

/**
 * A record holds coins by option, the chosen side by pair, or which parts of an idea there are.
 * @typedef {string | string[] | Record<string, number | string | boolean> | null} Answer
 */
/** @typedef {Record<string, Answer>} Answers */
/**
 * What a question needs to know of itself here; `options` in the revision's order, a pair before its two sides (`p1`,
 * `p1.outdoors`, `p1.indoors`). `max` is how many options may be chosen or placed, or how many coins there are to give.
 * @typedef {{id: string, kind: string, options: string[], max: number, randomise: boolean, last: string[], flip: boolean}} Question
 */
/**
 * A turn that is not confirmed yet. `id` becomes the response's; `seed` orders the options and is forgotten with the draft;
 * `past` is what Undo goes back to.
 * @typedef {{session: string, id: string, seed: number, lang: string, step: string, answers: Answers, past?: Record<string, Answer[]>, ideas?: Record<string, import("./idea.js").Idea>, helped?: boolean}} Draft
 */

const WITH_UNDO = ["rank", "budget"];
const MOST_UNDONE = 40;

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
 * @param {number} [by] coins laid (1) or taken (-1)
 * @returns {Answer}
 */
export function tap(question, answer, option, by = 1) {
  if (question.kind === "budget") return lay(question, given(answer), option, by);
  if (question.kind === "this_or_that") return choose(question, given(answer), option);
  const before = [...given(answer).keys()];
  const isChosen = before.includes(option);
  const isSeveral = ["multi_choice", "rank"].includes(question.kind);
  if (!isSeveral) return isChosen ? null : option;
  if (!isChosen && before.length >= question.max) return answer ?? null;
  const after = isChosen ? before.filter((each) => each !== option) : [...before, option];
  if (question.kind !== "rank") after.sort((a, b) => question.options.indexOf(a) - question.options.indexOf(b));
  return after.length ? after : null;
}

/**
 * @param {Question} question
 * @param {Map<string, number>} before
 * @param {string} option
 * @param {number} by
 * @returns {Answer}
 */
function lay(question, before, option, by) {
  const laid = (before.get(option) ?? 0) + by;
  const isPossible = laid >= 0 && used(question, before) + by <= question.max;
  return record(question, isPossible ? new Map(before).set(option, laid) : before, (key, coins) => [key, coins]);
}

/**
 * @param {Question} question
 * @param {Map<string, number>} before
 * @param {string} side
 * @returns {Answer}
 */
function choose(question, before, side) {
  const pair = (/** @type {string} */ each) => each.split(".")[0];
  const after = new Map([...before].filter(([each]) => pair(each) !== pair(side)));
  return record(question, before.has(side) ? after : after.set(side, 1), (key) => key.split("."));
}

/**
 * In the revision's order: what is sent must not tell which was tapped first.
 *
 * @param {Question} question
 * @param {Map<string, number>} shares
 * @param {(key: string, number: number) => (string | number)[]} entry
 * @returns {Answer}
 */
function record(question, shares, entry) {
  const kept = question.options.filter((key) => shares.get(key)).map((key) => entry(key, shares.get(key) ?? 0));
  return kept.length ? Object.fromEntries(kept) : null;
}

/**
 * What an answer gives to which option, in the answer's order: its place in the answer, or its coins.
 * A side of a pair is named with its pair, `p1.outdoors`.
 *
 * @param {Answer | undefined} answer
 * @returns {Map<string, number>}
 */
export function given(answer) {
  if (answer == null) return new Map();
  if (typeof answer === "string") return new Map([[answer, 1]]);
  if (Array.isArray(answer)) return new Map(answer.map((option, at) => [option, at + 1]));
  return new Map(
    Object.entries(answer).map(([key, value]) => (typeof value === "string" ? [`${key}.${value}`, 1] : [key, Number(value)])),
  );
}

/**
 * @param {Question} question
 * @param {Map<string, number>} shares
 * @returns {number} how much of `max` an answer takes
 */
export function used(question, shares) {
  return question.kind === "budget" ? [...shares.values()].reduce((sum, coins) => sum + coins, 0) : shares.size;
}

/**
 * Notes what Undo will bring back.
 *
 * @param {Draft} draft
 * @param {Question} question
 */
export function remember(draft, { id, kind }) {
  if (!WITH_UNDO.includes(kind)) return;
  const past = [...(draft.past?.[id] ?? []), draft.answers[id] ?? null];
  draft.past = { ...draft.past, [id]: past.slice(-MOST_UNDONE) };
}

/**
 * Takes the last tap back.
 *
 * @param {Draft} draft
 * @param {Question} question
 */
export function undo(draft, { id }) {
  const before = draft.past?.[id]?.pop();
  if (before !== undefined) draft.answers[id] = before;
}

/**
 * The question's options in this child's order: shuffled or turned round by the seed, the same after a reload or in the other
 * language; those that belong last stay last, the two sides of a pair stay together. Without a seed, as in the revision.
 *
 * @param {Question} question
 * @param {number} [seed]
 * @returns {string[]}
 */
export function arrange(question, seed) {
  if (seed === undefined) return question.options;
  const next = generator(seed, question.id);
  if (question.flip && next() < 0.5) return [...question.options].reverse();
  if (!question.randomise) return question.options;
  const whole = question.options.filter((option) => !option.includes(".") && !question.last.includes(option));
  const order = [...shuffle(whole, next), ...question.last];
  return order.flatMap((option) => [
    option,
    ...shuffle(question.options.filter((each) => each.startsWith(`${option}.`)), next),
  ]);
}

/**
 * Fisher and Yates.
 *
 * @param {string[]} order changed in place
 * @param {() => number} next
 */
function shuffle(order, next) {
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [order[at], order[other]] = [/** @type {string} */ (order[other]), /** @type {string} */ (order[at])];
  }
  return order;
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
