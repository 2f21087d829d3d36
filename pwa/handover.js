// A file to carry away what a tablet cannot send: read by nobody but the installation whose key it came with.
// Knows no page.
import { transaction } from "./database.js";

/** @typedef {import("./sync.js").Session} Session */
/** @typedef {{token: string, items: {id: string, body?: string, seal?: string}[]}} Parcel what is for one session */

const BEGINS = "TYCK1";

/**
 * What has not been acknowledged, or could not be read, with the passes it would have been sent with.
 *
 * @param {Session[]} sessions
 * @returns {Promise<Parcel[]>}
 */
export function parcels(sessions) {
  return transaction(["outbox", "attention"], "readonly", async (tx) => {
    const found = [];
    for (const { session, token } of sessions) {
      const stores = [tx.objectStore("outbox"), tx.objectStore("attention")];
      const held = await Promise.all(stores.map((store) => store.index("session").getAll(session)));
      const items = held.flat().map(({ id, body, seal }) => ({ id, body, seal }));
      if (items.length) found.push({ token, items });
    }
    return found;
  });
}

/**
 * `TYCK1`, an AES key by RSA-OAEP, a nonce, and gzip by AES-GCM (W3C Web Cryptography).
 *
 * @param {Parcel[]} held
 * @param {Session[]} sessions one of them brought the key
 * @returns {Promise<Blob>}
 */
export async function write(held, sessions) {
  const key = sessions.map(({ corner }) => corner?.key).find(Boolean) ?? "";
  const spki = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
  const theirs = await crypto.subtle.importKey("spki", spki, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["wrapKey"]);
  const ours = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const packed = new Blob([JSON.stringify({ parcels: held })]).stream().pipeThrough(new CompressionStream("gzip"));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, ours, await new Response(packed).arrayBuffer());
  const wrapped = await crypto.subtle.wrapKey("raw", ours, theirs, "RSA-OAEP");
  return new Blob([BEGINS, wrapped, iv, sealed], { type: "application/octet-stream" });
}
