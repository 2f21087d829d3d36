// The only caller of fetch on the page: the three requests a tablet makes, and whether an answer counts as one.
// Knows no storage: nothing is deleted here, whatever comes back.

const TIMEOUT_MS = 30_000;
const GZIP_ABOVE = 1024;
const KEEPALIVE_BELOW = 60_000;

/**
 * What a request came to. `reply` is set only when the server answered as itself; `status` is 0 without any answer.
 * @template T
 * @typedef {{status: number, reply?: T, code?: string, after: number}} Outcome `after`: seconds the server asks us to wait
 */

/**
 * @typedef {{
 *   token: string, session: string, revision: string, grades: number[], mark: {colour: string, shape: string},
 *   booklets: Record<string, string>, assets: {url: string, sha256: string, bytes: number}[], state: string,
 *   school?: string, pictures?: string[], lang?: string, corner?: {mark: string, key: string},
 *   children?: number | null,
 * }} Joined `corner`: by what the teacher's figures are checked, and the key for a file to carry away; `children`: after so
 *   many turns a new one asks for the figures
 */

/** @typedef {{pictures: string[], school?: string} | {link: string}} Way how a tablet names its session */

/**
 * @typedef {{
 *   proto: 1, rid: string, session?: {state: string, full?: boolean}, next?: {min_s?: number, idle_s?: number, max_items?: number},
 * } & import("./outbox.js").Word} SyncReply
 */

/**
 * Same-origin credentials, so that joining ends a staff session of this browser.
 *
 * @param {Way} way
 * @returns {Promise<Outcome<Joined>>}
 */
export async function join(way) {
  const outcome = await post("/api/v1/join", way, { credentials: "same-origin" });
  return typeof outcome.reply?.token === "string" ? outcome : { ...outcome, reply: undefined };
}

/**
 * @param {string} token
 * @param {{rid: string}} request
 * @param {boolean} leaving whether the page may be gone before the answer comes
 * @returns {Promise<Outcome<SyncReply>>} `reply` only when it echoes our request id
 */
export async function sync(token, request, leaving) {
  const outcome = await post("/api/v1/sync", request, { credentials: "omit", token, leaving });
  const { reply } = outcome;
  const ours = reply?.rid === request.rid && reply.items && typeof reply.items === "object";
  return ours ? outcome : { ...outcome, reply: undefined };
}

/**
 * @param {string} token
 * @param {import("./outbox.js").Item} item
 * @param {boolean} leaving whether the page may be gone before the answer comes
 * @returns {Promise<Outcome<import("./outbox.js").Verdict & {commit?: string}>>} `reply` only when it names our idea
 */
export async function idea(token, { id, session, body, seal }, leaving) {
  const text = body ?? JSON.stringify({ proto: 1, session, seal });
  const outcome = await send("PUT", `/api/v1/${id}`, text, { credentials: "omit", token, leaving });
  const ours = typeof outcome.reply?.id === "string" && id.endsWith(outcome.reply.id);
  return ours ? outcome : { ...outcome, reply: undefined };
}

/**
 * @param {string} url
 * @param {object} content
 * @param {How} how
 * @returns {Promise<Outcome<any>>}
 */
function post(url, content, how) {
  return send("POST", url, JSON.stringify(content), how);
}

/** @typedef {{credentials: RequestCredentials, token?: string, leaving?: boolean}} How */

/**
 * @param {string} method
 * @param {string} url
 * @param {string} text
 * @param {How} how
 * @returns {Promise<Outcome<any>>}
 */
async function send(method, url, text, { credentials, token, leaving = false }) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), TIMEOUT_MS);
  try {
    const { body, encoding } = await pack(text);
    const response = await fetch(url, {
      method,
      body,
      headers: {
        "Content-Type": "application/json",
        ...(encoding && { "Content-Encoding": encoding }),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      credentials,
      redirect: "error",
      cache: "no-store",
      keepalive: leaving && body.length < KEEPALIVE_BELOW,
      signal: giveUp.signal,
    });
    const after = Number(response.headers.get("Retry-After")) || 0;
    const answer = await response.json().catch(() => undefined);
    const { status } = response;
    return status === 200 ? { status, reply: answer, after } : { status, code: answer?.error?.code, after };
  } catch {
    return { status: 0, after: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} text
 * @returns {Promise<{body: Uint8Array<ArrayBuffer>, encoding?: string}>}
 */
async function pack(text) {
  const body = new TextEncoder().encode(text);
  if (body.length <= GZIP_ABOVE || !("CompressionStream" in globalThis)) return { body };
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: new Uint8Array(await new Response(stream).arrayBuffer()), encoding: "gzip" };
}

/** @typedef {{url: string, picture: string}} Answer what the municipality answered, and where it is read */

/**
 * @param {string} school
 * @returns {Promise<Answer | undefined>} the newest answer to this school's children; nothing without network
 */
export async function answerFor(school) {
  const found = await take(`/api/v1/schools/${encodeURIComponent(school)}/answer`).then((response) => response.json(), () => undefined);
  return found?.answer ?? undefined;
}

/**
 * A file of this server, from the worker's cache where it is kept. Throws without an answer.
 *
 * @param {string} url
 */
export async function take(url) {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response;
}
