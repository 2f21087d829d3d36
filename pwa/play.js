// One child after another on one tablet: what each button does, from the language to "give the tablet to the next child".
import { find } from "./booklet.js";
import { get, remove } from "./database.js";
import { asksTeacher, opens } from "./door.js";
import { ideaBody, keyOf, made } from "./idea.js";
import { watchIdle } from "./idle.js";
import { tileName } from "./marks.js";
import * as outbox from "./outbox.js";
import { freeSpace, roomLeft } from "./ready.js";
import { openIdea } from "./draw.js";
import { begin, body, remember, tap, undo, uuid } from "./turn.js";

/** @typedef {ReturnType<typeof import("./booklet.js").openBooklet>} Booklet */
/** @typedef {import("./sync.js").Session} Session */
/** @typedef {{revision: string, lang: string}} Edition */
/** @typedef {{soon(): void, rest(): void}} Sync */

const RESUME = "tyck-resume";
const NO_NEW_TURNS = ["closing", "closed", "frozen"];
const RESTING = ["language", "welcome"];
const RESTING_MS = 2000;
const IDLE_TURN_MS = 5 * 60_000;
const IDLE_CLASS_MS = 30 * 60_000;

export class Play {
  /** @type {import("./turn.js").Draft | undefined} the turn that is going on */
  #draft;
  /** @type {import("./turn.js").Answer | undefined} the practice answer is never kept */
  #practised;
  /** Where "go on" leads from a side page. */
  #goOnTo = "";
  /** Whether Next leads back to the overview, because "change" came from there. */
  #isChanging = false;
  /** @type {(() => Promise<void>) | undefined} what is tried again once there is room, or the teacher has let it be */
  #retry;
  /** What is being written; one write after the other. */
  #saving = Promise.resolve(true);
  /** What the buttons are doing; one after the other. */
  #doing = Promise.resolve();

