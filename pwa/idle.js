// Notices a tablet left alone. Nothing of these times is kept or sent.

const AWAY_MS = 30_000;
const LOOK_MS = 5000;

/**
 * @param {object} on
 * @param {() => void} on.away the page is seen again after the device slept or showed something else
 * @param {(ms: number) => void} on.idle called now and then with the time since somebody touched the page
 * @returns {() => number} that time, in milliseconds
 */
export function watchIdle({ away, idle }) {
  let touched = performance.now();
  let hidden = [0, 0];
  const touch = () => {
    touched = performance.now();
  };
  for (const event of ["pointerdown", "keydown", "click", "sounding"]) addEventListener(event, touch, true);

  document.addEventListener("visibilitychange", () => {
    // The page's clock may stand still while the device sleeps, so the other one has a say in this too.
    const now = [performance.now(), Date.now()];
    if (document.visibilityState === "hidden") hidden = now;
    else if (now.some((time, which) => Math.abs(time - (hidden[which] ?? time)) > AWAY_MS)) away();
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  const idleMs = () => performance.now() - touched;
  setInterval(() => idle(idleMs()), LOOK_MS);
  return idleMs;
}
