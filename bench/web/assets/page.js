"use strict";
// What every page of the site has: the theme button, tables that work, and data that arrive as scripts.

// A data file calls this. Pages from a disk may not fetch, but they may load a script.
function benchData(key, content) {
  benchPage.arrived(key, content);
}

const benchPage = (() => {
  const waiting = new Map(); // key -> callbacks
  const here = new Map(); // key -> what came
  const { read, write, decode } = benchTables;

  function arrived(key, content) {
    here.set(key, content);
    for (const answer of waiting.get(key) ?? []) answer(content);
    waiting.delete(key);
  }

  // What the data file of that key holds; null where there is no such file.
  function load(key) {
    if (here.has(key)) return Promise.resolve(here.get(key));
    return new Promise((answer) => {
      const others = waiting.get(key);
      if (others) return others.push(answer);
      waiting.set(key, [answer]);
      const script = document.createElement("script");
      script.src = `data/${key}.js`;
      script.onerror = () => arrived(key, null);
      document.head.append(script);
    });
  }

  // The data in the page.
  function inlined() {
    return JSON.parse(document.getElementById("data").textContent);
  }

  // An element with attributes and text; text is never markup.
  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value != null) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child != null));
    return made;
  }

  function choose(select, value) {
    select.value = value;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    return select.value;
  }

  const compare = (runs) => `compare.html#runs=${runs.map(encodeURIComponent).join(",")}`;

  // Puts a part of a page, which was made and escaped with the site, into its place.
  function put(place, html) {
    place.innerHTML = html;
    benchTables.mount(place, compare);
  }

  return { arrived, load, inlined, read, write, decode, make, choose, put, compare };
})();

{
  const root = document.documentElement;
  document.querySelector(".theme").addEventListener("click", () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("bench-theme", root.dataset.theme); } catch { /* no storage here */ }
  });
  benchTables.mount(document, benchPage.compare);
}