  /**
   * @param {Booklet} booklet
   * @param {Session} session
   * @param {Edition} edition
   * @param {Sync} sync
   */
  constructor(booklet, session, edition, sync) {
    this.booklet = booklet;
    this.session = session;
    this.edition = edition;
    this.sync = sync;
    this.order = [
      ...["language", "welcome", "assent", "practice"],
      ...booklet.questions.map((question) => `question:${question.id}`),
      ...["review"],
    ];
    this.ideas = new Map(
      booklet.pages
        .filter(({ section }) => section.querySelector("[data-draw]"))
        .map(({ key, section, question }) => [key, openIdea(section, (idea) => question && this.#think(question, idea))]),
    );
    this.idleMs = watchIdle({ away: () => this.#leaveAlone(), idle: (ms) => this.#beIdle(ms) });
    document.addEventListener("click", (event) => this.#click(event.target));
    document.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#queue(() => this.#letIn());
    });
  }

  /** @type {Record<string, (button: HTMLElement) => unknown>} */
  #actions = {
    start: () => this.#start(),
    helped: () => this.#start(true),
    draw: () => this.#discard().then(() => this.booklet.show("refused")),
    yes: () => this.#goTo("practice"),
    no: () => this.#discard().then(() => this.booklet.show("refused")),
    next: () => (this.booklet.key === "thanks" ? this.booklet.show("handover") : this.#takeUp()),
    back: () => this.#turnPage(-1),
    skip: () => this.#skip(),
    undo: () => this.#undo(),
    stop: () => this.#turnAside("stop"),
    keep: () => this.#confirm("stopped"),
    discard: () => this.#discard().then(() => this.booklet.show("handover")),
    confirm: () => this.#confirm("done"),
    language: (button) => this.#speak(button.dataset.lang ?? this.edition.lang),
    "go-on": () => this.#tryAgain(),
    "new-child": () => this.#discard().then(() => this.#startOver()),
    "other-class": () => this.#discard().then(() => this.#leaveClass()),
  };

  /** Shows the page this tablet was left at; answers only to the child who just switched the language. */
  async open() {
    this.#draft = await get("drafts", this.session.session);
    const resumed = JSON.parse(sessionStorage.getItem(RESUME) ?? "null");
    sessionStorage.removeItem(RESUME);
    if (this.#draft) this.#draw();
    if (resumed && resumed.turn === this.#draft?.id) {
      this.#goOnTo = resumed.goOnTo;
      this.booklet.show(resumed.at);
    } else {
      this.booklet.show(this.#draft ? "abandoned" : "language");
    }
  }

  get isAnswering() {
    return this.#draft !== undefined;
  }

  /** Whether the page may be exchanged: nobody is in a turn, nobody is just tapping. */
  get isResting() {
    return !this.#draft && RESTING.includes(this.booklet.key) && this.idleMs() > RESTING_MS;
  }

  /** A class that has ended or wants its code again is left as soon as nobody is in a turn. */
  async heard() {
    const { state, rejoin } = (await get("sessions", this.session.session)) ?? this.session;
    const isFree = !this.#draft && [...RESTING, "full"].includes(this.booklet.key);
    if (isFree && (rejoin || NO_NEW_TURNS.includes(state))) await this.#leaveClass();
  }

  /** Comes back to the same page after a reload that nobody asked for. */
  reload() {
    this.#remember(this.booklet.key);
    location.reload();
  }

  /** @param {string} at */
  #remember(at) {
    sessionStorage.setItem(RESUME, JSON.stringify({ at, goOnTo: this.#goOnTo, turn: this.#draft?.id }));
  }

  // ---- taps ----

  /** @param {EventTarget | null} target */
  #click(target) {
    const idea = this.ideas.get(this.booklet.key);
    if (target instanceof HTMLInputElement) return idea ? idea.tap(target) : this.#choose(tileName(target));
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button) return undefined;
    const { rank, coin } = button.dataset;
    if (rank || coin) return this.#choose(tileName(button), Number(coin ?? 1));
    const { key } = this.booklet;
    const { change, do: name = "" } = button.dataset;
    const act = () => (change ? this.#change(change) : this.#actions[name]?.(button));
    // The page may have turned while an earlier tap was being written.
    const isStillThere = () => key === this.booklet.key && !button.disabled;
    this.#queue(() => isStillThere() && act());
    return undefined;
  }

  /** @param {() => unknown} act what comes after all that the buttons are doing already */
  #queue(act) {
    this.#doing = this.#doing
      .then(async () => {
        await act();
      })
      .catch(() => this.#stick(async () => this.#goOn()));
  }

  /**
   * @param {string} option
   * @param {number} [by]
   */
  #choose(option, by) {
    const { question, key } = this.booklet;
    if (!question) return;
    if (key === "practice") {
      this.#practised = tap(question, this.#practised, option, by);
      this.booklet.mark(question, this.#practised);
    } else if (this.#draft) {
      remember(this.#draft, question);
      this.#draft.answers[question.id] = tap(question, this.#draft.answers[question.id], option, by);
      this.#mark(question);
      void this.#save();
    }
    this.booklet.say(option);
  }

  /**
   * @param {import("./turn.js").Question} question
   * @param {import("./idea.js").Idea} idea
   */
  #think(question, idea) {
    if (!this.#draft) return;
    this.#draft.ideas = { ...this.#draft.ideas, [question.id]: idea };
    this.#draft.answers[question.id] = made(idea);
    this.#mark(question);
    void this.#save();
  }

  /** Goes on; with an idea that was skipped and is still on its paper. */
  #takeUp() {
    const { question } = this.booklet;
    const idea = question && this.#draft?.ideas?.[question.id];
    if (idea) this.#think(question, idea);
    return this.#turnPage(1);
  }

  /** Only where the page has such a button. */
  #undo() {
    const { question, key } = this.booklet;
    const idea = this.ideas.get(key);
    if (idea) return idea.undo();
    if (!this.#draft || !question) return undefined;
    undo(this.#draft, question);
    this.#mark(question);
    this.booklet.say("");
    void this.#save();
    return undefined;
  }

  /** @param {import("./turn.js").Question} question */
  #mark(question) {
    const idea = this.ideas.get(`question:${question.id}`);
    const hasPast = idea?.canUndo ?? Boolean(this.#draft?.past?.[question.id]?.length);
    this.booklet.mark(question, this.#draft?.answers[question.id], hasPast);
    idea?.mark();
  }

  #skip() {
    const { question, key } = this.booklet;
    if (this.#draft && question && key !== "practice") {
      remember(this.#draft, question);
      this.#draft.answers[question.id] = null;
      this.#mark(question);
    }
    return this.#turnPage(1);
  }

  // ---- pages ----

  #draw() {
    const { seed = 0, helped = false, ideas } = this.#draft ?? {};
    document.body.toggleAttribute("data-helped", helped);
    this.booklet.arrange(helped ? undefined : seed);
    for (const question of this.booklet.questions) {
      this.ideas.get(`question:${question.id}`)?.show(ideas?.[question.id]);
      this.#mark(question);
    }
  }

  /** @param {number} by */
  #turnPage(by) {
    const to = this.#isChanging ? "review" : this.order[this.order.indexOf(this.booklet.key) + by];
    this.#isChanging = false;
    return this.#goTo(to ?? "welcome");
  }

  /** @param {string} step */
  async #goTo(step) {
    if (this.#draft) this.#draft.step = step;
    if (await this.#save()) this.booklet.show(step);
  }

  /** @param {string} step */
  async #change(step) {
    await this.#goTo(step);
    this.#isChanging = true;
  }

  /** @param {string} key a page beside the way, which "go on" leads back from */
  #turnAside(key) {
    if (this.order.includes(this.booklet.key)) this.#goOnTo = this.booklet.key;
    this.booklet.show(key);
  }

  #goOn() {
    this.booklet.show(this.#goOnTo || this.#draft?.step || "welcome");
  }

  /** @param {string} lang */
  async #speak(lang) {
    const to = this.booklet.key === "language" ? "welcome" : this.booklet.key;
    if (lang === this.edition.lang) return this.#goTo(to);
    if (this.#draft) this.#draft.lang = lang;
    if (!(await this.#save())) return undefined;
    this.#remember(to);
    return this.#leaveFor(this.session.booklets[lang]);
  }

  // ---- the turn ----

  /**
   * @param {boolean} [helped] whether somebody helps the child: only this tablet knows, and only while the turn lasts
   * @returns {Promise<void>}
   */
  async #start(helped = false) {
    const { state } = (await get("sessions", this.session.session)) ?? this.session;
    if (NO_NEW_TURNS.includes(state)) return this.#leaveClass();
    const begin = () => this.#begin(helped);
    if (this.#draft || !(await asksTeacher(this.session.session))) return begin();
    this.#retry = begin;
    this.#turnAside("full");
    find(this.booklet.section, "[data-say=wrong]").hidden = true;
    return undefined;
  }

  /** The teacher's figures let one more child begin. */
  async #letIn() {
    const { section } = this.booklet;
    const field = /** @type {HTMLInputElement} */ (find(section, "input"));
    const isOpen = await opens([this.session], field.value);
    field.value = "";
    find(section, "[data-say=wrong]").hidden = isOpen;
    return isOpen ? this.#retry?.() : field.focus();
  }

  /**
   * @param {boolean} helped
   * @returns {Promise<void>}
   */
  async #begin(helped) {
    const draft = this.#draft ?? begin(this.session.session, this.edition.lang, "assent", random(20));
    draft.helped = helped;
    const again = () => this.#begin(helped);
    try {
      if (!(await roomLeft())) return this.#stick(again);
      if (!(await outbox.begin(draft))) return this.#startOver();
    } catch {
      return this.#stick(again);
    }
    this.#draft = draft;
    this.#draw();
    return this.#goTo("assent");
  }

  /**
   * Keeps the draft as it is now, after what is being kept already.
   *
   * @returns {Promise<boolean>} whether the page may turn
   */
  #save() {
    if (!this.#draft) return Promise.resolve(true);
    const kept = structuredClone(this.#draft);
    this.#saving = this.#saving
      .then(() => outbox.keep(kept))
      .then((isOurs) => {
        if (!isOurs) this.#startOver();
        return isOurs;
      })
      .catch(() => {
        this.#stick(async () => {
          if (await this.#save()) this.#goOn();
        });
        return false;
      });
    return this.#saving;
  }

  /**
   * @param {"done" | "stopped"} end
   * @returns {Promise<void>}
   */
  async #confirm(end) {
    await this.#saving;
    const { revision, lang } = this.edition;
    const draft = this.#draft;
    try {
      const isSafe = draft && (await outbox.confirm(draft, body(draft, revision, lang, end), this.#ideasOf(draft)));
      if (!isSafe) return this.#startOver();
    } catch {
      return this.#stick(() => this.#confirm(end));
    }
    this.#forget();
    this.booklet.show("thanks");
    return this.sync.soon();
  }

  /**
   * Each under an id of its own that nothing connects with the response's.
   *
   * @param {import("./turn.js").Draft} draft
   */
  #ideasOf({ session, answers, ideas = {} }) {
    const { grades } = this.session;
    return Object.entries(ideas)
      .filter(([question]) => answers[question])
      .map(([question, idea]) => ({
        id: keyOf(uuid(random(16))),
        body: ideaBody(idea, { session, question, lang: this.edition.lang, grades }),
      }));
  }

  async #discard() {
    if (this.#draft) await outbox.discard(this.#draft);
    this.#forget();
  }

  /** Takes the answers off the page, once they are confirmed or deleted. */
  #forget() {
    this.#draft = undefined;
    document.body.removeAttribute("data-helped");
    for (const idea of this.ideas.values()) idea.show();
    for (const { question } of this.booklet.pages) if (question) this.booklet.mark(question, null);
  }

  /**
   * Never a tick without a kept answer: a grown-up is called, the answers stay.
   *
   * @param {() => Promise<void>} again
   */
  #stick(again) {
    this.#retry = again;
    this.#turnAside("stuck");
  }

  async #tryAgain() {
    const again = this.#retry;
    this.#retry = undefined;
    if (this.booklet.key !== "stuck" || !again) return this.#goOn();
    await freeSpace();
    return again();
  }

  // ---- leaving ----

  #leaveAlone() {
    if (this.#draft && !["abandoned", "stuck"].includes(this.booklet.key)) this.#turnAside("abandoned");
  }

  /** @param {number} ms */
  #beIdle(ms) {
    if (ms > IDLE_TURN_MS && !this.#draft?.helped) this.#leaveAlone();
    if (ms > IDLE_CLASS_MS && !this.#draft) void this.#leaveClass();
  }

  #startOver() {
    this.#leaveFor(this.session.booklets[this.session.lang ?? ""]);
  }

  async #leaveClass() {
    await remove("meta", "current");
    this.#leaveFor(`/app/?lang=${this.edition.lang}`);
  }

  /** @param {string | undefined} address */
  #leaveFor(address) {
    this.sync.rest();
    location.replace(address ?? location.pathname);
  }
}

/** @param {number} bytes */
function random(bytes) {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
