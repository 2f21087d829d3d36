// Lines of a list taken to another place with the mouse: an extra beside the buttons Up and Down, which everybody has.

/** @type {HTMLElement | undefined} */
let taken;

/** @param {EventTarget | null} target */
const gripOf = (target) => (target instanceof Element ? target.closest("li:has([data-grip])")?.querySelector("[data-grip]") : null);

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | undefined} the grip of the line below the mouse, where what was taken can go
 */
function goal(target) {
  const grip = gripOf(target);
  if (!taken || !(grip instanceof HTMLElement) || grip === taken) return undefined;
  return grip.closest("li")?.parentElement === taken.closest("li")?.parentElement ? grip : undefined;
}

function clear() {
  for (const line of document.querySelectorAll(".dragged-over")) line.classList.remove("dragged-over");
}

for (const grip of document.querySelectorAll("[data-grip]")) {
  grip.toggleAttribute("hidden", !matchMedia("(pointer: fine)").matches);
}

document.addEventListener("dragstart", (event) => {
  const grip = event.target instanceof Element ? event.target.closest("[data-grip]") : null;
  if (!(grip instanceof HTMLElement) || !event.dataTransfer) return;
  taken = grip;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(/** @type {Element} */ (grip.closest("li")), 0, 0);
});

document.addEventListener("dragover", (event) => {
  const grip = goal(event.target);
  clear();
  if (!grip) return;
  event.preventDefault();
  grip.closest("li")?.classList.add("dragged-over");
});

document.addEventListener("drop", (event) => {
  const grip = goal(event.target);
  if (!grip || !taken) return;
  event.preventDefault();
  const form = grip.closest("form");
  const says = Object.assign(document.createElement("button"), { hidden: true, name: "do" });
  says.value = `place ${taken.dataset.grip} ${grip.dataset.grip}`;
  form?.append(says);
  form?.requestSubmit(says);
});

document.addEventListener("dragend", () => {
  taken = undefined;
  clear();
});
