// The only user of IndexedDB: the stores, and transactions that outlive a killed connection.
// Knows no rules: what belongs together in one transaction is decided by its callers.
import { openDB } from "../vendor/idb.js";

/** @typedef {"meta" | "sessions" | "booklets" | "drafts" | "outbox" | "receipts" | "attention" | "counters"} StoreName */
/** @typedef {import("../vendor/idb.js").IDBPDatabase} Database */
/**
 * @template {IDBTransactionMode} M
 * @typedef {import("../vendor/idb.js").IDBPTransaction<unknown, StoreName[], M>} Transaction
 */

const NAME = "tyck";
const VERSION = 1;
const KEYS = {
  meta: undefined,
  sessions: "session",
  booklets: "edition",
  drafts: "session",
  outbox: "id",
  receipts: "id",
  attention: "id",
  counters: "session",
};

/** @type {Promise<Database> | undefined} */
let connection;

/** @returns {Promise<Database>} */
function open() {
  connection ??= openDB(NAME, VERSION, {
    upgrade(db) {
      for (const [store, keyPath] of Object.entries(KEYS)) {
        const made = db.createObjectStore(store, keyPath ? { keyPath } : undefined);
        if (store === "outbox" || store === "attention") made.createIndex("session", "session");
      }
    },
    blocking: () => void close(),
    terminated: () => {
      connection = undefined;
    },
  }).catch((error) => {
    connection = undefined;
    throw error;
  });
  return connection;
}

/** Lets the connection go; the next transaction opens another. */
export async function close() {
  const closing = connection;
  connection = undefined;
  (await closing?.catch(() => undefined))?.close();
}

/**
 * Runs `work` in one transaction and returns its value after the transaction is complete.
 *
 * The system may kill a connection at any moment (iOS does it in the background). Then everything is done once more on a
 * new one, so `work` must be harmless to repeat. Throws when storage is full (`QuotaExceededError`) or will not open.
 *
 * @template {"readonly" | "readwrite"} M
 * @template T
 * @param {StoreName[]} stores
 * @param {M} mode
 * @param {(tx: Transaction<M>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function transaction(stores, mode, work) {
  const used = open();
  try {
    return await once(used, stores, mode, work);
  } catch (error) {
    if (isFull(error)) throw error;
    // Another one may have opened a new connection already.
    if (connection === used) await close();
    return once(open(), stores, mode, work);
  }
}

/**
 * @template {"readonly" | "readwrite"} M
 * @template T
 * @param {Promise<Database>} opening
 * @param {StoreName[]} stores
 * @param {M} mode
 * @param {(tx: Transaction<M>) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function once(opening, stores, mode, work) {
  const tx = (await opening).transaction(stores, mode, { durability: "strict" });
  const working = work(tx).catch((error) => {
    abort(tx);
    throw error;
  });
  const [value] = await Promise.all([working, tx.done]);
  return value;
}

/** @param {{abort(): void}} tx */
function abort(tx) {
  try {
    tx.abort();
  } catch {
    // It has ended already.
  }
}

/**
 * The keys that begin so, but only those after `prefix + after`.
 *
 * @param {string} prefix
 * @param {string} [after]
 */
export function beginning(prefix, after = "") {
  return IDBKeyRange.bound(prefix + after, `${prefix}\uffff`, true);
}

/**
 * @param {unknown} error
 * @returns {boolean}
 */
export function isFull(error) {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

/**
 * @param {StoreName} store
 * @param {IDBValidKey} key
 * @returns {Promise<any>} the record, or undefined
 */
export function get(store, key) {
  return transaction([store], "readonly", (tx) => tx.objectStore(store).get(key));
}

/**
 * @param {StoreName} store
 * @returns {Promise<any[]>}
 */
export function list(store) {
  return transaction([store], "readonly", (tx) => tx.objectStore(store).getAll());
}

/**
 * @param {StoreName} store
 * @param {unknown} value
 * @param {IDBValidKey} [key] only for `meta`, whose records do not hold their key
 */
export function put(store, value, key) {
  return transaction([store], "readwrite", (tx) => tx.objectStore(store).put(value, key));
}

/**
 * @param {StoreName} store
 * @param {IDBValidKey} key
 */
export function remove(store, key) {
  return transaction([store], "readwrite", (tx) => tx.objectStore(store).delete(key));
}
