// One child after another on one tablet: what each button does, from the language to "give the tablet to the next child".
import { get, remove } from "./database.js";
import * as outbox from "./outbox.js";
import { freeSpace, roomLeft } from "./ready.js";
import { begin, body, tap } from "./turn.js";

/** @typedef {import("./turn.js").Draft} Draft */
/** @typedef {ReturnType<typeof import("./booklet.js").openBooklet>} Booklet */
/** @typedef {import("./sync.js").Session} Session */

const RESUME = "tyck-resume";
const NO_NEW_TURNS = ["closing", "closed", "frozen"];
const RESTING = ["language", "welcome"];
const RESTING_MS = 2000;
const AWAY_MS = 30_000;
const IDLE_TURN_MS = 5 * 60_000;
const IDLE_CLASS_MS = 30 * 60_000;

/**
 * @param {Booklet} booklet
 * @param {Session} session
 * @param {{revision: string, lang: string}} edition
 * @param {ReturnType<typeof import("./sync.js").startSync>} sync
 */
export async function play(booklet, session, edition, sync) {
  /** @type {Draft | undefined} */
  let draft = await get("drafts", session.session);
  /** Where "go on" leads from a side page. */
  let goOnTo = "";
  /** Whether Next leads back to the overview, because "change" came from there. */
  let changing = false;
  /** @type {(() => Promise<void>) | undefined} what is tried again once there is room */
  let retry;
  let saving = Promise.resolve(true);
  let busy = Promise.resolve();

  const order = [
    ...["language", "welcome", "assent", "practice"],
    ...booklet.questions.map((question) => `question:${question.id}`),
    ...["review"],
  ];

  /** @param {string} key */
  function beside(key) {
    if (booklet.key !== key && order.includes(booklet.key)) goOnTo = booklet.key;
    booklet.show(key);
  }

  function startOver() {
    leaveFor(session.booklets[session.lang ?? ""] ?? location.pathname);
  }

  /** @param {string} address */
  function leaveFor(address) {
    sync.rest();
    location.replace(address);
  }

  async function leaveClass() {
    await remove("meta", "current");
    leaveFor(`/app/?lang=${edition.lang}`);
  }

  /**
   * Keeps the draft as it is now, after what is being kept already. False when the page must not go on.
   *
   * @returns {Promise<boolean>}
   */
  function save() {
    if (!draft) return Promise.resolve(true);
    const kept = structuredClone(draft);
    saving = saving.then(() => outbox.keep(kept)).then(
      (ours) => {
        if (!ours) startOver();
        return ours;
      },
      () => {
        stuck(async () => void ((await save()) && goOn()));
        return false;
      },
    );
    const result = saving;
    saving = saving.then(() => true);
    return result;
  }

  /**
   * Never a tick without a kept answer: a grown-up is called, the answers stay.
   *
   * @param {() => Promise<void>} again
   */
  function stuck(again) {
    retry = again;
    beside("stuck");
  }

  function goOn() {
    booklet.show(goOnTo || draft?.step || "welcome");
  }

  /** @param {string} step */
  async function goTo(step) {
    if (draft) draft.step = step;
    if (await save()) booklet.show(step);
  }

  /** @param {number} by */
  function turnPage(by) {
    const to = changing ? "review" : order[order.indexOf(booklet.key) + by];
    changing = false;
    return goTo(to ?? "welcome");
  }

  /**
   * @param {"done" | "stopped"} end
   * @returns {Promise<void>}
   */
  async function confirm(end) {
    const confirmed = draft;
    if (!confirmed) return startOver();
    await saving;
    try {
      const isSafe = await outbox.confirm(confirmed, body(confirmed, edition.revision, edition.lang, end));
      if (!isSafe) return startOver();
    } catch {
      return stuck(() => confirm(end));
    }
    draft = undefined;
    forget();
    booklet.show("thanks");
    sync.soon();
  }

  /** Takes the answers off the page, after they are kept or deleted. */
  function forget() {
    for (const { question } of booklet.pages) if (question) booklet.mark(question, null);
  }

  async function discard() {
    if (draft) await outbox.discard(draft);
    draft = undefined;
    forget();
  }

  /** @returns {Promise<void>} */
  async function start() {
    if (NO_NEW_TURNS.includes((await get("sessions", session.session))?.state)) return leaveClass();
    if (!draft) {
      const begun = begin(session.session, edition.lang, "assent", crypto.getRandomValues(new Uint8Array(20)));
      if (!(await roomLeft())) return stuck(start);
      try {
        if (!(await outbox.begin(begun))) return startOver();
      } catch {
        return stuck(start);
      }
      draft = begun;
      booklet.arrange(draft.seed);
    }
    await goTo("assent");
  }

  /** @param {string} lang */
  async function speak(lang) {
    const to = booklet.key === "language" ? "welcome" : booklet.key;
    if (lang === edition.lang) return goTo(to);
    if (draft) draft.lang = lang;
    if (!(await save())) return;
    sessionStorage.setItem(RESUME, JSON.stringify({ at: to, goOnTo, turn: draft?.id }));
    leaveFor(session.booklets[lang] ?? location.pathname);
  }

  /** @type {Record<string, (button: HTMLElement) => unknown>} */
  const actions = {
    start,
    yes: () => goTo("practice"),
    no: async () => {
      await discard();
      booklet.show("refused");
    },
    next: () => (booklet.key === "thanks" ? booklet.show("handover") : turnPage(1)),
    back: () => turnPage(-1),
    skip: () => {
      if (draft && booklet.question && booklet.key !== "practice") {
        draft.answers[booklet.question.id] = null;
        booklet.mark(booklet.question, null);
      }
      return turnPage(1);
    },
    stop: () => beside("stop"),
    keep: () => confirm("stopped"),
    discard: async () => {
      await discard();
      booklet.show("handover");
    },
    confirm: () => confirm("done"),
    language: (button) => speak(button.dataset.lang ?? edition.lang),
    "go-on": async () => {
      const again = retry;
      retry = undefined;
      if (booklet.key !== "stuck" || !again) return goOn();
      await freeSpace();
      await again();
    },
    "new-child": async () => {
      await discard();
      startOver();
    },
    "other-class": async () => {
      await discard();
      await leaveClass();
    },
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target instanceof HTMLInputElement) return choose(target);
    const button = target?.closest("button");
    if (!button) return;
    const page = booklet.key;
    const act = button.dataset.change ? () => change(button.dataset.change ?? "") : actions[button.dataset.do ?? ""];
    busy = busy.then(() => (page === booklet.key && !button.disabled ? act?.(button) : undefined)).then(undefined, () => {
      stuck(async () => goOn());
    });
  });

  /** @param {string} step */
  async function change(step) {
    await goTo(step);
    changing = true;
  }

  /** @param {HTMLInputElement} input */
  function choose(input) {
    const { question } = booklet;
    if (!question) return;
    const isPractice = booklet.key === "practice";
    const before = isPractice ? practised : draft?.answers[question.id];
    const after = tap(question, before, input.value);
    booklet.mark(question, after);
    if (question.max > 1) booklet.say(Array.isArray(after) && after.length >= question.max ? "full" : "");
    if (isPractice) practised = after;
    else if (draft) {
      draft.answers[question.id] = after;
      void save();
    }
  }

  /** @type {import("./turn.js").Answer | undefined} the practice answer is never kept */
  let practised;

  const idleMs = watch({
    onAway: () => draft && beside("abandoned"),
    onIdle: (ms) => {
      if (draft && ms > IDLE_TURN_MS && order.includes(booklet.key)) beside("abandoned");
      if (!draft && ms > IDLE_CLASS_MS) void leaveClass();
    },
  });

  const resumed = JSON.parse(sessionStorage.getItem(RESUME) ?? "null");
  sessionStorage.removeItem(RESUME);
  if (draft) {
    booklet.arrange(draft.seed);
    for (const question of booklet.questions) booklet.mark(question, draft.answers[question.id]);
  }
  if (resumed && resumed.turn === draft?.id) {
    goOnTo = resumed.goOnTo;
    booklet.show(resumed.at);
  } else {
    booklet.show(draft ? "abandoned" : "language");
  }

  return {
    get isAnswering() {
      return draft !== undefined;
    },
    /** Whether the page may be exchanged: nobody is in a turn, nobody is just tapping. */
    get isResting() {
      return !draft && RESTING.includes(booklet.key) && idleMs() > RESTING_MS;
    },
    /** A class that has ended or wants its code again is left as soon as nobody is in a turn. */
    async heard() {
      const { state, rejoin } = (await get("sessions", session.session)) ?? session;
      if (!draft && RESTING.includes(booklet.key) && (rejoin || NO_NEW_TURNS.includes(state))) await leaveClass();
    },
    /** Comes back to the same page after a reload that nobody asked for. */
    reload() {
      sessionStorage.setItem(RESUME, JSON.stringify({ at: booklet.key, goOnTo: "" }));
      location.reload();
    },
  };
}

/**
 * Tells of a tablet left alone. Nothing of these times is kept or sent.
 *
 * @param {{onAway: () => unknown, onIdle: (ms: number) => unknown}} on
 * @returns {() => number} how long ago somebody touched it, in milliseconds
 */
function watch({ onAway, onIdle }) {
  let touched = performance.now();
  let hidden = 0;
  let hiddenDate = 0;
  for (const event of ["pointerdown", "keydown", "click"]) {
    addEventListener(event, () => { touched = performance.now(); }, true);
  }
  document.addEventListener("visibilitychange", () => {
    // The page's clock may stand still while the device sleeps, so the other one has a say in this too.
    const away = Math.max(performance.now() - hidden, Math.abs(Date.now() - hiddenDate));
    if (document.visibilityState === "hidden") [hidden, hiddenDate] = [performance.now(), Date.now()];
    else if (away > AWAY_MS) onAway();
  });
  const idleMs = () => performance.now() - touched;
  setInterval(() => onIdle(idleMs()), 5000);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  return idleMs;
}
