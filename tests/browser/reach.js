// Names the controls of the screen that is shown that no finger can reach. Evaluated in the page by claims.py.
// A control is there for a finger when what lies over its middle is itself, wherever the page has to be moved to.
() => {
  const section = document.querySelector("section[data-screen]:not([hidden])");
  const controls = [...section.querySelectorAll("button, input:not([type=hidden]), textarea, canvas")];
  return controls.filter(each => each.checkVisibility({visibilityProperty: true}) && !each.disabled).filter(each => {
    each.scrollIntoView({block: "center", inline: "center"});
    const {left, top, width, height} = each.getBoundingClientRect();
    const over = document.elementFromPoint(left + width / 2, top + height / 2);
    return !(each.contains(over) || over?.closest("label")?.contains(each));
  }).map(each => `${each.tagName} ${each.name || ""} ${JSON.stringify({...each.dataset})}`);
};
