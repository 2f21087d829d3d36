// The composition root of the teacher's corner: its door, what this tablet holds, "send now", a file to carry away.
// A script of its own, so that no child waits for it. Shows how many, never what.
import { find, showMark } from "./booklet.js";
import { list } from "./database.js";
import { opens } from "./door.js";
import { parcels, write } from "./handover.js";
import { watchIdle } from "./idle.js";
import { ledger } from "./outbox.js";
import { startSync } from "./sync.js";

/** @typedef {import("./sync.js").Session} Session */

const MOST_TRIES = 3;
const IDLE_MS = 2 * 60_000;

const main = find(document, "main");
const leave = () => location.replace(`/app/?lang=${main.lang}`);

/** @param {string} name the one part that is shown */
function show(name) {
  for (const part of main.querySelectorAll("[data-part]")) part.toggleAttribute("hidden", part.getAttribute("data-part") !== name);
  find(main, `[data-part="${name}"] h1`).focus();
}

/**
 * @param {HTMLElement} where
 * @param {string} name a sentence the page holds ready, or nothing
 */
function say(where, name) {
  for (const each of where.querySelectorAll("[data-say]")) each.toggleAttribute("hidden", each.getAttribute("data-say") !== name);
}

/**
 * @param {ParentNode} where
 * @param {string} name
 * @param {string | number} value
 */
function fill(where, name, value) {
  find(where, `[data-fact="${name}"]`).textContent = String(value);
}

async function draw() {
  /** @type {Session[]} */
  const sessions = await list("sessions");
  const { unsent } = await ledger("");
  let refused = 0;
  const lines = [];
  for (const { session, pictures } of sessions) {
    const { confirmed, outbox, attention } = await ledger(session);
    refused += attention;
    const line = /** @type {DocumentFragment} */ (/** @type {HTMLTemplateElement} */ (find(main, "[data-class]")).content.cloneNode(true));
    fill(line, "done", confirmed);
    fill(line, "waiting", outbox);
    line.querySelectorAll("img").forEach((image, at) => {
      const drawn = main.querySelector(`[data-picture="${pictures?.[at]}"]`);
      for (const name of ["src", "alt"]) image.setAttribute(name, drawn?.getAttribute(name) ?? "");
      image.hidden = !drawn;
    });
    lines.push(line);
  }
  find(main, "[data-classes]").replaceChildren(...lines);
  fill(main, "unsent", unsent);
  fill(main, "attention", refused);
  find(main, '[data-fact="attention"]').parentElement?.toggleAttribute("hidden", !refused);
  for (const name of /** @type {const} */ (["ready", "keeps"])) {
    const isSo = sessions.some(({ told }) => told?.[name] === "yes");
    find(main, `[data-fact="${name}"]`).dataset.is = isSo ? "yes" : "no";
  }
  const mark = sessions.at(-1)?.mark;
  if (mark) showMark(mark);
  return { sessions, unsent };
}

function enter() {
  const said = find(main, "[data-said]");
  const sync = startSync({
    current: undefined,
    hello: false,
    after: Promise.resolve(),
    tablet: () => ({ ready: "no", keeps: "no", turn: "idle" }),
    heard: () => void draw(),
    refused: () => undefined,
    outdated: () => undefined,
  });

  async function send() {
    say(said, "sending");
    await sync.now();
    const { sessions, unsent } = await draw();
    say(said, !unsent ? "sent" : sessions.some(({ rejoin }) => rejoin) ? "rejoin" : "kept");
  }

  async function save() {
    const { sessions } = await draw();
    const held = await parcels(sessions);
    if (!held.length) return say(said, "empty");
    const file = /** @type {HTMLAnchorElement} */ (find(main, "[data-file]"));
    URL.revokeObjectURL(file.href);
    file.href = URL.createObjectURL(await write(held, sessions));
    file.download = `tyck-${sessions.at(-1)?.mark.colour}-${sessions.at(-1)?.mark.shape}.tyck`;
    file.click();
    return say(said, "saved");
  }

  main.addEventListener("click", ({ target }) => {
    const act = target instanceof Element ? target.closest("[data-act]")?.getAttribute("data-act") : undefined;
    if (act === "send") void send();
    if (act === "save") void save().catch(() => say(said, "failed"));
  });
  watchIdle({ away: leave, idle: (ms) => ms > IDLE_MS && leave() });
  void draw().then(() => show("inside"));
}

async function openDoor() {
  /** @type {Session[]} */
  const sessions = await list("sessions");
  const door = find(main, "[data-part=door]");
  const why = globalThis.crypto.subtle ? "nobody" : "plain";
  if (why === "plain" || !sessions.some(({ corner }) => corner)) {
    show("none");
    return say(find(main, "[data-part=none]"), why);
  }
  let tries = 0;
  find(door, "form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (find(door, "input"));
    const typed = field.value;
    field.value = "";
    if (await opens(sessions, typed)) return enter();
    tries += 1;
    if (tries >= MOST_TRIES) return leave();
    say(door, "wrong");
    return field.focus();
  });
  show("door");
  return find(door, "input").focus();
}

main.addEventListener("click", ({ target }) => {
  const lang = target instanceof Element ? target.closest("[data-do=language]")?.getAttribute("data-lang") : undefined;
  if (lang) location.replace(`/app/corner?lang=${lang}`);
});
find(main, ".boot").hidden = true;
await openDoor();
