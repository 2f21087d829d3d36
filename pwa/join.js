// Which class a tablet belongs to: four pictures or a link, first among the sessions it holds, then by asking the server.
import * as api from "./api.js";
import { find, showMark } from "./booklet.js";
import { get, list, put, remove } from "./database.js";
import { emptiedOf, noteJoined } from "./lasting.js";
import { ledger, pairs } from "./outbox.js";
import { keepBooklet } from "./ready.js";

/** @typedef {import("./sync.js").Session} Session */
/** @typedef {api.Way} Way */

const PLAYABLE = ["prepared", "open"];
const KEEP_MS = 6000;
/** What the page says by the server's code; anything else is "away". */
const SENTENCES = new Map([
  ["unknown_code", "wrong"],
  ["not_found", "wrong"],
  ["ambiguous", "ambiguous"],
  ["session_closed", "ended"],
]);

/**
 * @param {HTMLElement} main
 * @returns {Promise<boolean>} false when the page is left at once for a class
 */
export async function openJoin(main) {
  const address = new URL(location.href);
  const school = address.searchParams.get("school");
  if (school) await put("meta", school, "school");
  await forgetEnded();

  const link = /^\/app\/j\/([^/]+)/.exec(address.pathname)?.[1];
  const current = await get("meta", "current");
  const session = current ? await get("sessions", current) : undefined;
  const draft = current ? await get("drafts", current) : undefined;
  const missing = address.pathname.startsWith("/app/b/");
  const isPlayed = session && (draft || (PLAYABLE.includes(session.state) && !session.rejoin));
  if (!link && !missing && isPlayed) {
    location.replace(await pageOf(session, document.documentElement.lang));
    return false;
  }
  if (link && (await enter({ link }, main)) === "entered") return false;
  listen(main);
  const emptied = await emptiedOf();
  if (emptied) showMark(emptied);
  if (emptied || missing) say(main, emptied ? "emptied" : "away");
  void showAnswer(main);
  return true;
}

/**
 * Leads to what the municipality answered the children of this tablet's school.
 *
 * @param {HTMLElement} main
 */
async function showAnswer(main) {
  const school = await get("meta", "school");
  const answer = school && (await api.answerFor(school));
  if (!answer) return;
  const way = find(main, "[data-answer]");
  way.setAttribute("href", answer.url);
  find(way, "img").setAttribute("src", answer.picture);
  way.hidden = false;
}

/** Forgets classes that have ended and have nothing left to send or to show, and the booklets nobody plays any more. */
async function forgetEnded() {
  /** @type {string[]} */
  const played = [];
  for (const { session, state, booklets } of await list("sessions")) {
    if (!["closed", "discarded", "frozen"].includes(state) || (await get("drafts", session))) {
      played.push(...Object.values(booklets));
      continue;
    }
    const { outbox, attention } = await ledger(session);
    if (!outbox && !attention && !(await pairs(session)).length) await remove("sessions", session);
  }
  for (const { edition, pages } of await list("booklets")) {
    if (!pages.some((/** @type {string} */ page) => played.includes(page))) await remove("booklets", edition);
  }
}

/** @param {HTMLElement} main */
function listen(main) {
  /** @type {string[]} */
  let taps = [];
  let asking = false;
  const slots = Array.from(main.querySelectorAll("[data-slot]"), (slot) => find(slot, "img"));
  const undo = /** @type {HTMLButtonElement} */ (find(main, "[data-do=back]"));

  function draw() {
    const keys = taps.map((tap) => find(main, `[data-join="${tap}"]`));
    const names = keys.map((key) => key.textContent?.trim() ?? "");
    slots.forEach((image, at) => {
      const key = keys[at];
      image.hidden = !key;
      image.setAttribute("alt", names[at] ?? "");
      if (key) image.setAttribute("src", find(key, "img").getAttribute("src") ?? "");
    });
    find(document, "[data-live]").textContent = names.join(", ");
    undo.disabled = !taps.length;
  }

  main.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const { join, do: action, lang } = button?.dataset ?? {};
    if (action === "language") return location.replace(`/app/?lang=${lang}`);
    if (asking || (!join && action !== "back")) return;
    if (join) taps.push(join);
    else taps.pop();
    say(main, "");
    draw();
    if (taps.length < slots.length) return;
    asking = true;
    const sentence = await enter({ pictures: taps }, main);
    if (sentence === "entered") return;
    asking = false;
    taps = [];
    draw();
    say(main, sentence);
  });
  draw();
}

/**
 * @param {Way} way
 * @param {HTMLElement} main
 * @returns {Promise<string>} "entered", or the sentence to say
 */
async function enter(way, main) {
  const lang = document.documentElement.lang;
  const held = (await list("sessions")).find((session) => isOf(session, way));
  if (held) {
    await put("meta", held.session, "current");
    location.replace(await pageOf(held, lang));
    return "entered";
  }
  const school = await get("meta", "school");
  const { reply, code } = await api.join("pictures" in way && school ? { ...way, school } : way);
  if (!reply) {
    const sentence = SENTENCES.get(code ?? "") ?? "away";
    say(main, sentence);
    return sentence;
  }
  const { assets, ...session } = reply;
  const pages = Object.values(reply.booklets);
  const booklet = { edition: pages[0]?.split("/")[3] ?? "", pages, assets };
  const before = await get("sessions", session.session);
  await put("booklets", booklet);
  await put("sessions", { ...before, ...way, ...session, rejoin: false, lang: session.lang ?? lang });
  await put("meta", session.session, "current");
  await noteJoined(session.mark);
  if (session.school) await put("meta", session.school, "school");
  void navigator.storage?.persist?.().catch(() => undefined);
  // Kept first, so that the booklet's first page comes from the cache already. A slow network only delays that.
  // Its other language comes later: the line is shared.
  const page = await pageOf(session, lang);
  const patience = new Promise((resolve) => setTimeout(resolve, KEEP_MS));
  if (navigator.serviceWorker) await Promise.race([keepBooklet({ ...booklet, pages: [page] }).catch(() => undefined), patience]);
  location.replace(page);
  return "entered";
}

/**
 * @param {Session} session
 * @param {Way} way
 */
function isOf(session, way) {
  if (!PLAYABLE.includes(session.state) || session.rejoin) return false;
  return "link" in way ? session.link === way.link : session.pictures?.join() === way.pictures.join();
}

/**
 * The booklet in the language of the child who was answering, else in the school's.
 *
 * @param {Pick<Session, "session" | "booklets" | "lang">} session
 * @param {string} lang
 * @returns {Promise<string>}
 */
async function pageOf(session, lang) {
  const draft = await get("drafts", session.session);
  return session.booklets[draft?.lang ?? session.lang ?? lang] ?? /** @type {string} */ (Object.values(session.booklets)[0]);
}

/**
 * @param {HTMLElement} main
 * @param {string} name a sentence the page holds ready, or nothing
 */
function say(main, name) {
  let said = "";
  for (const sentence of main.querySelectorAll("[data-say]")) {
    const wanted = sentence.getAttribute("data-say") === name;
    sentence.toggleAttribute("hidden", !wanted);
    if (wanted) said = sentence.textContent ?? "";
  }
  find(document, "[data-live]").textContent = said;
}
