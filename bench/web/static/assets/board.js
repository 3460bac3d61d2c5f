"use strict";
// The leaderboard: sorts, filters and hides what is in the page; what was chosen stands in the address.
{
  const table = document.querySelector("table.board");
  const headings = [...table.querySelectorAll("thead th")];
  const keys = headings.map((heading) => heading.querySelector("button")?.dataset.key ?? "");
  const signs = headings.map((heading) => Number(heading.querySelector("button")?.dataset.sign ?? 0));
  const bodies = [...table.tBodies];
  const lines = bodies.flatMap((body) => [...body.rows].filter((row) => !row.classList.contains("heading")));
  const texts = new Map(lines.map((row) => [row, row.cells[2].textContent.toLowerCase()]));
  const filters = [...document.querySelectorAll("[data-filter]")];
  const boxes = [...document.querySelectorAll("details.columns input")];
  const find = document.getElementById("find");
  const whole = document.getElementById("whole");
  const PICKS = 4; // more clips side by side are too small to judge
  let sort = { key: table.dataset.sorted, up: signs[keys.indexOf(table.dataset.sorted)] < 0 };
  const standard = { ...sort };

  function value(row, place) {
    if (keys[place] === "name") return texts.get(row);
    const text = row.cells[place]?.dataset.value;
    return text === undefined ? null : Number(text);
  }

  // What has no value stands last, whichever way the rest is sorted.
  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    const way = sort.up ? 1 : -1;
    return typeof a === "string" ? way * a.localeCompare(b) : way * (a - b);
  }

  function applySort() {
    const place = Math.max(keys.indexOf(sort.key), 0);
    for (const [number, heading] of headings.entries()) {
      if (keys[number] && keys[number] === sort.key) heading.setAttribute("aria-sort", sort.up ? "ascending" : "descending");
      else heading.removeAttribute("aria-sort");
    }
    for (const body of bodies) {
      const own = [...body.rows].filter((row) => !row.classList.contains("heading"));
      const values = new Map(own.map((row) => [row, value(row, place)]));
      own.sort((a, b) => compare(values.get(a), values.get(b)));
      body.append(...own);
      for (const row of own) row.cells[1].textContent = row.cells[place]?.dataset.rank ?? "";
    }
  }

  function isShown(row) {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.every((word) => texts.get(row).includes(word))
      && filters.every((filter) => !filter.value || row.dataset[filter.dataset.filter] === filter.value)
      && !(whole.checked && "partial" in row.dataset);
  }

  function applyFilters() {
    let shown = 0;
    for (const row of lines) {
      row.hidden = !isShown(row);
      shown += !row.hidden;
    }
    document.getElementById("count").textContent = shown === lines.length ? `${shown} entries` : `${shown} of ${lines.length} entries`;
  }

  function applyColumns() {
    for (const box of boxes) {
      const place = keys.indexOf(box.value);
      for (const row of [headings[0].parentNode, ...lines]) row.cells[place].hidden = !box.checked;
    }
  }

  function picked() {
    return lines.filter((row) => row.cells[0].firstElementChild.checked).map((row) => row.dataset.run);
  }

  function applyPicks() {
    const runs = picked();
    for (const row of lines) {
      const box = row.cells[0].firstElementChild;
      box.disabled = !box.checked && runs.length >= PICKS;
    }
    const button = document.getElementById("compare");
    button.hidden = runs.length < 2;
    button.textContent = `Compare ${runs.length}`;
    button.href = `compare.html#runs=${runs.map(encodeURIComponent).join(",")}`;
  }

  function remember() {
    const isStandard = sort.key === standard.key && sort.up === standard.up;
    benchPage.write({
      sort: isStandard ? "" : (sort.up ? "" : "-") + sort.key,
      q: find.value,
      ...Object.fromEntries(filters.map((filter) => [filter.dataset.filter, filter.value])),
      whole: whole.checked ? "1" : "",
      // a key may hold commas of its own
      hide: boxes.filter((box) => !box.checked).map((box) => encodeURIComponent(box.value)).join(","),
    });
  }

  // Words that mean nothing here are passed over.
  function recall() {
    const chosen = benchPage.read();
    const words = chosen.get("sort") ?? "";
    const key = words.replace(/^-/, "");
    sort = keys.includes(key) && key ? { key, up: !words.startsWith("-") } : { ...standard };
    find.value = chosen.get("q") ?? "";
    for (const filter of filters) {
      filter.value = chosen.get(filter.dataset.filter) ?? "";
      if (filter.selectedIndex < 0) filter.value = "";
    }
    whole.checked = chosen.get("whole") === "1";
    const hidden = new Set((chosen.get("hide") ?? "").split(",").map(benchPage.decode));
    for (const box of boxes) box.checked = !hidden.has(box.value);
    applySort();
    applyFilters();
    applyColumns();
  }

  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { key, sign } = button.dataset;
    const best = Number(sign) < 0; // the first click shows the best first
    sort = { key, up: sort.key === key ? !sort.up : best };
    applySort();
    remember();
  });
  for (const input of [find, whole, ...filters]) input.addEventListener("input", () => { applyFilters(); remember(); });
  for (const box of boxes) box.addEventListener("change", () => { applyColumns(); remember(); });
  for (const body of bodies) body.addEventListener("change", applyPicks);
  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details.columns");
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  window.addEventListener("hashchange", recall);
  document.querySelector(".controls").hidden = false;
  if (location.hash) recall();
  else applyFilters();
  applyPicks();
}
