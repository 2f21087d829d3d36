// The board reads its page aloud when it is asked to, from the sounds of the booklet that the class is about to open.
import { openSound, soundList } from "../pwa/sound.js";

const main = document.querySelector("main");
const said = main?.querySelector("section");

if (main && said) {
  const lists = ["join", said.dataset.edition ?? ""].flatMap((edition) => soundList(edition, document.documentElement.lang));
  openSound(main)
    .load(lists)
    .catch(() => undefined);
}
