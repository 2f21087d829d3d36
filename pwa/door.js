// The figures on the teacher's class card: the door to the corner, and to a turn after as many as children were stated.
// Asks no server.
import { get } from "./database.js";
import { ledger } from "./outbox.js";

/** @typedef {import("./sync.js").Session} Session */

const encoder = new TextEncoder();

/**
 * Whether a new turn needs the teacher: by the server's word, or by what this tablet has done itself.
 *
 * @param {string} id a session's
 */
export async function asksTeacher(id) {
  /** @type {Session | undefined} */
  const session = await get("sessions", id);
  // On plain http no tablet could check them.
  if (!session?.corner || !globalThis.crypto.subtle) return false;
  const { turns } = await ledger(id);
  return session.full === true || turns >= (session.children ?? Infinity);
}

/**
 * Whether these are the figures of a class that this tablet belongs to.
 *
 * @param {Session[]} sessions
 * @param {string} typed
 */
export async function opens(sessions, typed) {
  const pin = typed.replace(/\s/g, "");
  for (const { session, corner } of sessions) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(`${session}/${pin}`)));
    if (corner?.mark === Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")) return true;
  }
  return false;
}
