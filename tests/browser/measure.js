// Measures the screen that is shown against the rules of docs/screens.md; returns what is wrong, in words.
// Evaluated in the page by claims.py.
({ tile, tile_of_few, gap, step, beside_tiles, edge, may_scroll }) => {
  const problems = [];
  const page = document.scrollingElement;
  const section = document.querySelector("section[data-screen]:not([hidden])");
  const all = (selector) => [...section.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const box = (each) => each.getBoundingClientRect();
  const name = (each) => each.value || Object.values(each.dataset).join(" ");
  const show = ({ left, top, width, height }) => [left, top, width, height].map(Math.round).join(" ");
  const apart = (a, b) => Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
  const isLess = (size, least) => size < least - 0.5;
  const tiles = all("[data-tile] > input:not([type=hidden]), button[data-rank]");
  const coins = all("button[data-coin]");
  const keys = all("button[data-join]");
  const steps = all("button[data-do]");

  // Where a page may scroll, its steps may lie over what is still to come, but not at its end.
  if (may_scroll) page.scrollTo(0, page.scrollHeight);

  const least = tiles.length > 4 ? tile : tile_of_few;
  for (const each of tiles) {
    const place = box(each);
    if (isLess(Math.min(place.width, place.height), least)) problems.push(`tile ${name(each)}: ${show(place)}`);
  }
  for (const each of coins) {
    const place = box(each);
    if (isLess(Math.min(place.width, place.height), step)) problems.push(`coin ${name(each)}: ${show(place)}`);
  }
  for (const group of [tiles, keys, coins]) {
    for (const [at, one] of group.entries()) {
      for (const other of group.slice(at + 1)) {
        const between = apart(box(one), box(other));
        if (isLess(between, gap)) problems.push(`${name(one)} and ${name(other)} are ${between} apart`);
      }
    }
  }

  for (const each of steps) {
    const place = box(each);
    const below = page.scrollHeight - place.bottom - scrollY;
    const around = Math.min(place.left, innerWidth - place.right, place.top + scrollY, below);
    if (isLess(Math.min(place.width, place.height), step)) problems.push(`${name(each)}: ${show(place)}`);
    if (isLess(around, edge)) problems.push(`${name(each)} is ${around} from the edge: ${show(place)}`);
    for (const other of [...tiles, ...keys, ...coins]) {
      const between = apart(place, box(other));
      if (isLess(between, beside_tiles)) problems.push(`${name(each)} is ${between} from ${name(other)}`);
    }
  }

  if (page.scrollWidth > innerWidth) problems.push(`the page is ${page.scrollWidth} wide`);
  if (!may_scroll && page.scrollHeight > innerHeight) problems.push(`the page is ${page.scrollHeight} high`);
  for (const each of all("*")) {
    const scrolls = /auto|scroll/.test(getComputedStyle(each).overflowY);
    const hides = each.scrollHeight > each.clientHeight + 1;
    if (scrolls && hides && !may_scroll) problems.push(`${each.className} scrolls`);
  }

  for (const control of [...steps, ...keys, ...all("button[data-change], label, [data-tile], [data-purse], [data-review]")]) {
    const place = box(control);
    const words = document.createTreeWalker(control, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const text = words.currentNode;
      // The number of a ranked picture stands on its corner, as the tick of a chosen one does.
      if (text.parentElement.closest(".place")) continue;
      if (!text.data.trim() || getComputedStyle(text.parentElement).clipPath !== "none") continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const line of range.getClientRects()) {
        const sideways = Math.max(place.left - line.left, line.right - place.right);
        const outside = Math.max(sideways, place.top - line.top, line.bottom - place.bottom);
        if (outside > 1.5) problems.push(`"${text.data.trim()}" leaves its control by ${Math.round(outside)}`);
      }
    }
  }
  return problems;
};
