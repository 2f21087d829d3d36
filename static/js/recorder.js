// Records a text on the moderator's page: the recording becomes the form's file, and the form is sent as it is.

const LONGEST_MS = 30_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** @type {MediaRecorder | undefined} only one microphone at a time */
let running;

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
async function record(form, button) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)) });
  /** @type {Blob[]} */
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop();
    running = undefined;
    show(button, false);
    send(form, new File(pieces, "recording", { type: recorder.mimeType }));
  };
  running = recorder;
  recorder.start();
  show(button, true);
  setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST_MS);
}

/**
 * @param {HTMLFormElement} form
 * @param {File} file
 */
function send(form, file) {
  const input = form.querySelector("input[type=file]");
  if (!(input instanceof HTMLInputElement)) return;
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
  form.requestSubmit();
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} isBusy
 */
function show(button, isBusy) {
  button.querySelector("[data-idle]")?.toggleAttribute("hidden", isBusy);
  button.querySelector("[data-busy]")?.toggleAttribute("hidden", !isBusy);
}

if ("MediaRecorder" in globalThis && navigator.mediaDevices) {
  for (const button of document.querySelectorAll("[data-record]")) button.parentElement?.removeAttribute("hidden");
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-record]") : null;
    const form = button?.closest("form");
    if (!(button instanceof HTMLButtonElement) || !form) return;
    if (running) return running.stop();
    record(form, button).catch(() => form.querySelector("[data-denied]")?.removeAttribute("hidden"));
  });
}
