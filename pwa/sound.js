// The listen button: reads the page that is shown aloud, part after part, each lit while it sounds. Never starts by itself.
// Plays the booklet's own sounds, else a voice of this device that speaks the language. Knows no answers.
import { take } from "./api.js";

const TYPES = { opus: 'audio/ogg; codecs="opus"', aac: 'audio/mp4; codecs="mp4a.40.2"' };
const RATE = 24_000;

// One element for everything: iOS lets it sound again later because a tap has loaded it.
const audio = new Audio();
const format = Object.entries(TYPES).find(([, type]) => audio.canPlayType(type))?.[0];

/**
 * @param {string} edition or "join"
 * @param {string} lang
 * @returns {string[]} the address of the list of sounds; none where this device plays no format of ours
 */
export function soundList(edition, lang) {
  return format ? [`/app/sounds/${edition}/${lang}/${format}`] : [];
}

/**
 * @param {string} list
 * @returns {Promise<Record<string, {url: string}>>} by key
 */
async function readList(list) {
  return (await (await take(list)).json()).sounds;
}

/**
 * Throws when this device cannot play what the lists name; each file's bytes are checked where they are kept.
 *
 * @param {string[]} lists
 */
export async function trySounds(lists) {
  for (const list of lists) {
    const [first] = Object.values(await readList(list));
    if (first) await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await (await take(first.url)).arrayBuffer());
  }
}

/**
 * @param {HTMLElement} main
 */
export function openSound(main) {
  const voices = globalThis.speechSynthesis;
  /** @type {Record<string, {url: string}>} */
  let sounds = {};
  /** Another one whenever what sounds has to end. */
  let playing = {};

  /** @param {HTMLElement} part */
  const soundOf = (part) => sounds[part.dataset.sayAloud ?? ""];
  /** @param {HTMLElement} part */
  const voiceOf = (part) => {
    const lang = part.closest("[lang]")?.getAttribute("lang") ?? "";
    return voices?.getVoices().find((voice) => voice.localService && voice.lang.split(/[-_]/)[0] === lang);
  };

  /** @returns {HTMLElement[]} what can be read on this page, in the order it is shown */
  const parts = () =>
    /** @type {HTMLElement[]} */ (Array.from(main.querySelectorAll("section:not([hidden]) [data-say-aloud]"))).filter(
      (part) => part.getClientRects().length && getComputedStyle(part).visibility === "visible" && (soundOf(part) || voiceOf(part)),
    );

  /** @param {HTMLElement} [part] */
  function light(part) {
    for (const lit of document.querySelectorAll("[data-sounding]")) lit.removeAttribute("data-sounding");
    part?.setAttribute("data-sounding", "");
    main.toggleAttribute("data-sounding", part !== undefined);
  }

  function stop() {
    playing = {};
    audio.pause();
    voices?.cancel();
    light();
  }

  function look() {
    stop();
    const hidden = !parts().length;
    for (const button of main.querySelectorAll("[data-do=listen]")) button.toggleAttribute("hidden", hidden);
  }

  /**
   * @param {HTMLElement} part
   * @param {object} mine
   */
  async function play(part, mine) {
    const { url = "" } = soundOf(part) ?? {};
    const blob = await (await take(url)).blob();
    if (mine !== playing) return;
    audio.src = URL.createObjectURL(blob);
    await new Promise((resolve, reject) => {
      audio.onended = audio.onpause = resolve;
      audio.onerror = reject;
      audio.play().catch(reject);
    }).finally(() => {
      URL.revokeObjectURL(audio.src);
      audio.removeAttribute("src");
    });
  }

  /** @param {HTMLElement} part */
  async function speak(part) {
    const voice = voiceOf(part);
    if (!voice) return;
    const said = new SpeechSynthesisUtterance(part.textContent ?? "");
    Object.assign(said, { voice, lang: voice.lang });
    voices.speak(said);
    await new Promise((resolve) => {
      said.onend = said.onerror = resolve;
    });
  }

  async function listen() {
    const wasSounding = main.hasAttribute("data-sounding");
    stop();
    if (wasSounding) return;
    audio.load();
    const mine = playing;
    for (const part of parts()) {
      light(part);
      part.scrollIntoView({ block: "nearest" });
      dispatchEvent(new Event("sounding"));
      await (soundOf(part) ? play(part, mine).catch(() => (mine === playing ? speak(part) : undefined)) : speak(part));
      if (mine !== playing) return;
    }
    stop();
  }

  new MutationObserver(look).observe(main, { attributeFilter: ["data-at"] });
  voices?.addEventListener?.("voiceschanged", look);
  document.addEventListener("visibilitychange", stop);
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-do=listen]")) void listen();
  });

  return {
    /** @param {string[]} lists what the page may have to say */
    async load(lists) {
      const read = await Promise.all(lists.map(readList));
      sounds = Object.assign({}, ...read);
      if (!main.hasAttribute("data-sounding")) look();
    },
  };
}
