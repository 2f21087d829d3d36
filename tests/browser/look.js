// Reads the screen that is shown as eyes do: letters, lines, equal choices, edges. Returns what is wrong, in words.
// Evaluated in the page by claims.py.
({ heading, label, least, line }) => {
  const problems = [];
  const section = document.querySelector("section[data-screen]:not([hidden])");
  const all = (selector) => [...section.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const look = (each) => getComputedStyle(each);
  const size = (each) => Number.parseFloat(look(each).fontSize);
  const name = (each) => each.textContent.trim().slice(0, 30) || each.className;
  const differ = (them, read) => new Set(them.map((each) => JSON.stringify(read(each)))).size > 1;
  const near = (number) => Math.round(number / 2);

  for (const each of section.dataset.question ? all("h1") : []) {
    if (size(each) < heading) problems.push(`the question is set in ${size(each)} px`);
    if (!["start", "left"].includes(look(each).textAlign)) problems.push("the question is not set from the left");
  }
  for (const each of all(".tile-label")) if (size(each) < label) problems.push(`"${name(each)}" is set in ${size(each)} px`);

  const words = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility() || parent.closest(".unseen, option, textarea")) continue;
    if (size(parent) < least) problems.push(`"${name(parent)}" is set in ${size(parent)} px`);
    if (look(parent).textTransform !== "none") problems.push(`"${name(parent)}" changes its letters`);
    if (!["manual", "none"].includes(look(parent).hyphens)) problems.push(`"${name(parent)}" may be hyphenated`);
    // A question of one line may be a little longer: its letters are large.
    const most = parent.closest("h1") ? line + 5 : line;
    if (!parent.closest("p, h1")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const lines = new Set([...range.getClientRects()].map((each) => Math.round(each.top))).size;
    const long = text.data.trim().length / Math.max(lines, 1);
    if (long > most) problems.push(`"${name(parent)}" has ${Math.round(long)} letters to a line`);
  }

  for (const pair of all(".pair")) {
    const shape = (each) => [near(each.offsetWidth), near(each.offsetHeight), look(each).fontSize, look(each).backgroundColor];
    if (differ([...pair.querySelectorAll(".choice")], shape)) problems.push("the two choices are not equal");
  }
  const steps = (each) => [near(each.offsetWidth), near(each.offsetHeight), look(each).fontSize];
  if (section.dataset.question && differ(all(".steps > .step"), steps)) problems.push("Back, Skip and Next are not of one size");
  for (const group of all("fieldset.tiles")) {
    const tiles = [...group.querySelectorAll("input:not(:checked, [aria-disabled=true])")];
    const shape = ({ offsetWidth, offsetHeight, nextElementSibling: face }) => {
      const ground = face.querySelector(".blob");
      return [near(offsetWidth), look(face).backgroundColor, look(face).borderTopColor, ground && look(ground).backgroundColor];
    };
    if (differ(tiles, shape)) problems.push("one tile is louder than its neighbours");
  }
  for (const input of all("fieldset.tiles input:checked")) {
    const face = input.nextElementSibling;
    const [, inset] = look(face).boxShadow.match(/0px 0px 0px ([\d.]+)px inset/) ?? [];
    const edge = Number.parseFloat(look(face).borderTopWidth) + Number(inset ?? 0);
    if (edge < 4) problems.push(`${input.value} is chosen with an edge of ${edge} px`);
    if (look(face.querySelector(".tick")).scale !== "1") problems.push(`${input.value} is chosen without a tick`);
  }
  return problems;
};
