"use strict";
// What every page has: the theme button, a link to what is seen, and data that arrive as scripts.

// A data file calls this. Pages from a disk may not fetch, but they may load a script.
function benchData(key, content) {
  benchPage.arrived(key, content);
}

const benchPage = (() => {
  const waiting = new Map(); // key -> who waits for it
  const here = new Map(); // key -> what came

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

  // The data that stand in the page.
  function inlined() {
    return JSON.parse(document.getElementById("data").textContent);
  }

  // What is chosen stands in the address after '#': it works from a disk, and no server learns of it.
  function read() {
    return new URLSearchParams(location.hash.slice(1));
  }

  function write(pairs) {
    const kept = Object.entries(pairs).filter(([, value]) => value !== "" && value != null);
    const text = kept.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%40", "@")}`).join("&");
    if (text !== location.hash.slice(1)) history.replaceState(null, "", `#${text}`);
  }

  // One word of a list in the address; '' for what is none.
  function decode(text) {
    try { return decodeURIComponent(text); } catch { return ""; }
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

  return { arrived, load, inlined, read, write, decode, make, choose };
})();

{
  const root = document.documentElement;
  document.querySelector(".theme").addEventListener("click", () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("bench-theme", root.dataset.theme); } catch { /* no storage here */ }
  });

  const button = document.querySelector(".copy");
  button?.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch { // a page from a disk, or one without https, has no clipboard of its own
      const field = benchPage.make("textarea");
      field.value = location.href;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  });
}
