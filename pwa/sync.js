// When to talk to the server and how much to say. Nothing here decides what is lost or kept: outbox.js does, on the server's word.
import * as api from "./api.js";
import { get, list, put } from "./database.js";
import { isIdea } from "./idea.js";
import { forget, ledger, MOST_PAIRS, pairs, settle, waiting } from "./outbox.js";

/** @typedef {{ready: "yes" | "no", keeps: "yes" | "no", turn: "idle" | "answering"}} Tablet */
/**
 * One this tablet holds; `day` is the server's, `told` what the server last heard of this tablet there.
 * @typedef {import("./api.js").Joined & {link?: string, rejoin?: boolean, heard?: boolean, full?: boolean, day?: number, told?: Tablet}} Session
 */

const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 300;
const MAX_ITEMS = 50;
const MAX_BYTES = 200 * 1024;
const HOUR_MS = 3_600_000;
/** Nothing of such a session can be counted any more, so nothing can be lost. */
const OVER = ["frozen", "discarded", "gone"];
/** After so many days of the server's a receipt is worth nothing any more. */
const RECEIPT_DAYS = 90;

/**
 * Starts the timer and the triggers.
 *
 * @param {object} page
 * @param {string | undefined} page.current the session this page plays; the others are emptied, and heard now and then
 * @param {boolean} [page.hello] whether the first request says only that the tablet is here: pages start when a child takes over
 * @param {() => Tablet} page.tablet
 * @param {Promise<unknown>} page.after what the first request waits for
 * @param {() => void} page.heard called after each answered request, when its effects are on disk
 * @param {() => void} page.refused called when the server does not know this tablet's pass
 * @param {() => void} page.outdated called when the server asks for a newer app
 */
