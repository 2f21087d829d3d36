// From draft to outbox to receipt, each step one transaction: nothing is lost, nothing is counted twice.
// Knows no network and no page.
import { beginning, transaction } from "./database.js";
import { isIdea } from "./idea.js";

/** @typedef {import("./turn.js").Draft} Draft */
/**
 * A response, or an idea under its `keyOf`; as its `seal` when the server had it once and lost it.
 * @typedef {{id: string, session: string, body?: string, seal?: string}} Item
 */
/** @typedef {{s: string, why?: string, seal?: string}} Verdict the server's word on one item */
/**
 * One answer of the server: `commit` is the pair that stands for what it kept, `lost` are pairs it does not know any more.
 * @typedef {{items: Record<string, Verdict>, commit?: string, day?: number, lost?: string[]}} Word
 */
/** @typedef {{id: string, day: number, items: Record<string, Verdict>}} Receipt of one commit; `id` is `session/pair` */
/** @typedef {{session: string, confirmed: number, acknowledged: number, held: number, turns: number}} Counters `turns` without ideas */

/** How many pairs one request shows at most. */
export const MOST_PAIRS = 200;

/**
 * @param {string} session
 * @returns {Counters}
 */
const none = (session) => ({ session, confirmed: 0, acknowledged: 0, held: 0, turns: 0 });

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
    const counted = { ...none(draft.session), ...(await counters.get(draft.session)) };
    await Promise.all([
      drafts.delete(draft.session),
      ...[{ id: draft.id, body }, ...ideas].map((item) => outbox.add({ ...item, session: draft.session })),
      counters.put({ ...counted, confirmed: counted.confirmed + 1 + ideas.length, turns: counted.turns + 1 }),
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
 * Acts on the server's word: what it keeps becomes a receipt, what it has lost waits again, sealed. Doing it again, late or
 * in another window changes nothing. A word we do not know leaves the item where it is.
 *
 * @param {string} session
 * @param {Word} word
 * @returns {Promise<{settled: number, lost: number}>} how many items left the outbox, how many came back
 */
export function settle(session, { items, commit, day = 0, lost = [] }) {
  return transaction(["outbox", "receipts", "attention", "counters"], "readwrite", async (tx) => {
    const [outbox, receipts, counters] = [tx.objectStore("outbox"), tx.objectStore("receipts"), tx.objectStore("counters")];
    const counted = (await counters.get(session)) ?? none(session);
    /** @type {Record<string, Verdict>} */
    const sealed = {};
    const done = { settled: 0, lost: 0 };
    for (const [id, verdict] of Object.entries(items)) {
      const item = await outbox.get(id);
      if (item?.session !== session || !["stored", "held", "rejected", "gone"].includes(verdict.s)) continue;
      if (verdict.s === "rejected") await tx.objectStore("attention").put({ ...item, why: verdict.why });
      else counted[counterOf(verdict)] += 1;
      if (verdict.seal) sealed[id] = verdict;
      await outbox.delete(id);
      done.settled += 1;
    }
    if (commit && Object.keys(sealed).length) {
      const id = `${session}/${commit}`;
      await receipts.put({ id, day, items: { ...(await receipts.get(id))?.items, ...sealed } });
    }
    for (const pair of lost) {
      const receipt = await receipts.get(`${session}/${pair}`);
      for (const [id, verdict] of Object.entries(receipt?.items ?? {})) {
        await outbox.put({ id, session, seal: verdict.seal });
        counted[counterOf(verdict)] -= 1;
        done.lost += 1;
      }
      await receipts.delete(`${session}/${pair}`);
    }
    await counters.put(counted);
    return done;
  });
}

/** @param {Verdict} verdict */
const counterOf = ({ s }) => (s === "held" ? "held" : "acknowledged");

/**
 * Which commits of the server's this tablet holds receipts of, in a lasting order.
 *
 * @param {string} session
 * @param {string} [after] the last pair of the request before, for there may be more than fit into one
 * @returns {Promise<string[]>}
 */
export function pairs(session, after = "") {
  return transaction(["receipts"], "readonly", async (tx) => {
    const keys = await tx.objectStore("receipts").getAllKeys(beginning(`${session}/`, after), MOST_PAIRS);
    return keys.map((key) => String(key).slice(session.length + 1));
  });
}

/**
 * Receipts go once nothing can be lost any more, or when they are old.
 *
 * @param {string} session
 * @param {number} [before] the server's day; without it all of them
 */
export function forget(session, before = Infinity) {
  return transaction(["receipts"], "readwrite", async (tx) => {
    const receipts = tx.objectStore("receipts");
    for (const { id, day } of await receipts.getAll(beginning(`${session}/`))) if (day < before) await receipts.delete(id);
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
