// Plays a draft's booklet for who writes it: the pages turn and the tiles answer, and nothing is kept or sent.
import { find, openBooklet } from "../pwa/booklet.js";
import { openIdea } from "../pwa/draw.js";
import { made } from "../pwa/idea.js";
import { tileName } from "../pwa/marks.js";
import { begin, remember, tap, undo } from "../pwa/turn.js";

const BYTES = 20;

const main = find(document, "main");
const booklet = openBooklet(main);
const order = ["welcome", "assent", "practice", ...booklet.questions.map(({ id }) => `question:${id}`), "review", "thanks"];
let draft = fresh();
/** Where "go on" leads from a side page. */
let goOnTo = "welcome";
let isChanging = false;

// There is no tablet here whose corner a teacher could open.
for (const way of document.querySelectorAll("[data-corner]")) way.remove();

const ideas = new Map(
  booklet.pages
    .filter(({ section }) => section.querySelector("[data-draw]"))
    .map(({ key, section, question }) => [key, openIdea(section, (idea) => question && answer(question, made(idea)))]),
);

function fresh() {
  return begin("trial", main.lang, "welcome", crypto.getRandomValues(new Uint8Array(BYTES)));
}

/** @param {import("../pwa/turn.js").Question} question */
function mark(question) {
  const idea = ideas.get(`question:${question.id}`);
  booklet.mark(question, draft.answers[question.id], idea?.canUndo ?? Boolean(draft.past?.[question.id]?.length));
  idea?.mark();
}

/**
 * @param {import("../pwa/turn.js").Question} question
 * @param {import("../pwa/turn.js").Answer} given
 */
function answer(question, given) {
  draft.answers[question.id] = given;
  mark(question);
}

/**
 * @param {string} option
 * @param {number} [by]
 */
function choose(option, by) {
  const { question } = booklet;
  if (!question) return;
  remember(draft, question);
  answer(question, tap(question, draft.answers[question.id], option, by));
  booklet.say(option);
}

/** @param {number} by */
function turnPage(by) {
  const to = isChanging ? "review" : order[order.indexOf(booklet.key) + by];
  isChanging = false;
  booklet.show(to ?? "welcome");
}

function startOver() {
  draft = fresh();
  booklet.arrange(draft.seed);
  for (const idea of ideas.values()) idea.show();
  for (const question of booklet.questions) mark(question);
  booklet.show("welcome");
}

/** @type {Record<string, () => void>} */
const actions = {
  start: () => booklet.show("assent"),
  helped: () => booklet.show("assent"),
  draw: () => booklet.show("refused"),
  yes: () => booklet.show("practice"),
  no: () => booklet.show("refused"),
  next: () => (booklet.key === "thanks" ? startOver() : turnPage(1)),
  back: () => turnPage(-1),
  skip: () => {
    if (booklet.question) answer(booklet.question, null);
    turnPage(1);
  },
  undo: () => {
    const { question, key } = booklet;
    const idea = ideas.get(key);
    if (idea) return idea.undo();
    if (!question) return undefined;
    undo(draft, question);
    return mark(question);
  },
  stop: () => {
    goOnTo = booklet.key;
    booklet.show("stop");
  },
  keep: () => booklet.show("thanks"),
  discard: startOver,
  confirm: () => booklet.show("thanks"),
  "go-on": () => booklet.show(goOnTo),
  "new-child": startOver,
  "other-class": startOver,
};

document.addEventListener("click", ({ target }) => {
  const idea = ideas.get(booklet.key);
  if (target instanceof HTMLInputElement) {
    if (idea) idea.tap(target);
    else choose(tileName(target));
    return;
  }
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button || button.disabled) return;
  const { rank, coin, change, lang, do: name = "" } = button.dataset;
  if (rank || coin) choose(tileName(button), Number(coin ?? 1));
  else if (change) {
    booklet.show(change);
    isChanging = true;
  } else if (lang && lang !== main.lang) location.assign(location.pathname.replace(/[^/]+$/, lang));
  else if (name === "language") booklet.show("welcome");
  else actions[name]?.();
});

startOver();
