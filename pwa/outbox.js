// From draft to outbox to the server's word, each step one transaction: nothing is lost, nothing is counted twice.
// Knows no network and no page.
import { transaction } from "./database.js";
import { isIdea } from "./idea.js";

/** @typedef {import("./turn.js").Draft} Draft */
/** @typedef {{id: string, session: string, body: string}} Item a response, or an idea under its `keyOf` */
/** @typedef {{s: string, why?: string}} Verdict the server's word on one item */
/** @typedef {{session: string, confirmed: number, acknowledged: number, held: number}} Counters */

/**
 * @param {string} session
 * @returns {Counters}
 */
const none = (session) => ({ session, confirmed: 0, acknowledged: 0, held: 0 });

/**
 * Keeps a new draft. False when the session has one already (another window began a turn).
 *
 * @param {Draft} draft
 */
export function begin(draft) {
  return transaction(["drafts"], "readwrite", async (tx) => {
    const drafts = tx.objectStore("drafts");
    const held = await drafts.get(draft.session);
    if (held) return held.id === draft.id;
    await drafts.put(draft);
    return true;
  });
}

/**
 * Keeps what was tapped. False when the draft has ended meanwhile (another window confirmed or deleted it).
 *
 * @param {Draft} draft
 */
export function keep(draft) {
  return transaction(["drafts"], "readwrite", async (tx) => {
    const drafts = tx.objectStore("drafts");
    if ((await drafts.get(draft.session))?.id !== draft.id) return false;
    await drafts.put(draft);
    return true;
  });
}

/**
 * Deletes a draft that was never confirmed: it leaves no trace and is counted nowhere.
 *
 * @param {Draft} draft
 */
export function discard(draft) {
  return transaction(["drafts"], "readwrite", async (tx) => {
    const drafts = tx.objectStore("drafts");
    if ((await drafts.get(draft.session))?.id === draft.id) await drafts.delete(draft.session);
  });
}

/**
 * The promise: draft out, outbox in, counted as confirmed, in one strict transaction. Only true may show the tick.
 * False when the draft has ended meanwhile and its response is not in the outbox.
 *
 * @param {Draft} draft
 * @param {string} body the frozen response
 * @param {{id: string, body: string}[]} [ideas] the frozen ideas, each an item of its own
 */
export function confirm(draft, body, ideas = []) {
  return transaction(["drafts", "outbox", "counters"], "readwrite", async (tx) => {
    const [drafts, outbox, counters] = [tx.objectStore("drafts"), tx.objectStore("outbox"), tx.objectStore("counters")];
    if ((await drafts.get(draft.session))?.id !== draft.id) return (await outbox.getKey(draft.id)) !== undefined;
    const counted = (await counters.get(draft.session)) ?? none(draft.session);
    await Promise.all([
      drafts.delete(draft.session),
      ...[{ id: draft.id, body }, ...ideas].map((item) => outbox.add({ ...item, session: draft.session })),
      counters.put({ ...counted, confirmed: counted.confirmed + 1 + ideas.length }),
    ]);
    return true;
  });
}

/**
 * @param {string} session
 * @returns {Promise<Item[]>}
 */
export function waiting(session) {
  return transaction(["outbox"], "readonly", (tx) => tx.objectStore("outbox").index("session").getAll(session));
}

/**
 * Acts on the server's word, item by item. Doing it again, late or in another window changes nothing.
 * A word we do not know leaves the item where it is.
 *
 * @param {string} session
 * @param {Record<string, Verdict>} verdicts by item id
 * @returns {Promise<number>} how many left the outbox
 */
export function settle(session, verdicts) {
  return transaction(["outbox", "attention", "counters"], "readwrite", async (tx) => {
    const outbox = tx.objectStore("outbox");
    const counters = tx.objectStore("counters");
    const counted = (await counters.get(session)) ?? none(session);
    let settled = 0;
    for (const [id, { s, why }] of Object.entries(verdicts)) {
      const item = await outbox.get(id);
      if (item?.session !== session || !["stored", "held", "rejected", "gone"].includes(s)) continue;
      if (s === "rejected") await tx.objectStore("attention").put({ ...item, why });
      else counted[s === "held" ? "held" : "acknowledged"] += 1;
      await outbox.delete(id);
      settled += 1;
    }
    await counters.put(counted);
    return settled;
  });
}

/**
 * What the tablet tells of itself; `unsent` counts the children whose response or idea is still on the whole tablet, at
 * least: which belongs to which is written nowhere. The rest counts items of this session.
 *
 * @param {string} session
 */
export function ledger(session) {
  return transaction(["outbox", "attention", "counters"], "readonly", async (tx) => {
    const [keys, outbox, attention, counted] = await Promise.all([
      tx.objectStore("outbox").getAllKeys(),
      tx.objectStore("outbox").index("session").count(session),
      tx.objectStore("attention").index("session").count(session),
      tx.objectStore("counters").get(session),
    ]);
    const ideas = keys.filter((key) => isIdea(String(key))).length;
    return { ...none(session), ...counted, unsent: Math.max(ideas, keys.length - ideas), outbox, attention };
  });
}
