"use strict";
// Boxes that scroll sideways show that they do and can be reached by keys; on a phone rows of tables are cards, and only
// the first are shown. Without this script tables stay tables, all of whose rows are there.
const benchBoxes = (() => {
  const ROWS = 10; // on a phone; content.css, which has both numbers too, hides what is beyond
  const VALUES = 8;
  const WIDE = 800; // pixels: such a plot is looked at piece by piece
  const LONG = 20; // letters: more do not fit half a card

  function mount(root, signal) {
    for (const table of root.querySelectorAll("div.table table")) stack(table);
    for (const plot of root.querySelectorAll("figure > svg")) plot.classList.toggle("wide", plot.width.baseVal.value > WIDE);
    const seen = new ResizeObserver((changed) => changed.forEach(({ target }) => mark(target.closest(".scroll, figure, pre"))));
    for (const box of root.querySelectorAll(".scroll, figure, pre")) {
      for (const each of [box, ...box.children]) seen.observe(each);
      box.addEventListener("scroll", () => mark(box), { passive: true, signal });
      mark(box);
    }
    signal.addEventListener("abort", () => seen.disconnect());
  }

  // What is cut off at the right fades out; a box in which nothing takes the focus takes it itself.
  function mark(box) {
    if (!box) return;
    const beyond = box.scrollWidth - box.clientWidth;
    box.classList.toggle("cut", beyond - box.scrollLeft > 2);
    const scrolls = beyond > 2 || box.scrollHeight - box.clientHeight > 2;
    if (!scrolls || box.querySelector("a, button, input")) box.removeAttribute("tabindex");
    else box.tabIndex = 0;
  }

  // Each cell says what column it is of: a card has no heading above it.
  function stack(table) {
    const headings = [...(table.tHead?.rows[0].cells ?? [])];
    const titles = headings.map((heading) => [...heading.children].map((part) => part.hidden ? "" : part.textContent).filter(Boolean).join(", "));
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, place) => {
        const text = cell.textContent;
        if (titles[place]) cell.dataset.label = titles[place];
        cell.classList.toggle("blank", (!text || text === "–") && !cell.firstElementChild?.matches("input, video"));
        cell.classList.toggle("long", text.length > LONG);
      });
    }
    table.classList.add("stacks");
    const more = document.createElement("p");
    more.className = "unfold";
    more.append(unfolds(table, "all-values", "All values", headings.length > VALUES), unfolds(table, "all-rows", "All rows", table.rows.length > ROWS));
    table.closest(".scroll").after(more);
  }

  function unfolds(table, name, text, isNeeded) {
    if (!isNeeded) return "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = name;
    button.textContent = text;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => button.setAttribute("aria-pressed", table.classList.toggle(name)));
    return button;
  }

  return { mount };
})();
