// The composition root of the child's client: which page this is, and who hears of what.
import { find, openBooklet, showMark } from "./booklet.js";
import { get, list } from "./database.js";
import { openJoin } from "./join.js";
import { ledger } from "./outbox.js";
import { Play } from "./play.js";
import { registerWorker, watchReady, watchUpdates } from "./ready.js";
import { openSound, soundList } from "./sound.js";
import { startSync } from "./sync.js";
import { guardTaps } from "./touch.js";

const CHECK_MS = 3000;

const main = find(document, "main");
const registering = registerWorker();
const sound = openSound(main);
let shownAt = performance.now();
guardTaps(() => shownAt);
new MutationObserver(() => { shownAt = performance.now(); }).observe(main, { attributeFilter: ["data-at"] });

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Shows how many responses the server has not acknowledged yet. */
async function showUnsent() {
  const { unsent } = await ledger("");
  const mark = find(document, "[data-unsent]");
  mark.dataset.unsent = mark.textContent = String(unsent);
}

/**
 * Offers the sounds that are kept already, and again those that are kept once the tablet has been checked.
 *
 * @param {string[]} lists
 * @param {Promise<unknown>[]} moments
 */
function offerSounds(lists, moments) {
  const kept = document.documentElement.dataset.source === "cache" ? [Promise.resolve()] : [];
  for (const moment of [...kept, ...moments]) void moment.then(() => sound.load(lists)).catch(() => undefined);
}

/**
 * @param {string} edition
 * @param {string} path
 */
async function openBookletPage(edition, path) {
  const [current, sessions, kept] = await Promise.all([get("meta", "current"), list("sessions"), get("booklets", edition)]);
  const session = sessions.find((each) => each.session === current && Object.values(each.booklets).includes(path));
  if (!session) return location.replace(`/app/?lang=${main.lang}`);

  const booklet = openBooklet(main);
  showMark(session.mark);
  const playing = new Play(booklet, session, { revision: main.dataset.revision ?? "", lang: main.lang }, {
    soon: () => void showUnsent().then(() => sync.soon()),
    rest: () => sync.rest(),
  });
  // The child comes first, then the checks.
  await playing.open();
  const page = { isResting: () => playing.isResting, reload: () => playing.reload(), onReady: () => sync.now() };
  const readiness = watchReady(kept ? [kept] : [], session.heard ?? false, page);
  const after = Promise.race([readiness.checked, wait(CHECK_MS)]);
  offerSounds(soundList(edition, main.lang), [after, readiness.checked]);
  const sync = startSync({
    current,
    after,
    tablet: () => ({ ready: readiness.ready, keeps: readiness.keeps, turn: playing.isAnswering ? "answering" : "idle" }),
    heard: () => {
      readiness.heard();
      void showUnsent();
      void playing.heard();
    },
    refused: () => void playing.heard(),
    outdated: async () => void (await registering)?.update(),
  });
  watchUpdates(await registering, page);
}

async function openJoinPage() {
  if (!(await openJoin(main))) return;
  const section = find(main, "section");
  section.hidden = false;
  main.dataset.at = section.dataset.screen;
  const hasTaps = () => main.querySelector("[data-slot] img:not([hidden])") !== null;
  const page = { isResting: () => !hasTaps(), reload: () => location.reload(), onReady: () => undefined };
  const readiness = watchReady(await list("booklets"), true, page);
  offerSounds(soundList("join", main.lang), [Promise.race([readiness.checked, wait(CHECK_MS)])]);
  startSync({
    current: undefined,
    after: Promise.resolve(),
    tablet: () => ({ ready: readiness.ready, keeps: readiness.keeps, turn: "idle" }),
    heard: () => void showUnsent(),
    refused: () => undefined,
    outdated: async () => void (await registering)?.update(),
  });
  watchUpdates(await registering, page);
}

// Browsers below our floor play online only; the page says so.
main.toggleAttribute("data-old", !("CompressionStream" in globalThis));
const { booklet } = main.dataset;
void showUnsent();
await (booklet ? openBookletPage(booklet, location.pathname) : openJoinPage());