export function startSync({ current, hello = true, tablet, after, heard, refused, outdated }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let failures = 0;
  let notBefore = 0;
  let size = MAX_ITEMS;
  let advice = { min_s: 5, idle_s: 30 };
  /** @type {Promise<void> | undefined} */
  let running;
  let again = false;
  let spokeAt = -Infinity;
  /** @type {Map<string, string>} the last pair that was shown of each session */
  const shown = new Map();
  let isFirst = hello;

  /** @param {number} seconds */
  function plan(seconds) {
    clearTimeout(timer);
    timer = setTimeout(now, Math.max(seconds * 1000, notBefore - performance.now()));
  }

  /**
   * Sends at once, or once more after the request that is under way.
   *
   * @returns {Promise<void> | undefined} until that is answered or has failed
   */
  function now() {
    if (performance.now() < notBefore) return undefined;
    if (running) {
      again = true;
      return running;
    }
    running = exclusively(round)
      .catch(() => false)
      .then(async (answered) => {
        const withheld = isFirst && answered && (await holdsAny());
        running = undefined;
        failures = answered ? 0 : failures + 1;
        isFirst &&= !answered;
        // Somebody came back, or the network did, while a request was failing: the wait begins anew.
        if (!answered) plan(backoff(again ? 0 : failures));
        else if (withheld && document.visibilityState === "visible") soon();
        else plan(again ? 0 : advice.idle_s);
        again = false;
      });
    return running;
  }

  /** @returns {Promise<boolean>} */
  function holdsAny() {
    return ledger("").then(({ unsent }) => unsent > 0, () => true);
  }

  /** Sends a while after a confirm, together with others, so that the moment tells nothing. */
  function soon() {
    if (!failures) plan(between(advice.min_s, advice.idle_s));
  }

  /** @returns {Promise<boolean>} whether the server answered for every session there was something to say about */
  async function round() {
    let answered = true;
    const isVisible = document.visibilityState === "visible";
    const isDue = isVisible && performance.now() - spokeAt > HOUR_MS;
    if (isDue) spokeAt = performance.now();
    /** @type {Session[]} */
    const sessions = await list("sessions");
    for (const session of sessions.sort((one, other) => Number(other.session === current) - Number(one.session === current))) {
      const isCurrent = session.session === current;
      if (isDue || (isCurrent && isVisible) || (await waiting(session.session)).length) {
        answered = (await deliver(session, isCurrent)) && answered;
      }
    }
    return answered;
  }

  /**
   * @param {Session} session
   * @param {boolean} isCurrent
   */
  async function deliver(session, isCurrent) {
    for (;;) {
      const isHurried = document.visibilityState === "hidden" || !isOpen(session);
      const held = isFirst && !isHurried ? [] : shuffled(await waiting(session.session));
      const items = held.filter(({ id }) => !isIdea(id));
      const batch = firstOf(items, size);
      /** @type {Tablet} */
      const said = isCurrent ? tablet() : { ready: "no", keeps: "no", ...session.told, turn: "idle" };
      const outcome = await send(session, batch, said);
      if (outcome.status === 413 && batch.length > 1) {
        size = Math.ceil(batch.length / 2);
        continue;
      }
      if (!outcome.reply) return unanswered(session, outcome);
      const verdicts = Object.entries(outcome.reply.items).filter(([id]) => batch.some((item) => item.id === id));
      const done = await settle(session.session, { ...outcome.reply, items: Object.fromEntries(verdicts) });
      const wasOpen = isOpen(session);
      await learn(session, outcome.reply, said);
      // No child can start here from now on: says once more what waits, for the teacher's "safe to leave".
      if (wasOpen && !isOpen(session)) continue;
      heard();
      if (done.lost || (done.settled && batch.length < items.length)) continue;
      const sent = await deliverIdeas(session, held.filter(({ id }) => isIdea(id)));
      // Says once more what waits.
      if (!sent) return sent === 0;
    }
  }

  /**
   * @param {Session} session
   * @param {import("./outbox.js").Item[]} ideas
   * @returns {Promise<number | undefined>} how many left the outbox; undefined when the server did not answer
   */
  async function deliverIdeas(session, ideas) {
    let settled = 0;
    for (const item of ideas) {
      const outcome = await api.idea(session.token, item, document.visibilityState === "hidden");
      const word = outcome.reply;
      if (word) settled += (await settle(session.session, { ...word, day: session.day, items: { [item.id]: word } })).settled;
      else {
        await unanswered(session, outcome);
        return undefined;
      }
    }
    return settled;
  }

  /**
   * @param {Session} session
   * @param {import("./outbox.js").Item[]} batch
   * @param {Tablet} said
   */
  async function send(session, batch, said) {
    const { confirmed, attention, outbox } = await ledger(session.session);
    const have = await pairs(session.session, shown.get(session.session));
    shown.set(session.session, have[MOST_PAIRS - 1] ?? "");
    const request = {
      proto: 1,
      rid: hex(crypto.getRandomValues(new Uint8Array(8))),
      session: session.session,
      items: batch.map(({ id, body, seal }) => ({ id, body, seal })),
      have,
      ledger: { confirmed, pending: Math.max(0, outbox - batch.length), attention },
      tablet: said,
    };
    return api.sync(session.token, request, document.visibilityState === "hidden");
  }

  /**
   * @param {Session} session
   * @param {api.Outcome<unknown>} outcome
   */
  async function unanswered(session, { status, after: seconds }) {
    notBefore = Math.max(notBefore, performance.now() + seconds * 1000);
    if (status === 426) outdated();
    if (status === 401 || status === 403) {
      await update(session, { rejoin: true });
      refused();
    }
    return false;
  }

  /**
   * @param {Session} session
   * @param {api.SyncReply} reply
   * @param {Tablet} told
   */
  async function learn(session, reply, told) {
    advice = { ...advice, ...reply.next };
    size = Math.max(1, Math.min(size, reply.next?.max_items ?? MAX_ITEMS));
    const { day: dayBefore } = session;
    const { state = session.state, full = false } = reply.session ?? {};
    const learnt = { state, full, rejoin: false, heard: true, day: reply.day ?? dayBefore, told };
    if (JSON.stringify({ ...session, ...learnt }) !== JSON.stringify(session)) await update(session, learnt);
    Object.assign(session, learnt);
    if (OVER.includes(learnt.state)) await forget(session.session);
    else if (learnt.day !== dayBefore) await forget(session.session, Number(learnt.day) - RECEIPT_DAYS);
  }

  for (const event of ["online", "pagehide"]) addEventListener(event, () => void now());
  document.addEventListener("visibilitychange", () => void now());
  void after.then(() => void now());
  return {
    now,
    soon,
    /** Before the page leaves of its own accord: what waits is sent by the next page. */
    rest() {
      notBefore = Infinity;
    },
  };
}

/** @param {Session} session */
function isOpen({ state }) {
  return state === "prepared" || state === "open";
}

/**
 * @param {Session} session
 * @param {Partial<Session>} change
 */
async function update(session, change) {
  const held = await get("sessions", session.session);
  if (held) await put("sessions", { ...held, ...change });
}

/**
 * One window of the tablet talks at a time, where the browser can arrange it. It only saves work.
 *
 * @param {() => Promise<boolean>} work
 * @returns {Promise<boolean>}
 */
function exclusively(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request("tyck-sync", { ifAvailable: true }, (lock) => (lock ? work() : true));
}

/**
 * Full jitter (AWS Architecture Blog, 2015), from 2 to 300 seconds.
 *
 * @param {number} failures
 */
function backoff(failures) {
  return between(FIRST_WAIT_S, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** failures));
}

/**
 * @param {number} low
 * @param {number} high
 */
function between(low, high) {
  return low + Math.random() * Math.max(0, high - low);
}

/**
 * @param {import("./outbox.js").Item[]} items
 * @param {number} most
 */
function firstOf(items, most) {
  /** @type {import("./outbox.js").Item[]} */
  const first = [];
  let bytes = 0;
  for (const item of items.slice(0, most)) {
    bytes += (item.body ?? item.seal ?? "").length * 2;
    if (first.length && bytes > MAX_BYTES) break;
    first.push(item);
  }
  return first;
}

/**
 * @template T
 * @param {T[]} items
 * @returns {T[]} the same in random order
 */
function shuffled(items) {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
