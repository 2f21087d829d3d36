// Whether this tablet can play without network, and the service worker that makes it so. Knows no answers.
import { close, get, put } from "./database.js";
import { isLasting } from "./lasting.js";
import { soundList, trySounds } from "./sound.js";

/** @typedef {"yes" | "no"} YesNo */
/** @typedef {{edition: string, pages: string[], assets: {url: string, sha256: string, bytes: number}[]}} Kept */

const ROOM_BYTES = 20_000_000;
const ANSWER_MS = 60_000;
const RELOADED = "tyck-reloaded";

/** @returns {Promise<boolean>} whether a turn has room to be kept; an estimate the browser does not give counts as enough */
export async function roomLeft() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return quota === undefined || usage === undefined || quota - usage >= ROOM_BYTES;
}

/** Gives up the shells of earlier versions. */
export function freeSpace() {
  return ask({ free: true });
}

/** @returns {Promise<ServiceWorkerRegistration | undefined>} undefined where there are none (plain http) */
export function registerWorker() {
  if (!navigator.serviceWorker) return Promise.resolve(undefined);
  return navigator.serviceWorker.register("/app/sw.js", { scope: "/app/" }).catch(() => undefined);
}

/**
 * Has the worker keep a booklet's pages with every picture on them, each file checked against its digest.
 *
 * @param {Kept} booklet
 * @returns {Promise<boolean>}
 */
export async function keepBooklet({ edition, pages, assets }) {
  const answer = await ask({ keep: { pages, assets, pack: `/app/b/${edition}/pictures` } });
  return answer?.ok === true;
}

/**
 * Has the worker keep what the booklets and the join page read aloud, and tries whether this device plays it.
 *
 * @param {Kept[]} booklets
 * @returns {Promise<boolean>}
 */
async function keepSounds(booklets) {
  const here = document.documentElement.lang;
  const lists = booklets.flatMap(({ edition, pages }) => {
    const languages = pages.map((page) => page.split("/").at(-1) ?? "");
    const hereFirst = [here, ...languages.filter((lang) => lang !== here)];
    return hereFirst.flatMap((lang) => [...soundList(edition, lang), ...soundList("join", lang)]);
  });
  const answer = await ask({ sounds: [...new Set(lists)] });
  return answer?.ok === true && trySounds(lists).then(() => true, () => false);
}

/**
 * @param {object} message
 * @returns {Promise<any>} the worker's answer, undefined when it gave none
 */
async function ask(message) {
  const registration = await navigator.serviceWorker?.ready;
  if (!registration?.active) return undefined;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
    setTimeout(resolve, ANSWER_MS);
  });
  registration.active.postMessage(message, [port2]);
  return answer;
}

/** @returns {Promise<boolean>} whether a strict write is still there on another connection */
async function writeSurvives() {
  const mark = Array.from(crypto.getRandomValues(new Uint8Array(8))).join();
  await put("meta", mark, "probe");
  await close();
  return (await get("meta", "probe")) === mark;
}

/**
 * One after the other: a slow tablet is being played on meanwhile.
 *
 * @returns {Promise<boolean>}
 */
async function picturesDecode() {
  try {
    for (const image of document.images) {
      image.loading = "eager";
      if (image.src) await image.decode();
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks all of it and shows the result.
 *
 * @param {Kept[]} booklets that must be kept; none means not ready
 * @param {boolean} wasHeard whether the server has answered this tablet before
 * @param {{isResting: () => boolean, reload: () => void, onReady: () => void}} page
 * @returns {{heard(): void, ready: YesNo, keeps: YesNo, checked: Promise<void>}} `heard`: the server has answered
 */
export function watchReady(booklets, wasHeard, { isResting, reload, onReady }) {
  /** @type {YesNo} */
  let ready = "no";
  /** @type {YesNo} */
  let keeps = "no";
  let holds = false;
  let lasts = false;
  let heard = wasHeard;

  function look() {
    if (!holds || !heard || ready === "yes") return;
    if (document.documentElement.dataset.source === "cache" && navigator.serviceWorker?.controller) {
      ready = "yes";
      if (lasts) keeps = "yes";
      for (const [name, word] of [["data-ready", ready], ["data-keeps", keeps]]) {
        for (const mark of document.querySelectorAll(`[${name}]`)) mark.setAttribute(String(name), String(word));
      }
      onReady();
    } else if (isResting() && sessionStorage.getItem(RELOADED) !== location.pathname) {
      // Only a page that was itself started from the cache has shown that it can be.
      sessionStorage.setItem(RELOADED, location.pathname);
      reload();
    }
  }

  async function check() {
    if (!booklets.length || !navigator.serviceWorker) return;
    lasts = await isLasting();
    const kept = await Promise.all(booklets.map(keepBooklet));
    holds = kept.every(Boolean) && (await keepSounds(booklets)) && (await picturesDecode()) && (await writeSurvives());
    look();
  }

  const checked = check().catch(() => undefined);
  setInterval(look, 3000);
  return {
    checked,
    heard() {
      heard = true;
      look();
    },
    get ready() {
      return ready;
    },
    get keeps() {
      return keeps;
    },
  };
}

/**
 * Lets a newer version take over, but only between turns.
 *
 * @param {ServiceWorkerRegistration | undefined} registration
 * @param {{isResting: () => boolean, reload: () => void}} page
 */
export function watchUpdates(registration, { isResting, reload }) {
  if (!registration) return;
  let asked = false;
  setInterval(() => {
    if (!registration.waiting || asked || !isResting()) return;
    asked = true;
    navigator.serviceWorker.addEventListener("controllerchange", reload, { once: true });
    registration.waiting.postMessage({ activate: true });
  }, 3000);
  document.addEventListener("visibilitychange", () => void registration.update().catch(() => undefined));
}
