// Whether this browser keeps what it is given, and whether it has been emptied. Knows no answers.
import { get, put } from "./database.js";

const START = "tyck-start";
const OPEN = "tyck-open";
const MARK = "tyck-mark";

/** @typedef {{colour: string, shape: string}} Mark a tablet's sign, as the teacher sees it */

/** @returns {Promise<boolean>} whether nothing clears this storage unasked, and what an earlier start wrote is still here */
export async function isLasting() {
  const isInstalled = matchMedia("(display-mode: standalone)").matches || "standalone" in navigator && navigator.standalone === true;
  return (await hasStartedBefore()) && (isInstalled || (await navigator.storage?.persisted?.()) === true);
}

/**
 * Guest and private profiles find nothing of an earlier start. A tab beside another one is no start of its own.
 *
 * @returns {Promise<boolean>}
 */
async function hasStartedBefore() {
  const known = sessionStorage.getItem(START);
  const left = await get("meta", START);
  const locks = known || !left ? undefined : await navigator.locks.query();
  const isBeside = locks?.held?.some(({ name }) => name === OPEN);
  const start = known ?? (left && !isBeside ? "again" : left ?? "first");
  // Held as long as this page is there.
  void navigator.locks.request(OPEN, { mode: "shared" }, () => new Promise(() => undefined));
  sessionStorage.setItem(START, start);
  if (start !== left) await put("meta", start, START);
  return start === "again";
}

/**
 * Notes in two places that this tablet has joined, for what a browser clears to make room leaves the lesser one.
 *
 * @param {Mark} mark
 */
export async function noteJoined(mark) {
  await put("meta", mark, MARK);
  localStorage.setItem(MARK, JSON.stringify(mark));
}

/** @returns {Promise<Mark | undefined>} the sign this tablet had before everything it held was cleared */
export async function emptiedOf() {
  const noted = localStorage.getItem(MARK);
  return noted && !(await get("meta", MARK)) ? JSON.parse(noted) : undefined;
}
