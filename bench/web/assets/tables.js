"use strict";
// Tables in the page: a heading sorts, controls filter, hide and save. What was chosen in a remembered table is kept in the
// address after '#': it works from a disk, and no server learns of it.
const benchTables = (() => {
  // What is chosen, from the address and back.
  function read() {
    return new URLSearchParams(location.hash.slice(1));
  }

  function write(pairs) {
    const kept = Object.entries(pairs).filter(([, value]) => value !== "" && value != null);
    const text = kept.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%40", "@")}`).join("&");
    const address = new URL(location.href);
    address.hash = text;
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  // One word of a list in the address; '' for what is none.
  function decode(text) {
    try { return decodeURIComponent(text); } catch { return ""; }
  }

  // A list as one word of the address: its words may hold commas of their own.
  function listed(words) {
    return words.map(encodeURIComponent).join(",");
  }

  // root: below which tables are made to work; compare: chosen rows -> the address of their comparison. Returns a
  // function that ends them.
  function mount(root, compare) {
    const over = new AbortController();
    for (const box of root.querySelectorAll("div.table")) new Table(box, compare, over.signal);
    benchBoxes.mount(root, over.signal);
    const endLoops = benchLoops.mount(root);
    for (const button of root.querySelectorAll("button.copy")) button.addEventListener("click", () => copy(button));
    return () => {
      over.abort();
      endLoops();
    };
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch { // a page from a disk, or one without https, has no clipboard of its own
      const field = document.createElement("textarea");
      field.value = location.href;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  }

  // null for what is no number.
  function number(text) {
    return text && Number.isFinite(Number(text)) ? Number(text) : null;
  }

  // Records that have the same names. An apostrophe before what a spreadsheet would compute: texts may be a stranger's.
  function csv(records) {
    const inert = (text) => (/^ *[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text);
    const cell = (value) => (typeof value === "string" ? `"${inert(value).replaceAll('"', '""')}"` : value ?? "");
    const lines = [Object.keys(records[0] ?? {}), ...records.map(Object.values)];
    return lines.map((line) => `${line.map(cell).join(",")}\n`).join("");
  }

  class Table {
    constructor(box, compare, signal) {
      this.compare = compare;
      this.table = box.querySelector("table");
      this.headings = [...this.table.tHead.rows[0].cells];
      this.keys = this.headings.map((heading) => heading.dataset.key ?? "");
      this.body = this.table.tBodies[0];
      this.rows = [...this.body.rows];
      this.first = this.headings.findIndex((heading) => heading.classList.contains("name"));
      this.standard = { key: this.table.dataset.sorted, up: this.sign(this.table.dataset.sorted) < 0 };
      this.sort = { ...this.standard };
      this.table.tHead.addEventListener("click", (event) => this.clicked(event.target.closest("button")?.closest("th")));
      if ("remembered" in this.table.dataset) this.control(box, signal);
    }

    sign(key) {
      return Number(this.headings[this.keys.indexOf(key)]?.dataset.sign ?? 0);
    }

    // Sorting

    clicked(heading) {
      if (!heading) return;
      const { key } = heading.dataset;
      const isText = heading.classList.contains("left");
      const best = isText || this.sign(key) < 0; // the first click shows the best first, and texts from a
      this.sort = { key, up: this.sort.key === key ? !this.sort.up : best };
      this.applySort();
      this.remember();
    }

    value(row, place) {
      const text = row.cells[place]?.dataset.value;
      if (text === undefined) return null;
      return this.headings[place].classList.contains("left") ? text : Number(text);
    }

    // What has no value is last, whichever way the rest is sorted.
    order(a, b) {
      if (a === null || b === null) return (a === null) - (b === null);
      const way = this.sort.up ? 1 : -1;
      return typeof a === "string" ? way * a.localeCompare(b) : way * (a - b);
    }

    applySort() {
      const found = this.keys.indexOf(this.sort.key);
      const place = found < 0 ? this.first : found;
      const rank = this.keys.indexOf("rank");
      const name = (row) => row.cells[this.first].dataset.value ?? ""; // which decides between equals
      for (const heading of this.headings) {
        if (this.sort.key && heading.dataset.key === this.sort.key) heading.setAttribute("aria-sort", this.sort.up ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      }
      const rows = [...this.body.rows];
      const values = new Map(rows.map((row) => [row, this.value(row, place)]));
      rows.sort((a, b) => this.order(values.get(a), values.get(b)) || name(a).localeCompare(name(b)));
      this.body.append(...rows);
      if (rank >= 0) for (const row of rows) row.cells[rank].textContent = row.cells[place]?.dataset.rank ?? "–";
    }

    // Filters, columns and picks

    control(box, signal) {
      const controls = box.querySelector(".controls");
      this.find = controls.querySelector(".find");
      this.whole = controls.querySelector(".whole");
      this.sized = controls.querySelector(".sized");
      this.largest = controls.querySelector(".largest");
      this.filters = [...controls.querySelectorAll("details[data-filter]")];
      this.boxes = [...controls.querySelectorAll("details.columns input")];
      this.clear = controls.querySelector(".clear");
      this.tray = box.querySelector(".tray");
      this.tray?.querySelector(".none").addEventListener("click", () => this.pick([]));
      this.count = box.querySelector(".count");
      // the tooltip of the name says what else the model is called
      this.texts = new Map(this.rows.map((row) => [row, `${row.textContent} ${row.cells[this.first].title}`.toLowerCase()]));
      const facts = this.filters.flatMap((filter) => [...filter.querySelectorAll("input")]);
      for (const input of [this.find, this.whole, this.sized, this.largest, ...facts]) input?.addEventListener("input", () => this.filtered());
      this.all = controls.querySelector(".all");
      this.extra = this.boxes.filter((each) => !each.defaultChecked);
      this.all?.addEventListener("change", () => {
        for (const each of this.extra) each.checked = this.all.checked;
        this.columned();
      });
      for (const each of this.boxes) each.addEventListener("change", () => this.columned());
      this.body.addEventListener("change", () => this.applyPicks());
      for (const button of controls.querySelectorAll(".save")) button.addEventListener("click", () => this.save(button.value));
      this.clear.addEventListener("click", () => {
        for (const input of [this.find, this.largest]) if (input) input.value = "";
        for (const input of [this.whole, this.sized, ...facts]) if (input) input.checked = false;
        this.filtered();
      });
      document.addEventListener("click", (event) => {
        for (const menu of controls.querySelectorAll("details[open]")) menu.open = event.composedPath().includes(menu);
      }, { signal });
      window.addEventListener("hashchange", () => this.recall(), { signal });
      controls.hidden = false;
      if (location.hash) this.recall();
      else this.applyFilters();
      this.applyPicks();
    }

    filtered() {
      this.applyFilters();
      this.remember();
    }

    ticked(filter) {
      return [...filter.querySelectorAll("input:checked")].map((box) => box.value);
    }

    isApart(row) {
      return row.classList.contains("apart");
    }

    // A row that has no such fact passes. Rows that are apart are what the others are held against: they stay.
    isShown(row, words) {
      const passes = this.filters.every((filter) => {
        const [fact, ticked] = [row.dataset[filter.dataset.filter], this.ticked(filter)];
        return !fact || !ticked.length || ticked.includes(fact);
      });
      if (this.isApart(row)) return passes;
      const size = this.largest && row.dataset[this.largest.dataset.size];
      return passes
        && words.every((word) => this.texts.get(row).includes(word))
        && !(this.largest?.value && size && Number(size) > Number(this.largest.value)) // an unknown size is not held against it
        && !(this.sized?.checked && !size)
        && !(this.whole.checked && row.dataset.complete === "no");
    }

    applyFilters() {
      const words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of this.rows) row.hidden = !this.isShown(row, words);
      const all = this.rows.filter((row) => !this.isApart(row));
      const shown = all.filter((row) => !row.hidden).length;
      const said = this.said();
      const models = `${shown === all.length ? "" : `${shown} of `}${all.length} model${all.length === 1 ? "" : "s"}`;
      const none = all.length && !shown ? ". No model passes these filters." : "";
      this.count.textContent = `${models}${said && `: ${said}`}${none}`;
      for (const filter of this.filters) {
        const ticked = this.ticked(filter);
        filter.firstElementChild.textContent = filter.dataset.title + (ticked.length ? `: ${ticked.join(", ")}` : "");
      }
      this.clear.hidden = !said;
    }

    // Each filter that is set, in words.
    said() {
      const size = this.largest?.value ? `at most ${this.largest.value} B parameters` : "";
      return [
        this.find.value && `contains “${this.find.value}”`,
        ...this.filters.filter((filter) => this.ticked(filter).length)
          .map((filter) => `${filter.dataset.title.toLowerCase()}: ${this.ticked(filter).join(" or ")}`),
        size && !this.sized?.checked ? `${size} or unknown` : size,
        this.sized?.checked && "size known",
        this.whole.checked && "complete coverage",
      ].filter(Boolean).join(", ");
    }

    applyColumns() {
      for (const each of this.boxes) {
        const place = this.keys.indexOf(each.value);
        for (const row of [this.headings[0].parentNode, ...this.rows]) row.cells[place].hidden = !each.checked;
      }
      if (this.all) this.all.checked = this.extra.every((each) => each.checked);
    }

    columned() {
      this.applyColumns();
      this.remember();
    }

    applyPicks() {
      const most = Number(this.table.dataset.picks ?? 0);
      if (!most) return;
      const picked = this.rows.filter((row) => this.tick(row).checked);
      for (const row of this.rows) this.tick(row).disabled = !this.tick(row).checked && picked.length >= most;
      const [names, link] = [this.tray.querySelector(".picked"), this.tray.querySelector(".primary")];
      names.replaceChildren(...picked.map((row) => this.chip(row, picked)));
      link.textContent = picked.length < 2 ? "Tick another to compare" : `Compare ${picked.length}`;
      if (picked.length < 2) link.removeAttribute("href");
      else link.href = this.compare(picked.map((row) => row.dataset.row));
      this.tray.hidden = !picked.length;
    }

    tick(row) {
      return row.cells[0].firstElementChild;
    }

    pick(rows) {
      for (const row of this.rows) this.tick(row).checked = rows.includes(row);
      this.applyPicks();
    }

    // A name in the tray, which takes its row out again.
    chip(row, picked) {
      const name = row.cells[this.first].querySelector("bdi").textContent;
      const chip = Object.assign(document.createElement("button"), { type: "button", title: name, ariaLabel: `Take out ${name}` });
      chip.textContent = `${name} ×`;
      chip.addEventListener("click", () => this.pick(picked.filter((each) => each !== row)));
      return chip;
    }

    // Files of what is shown

    // A row: what filters look at, and its numbers with the ends of their intervals and ranks; null for none.
    record(row) {
      const { row: run, ...facets } = row.dataset;
      const found = { name: row.cells[this.first].querySelector("bdi").textContent, run, ...facets };
      this.headings.forEach((heading, place) => {
        const { key, scored } = heading.dataset;
        if (heading.hidden || place === this.first || !key || key === "rank" || key === "loop") return;
        const cell = row.cells[place];
        const { value, low, high, rank = "" } = cell.dataset;
        if (heading.classList.contains("left")) found[key] = cell.textContent.trim();
        else if (scored === undefined) found[key] = number(value);
        else {
          const [best, worst = best] = rank.split("–");
          Object.entries({ mean: value, low, high, "rank low": best, "rank high": worst })
            .forEach(([name, text]) => { found[`${key} ${name}`] = number(text); });
        }
      });
      return found;
    }

    save(ending) {
      const records = this.rows.filter((row) => !row.hidden).map((row) => this.record(row));
      const content = ending === "json" ? JSON.stringify(records, null, 1) : csv(records);
      const href = URL.createObjectURL(new Blob([content]));
      const link = Object.assign(document.createElement("a"), { href, download: `shown.${ending}` });
      link.click();
      URL.revokeObjectURL(href);
    }

    // The address

    remember() {
      if (!this.find) return;
      const isStandard = this.sort.key === this.standard.key && this.sort.up === this.standard.up;
      write({
        sort: isStandard ? "" : (this.sort.up ? "" : "-") + this.sort.key,
        q: this.find.value,
        ...Object.fromEntries(this.filters.map((filter) => [filter.dataset.filter, listed(this.ticked(filter))])),
        largest: this.largest?.value ?? "",
        sized: this.sized?.checked ? "1" : "",
        whole: this.whole.checked ? "1" : "",
        hide: listed(this.boxes.filter((box) => box.defaultChecked && !box.checked).map((box) => box.value)),
        show: this.all?.checked ? "all" : listed(this.extra.filter((box) => box.checked).map((box) => box.value)),
      });
    }

    // Words that mean nothing here are passed over.
    recall() {
      const chosen = read();
      const named = (key) => new Set((chosen.get(key) ?? "").split(",").map(decode));
      const words = chosen.get("sort") ?? "";
      const key = words.replace(/^-/, "");
      this.sort = this.keys.includes(key) && key ? { key, up: !words.startsWith("-") } : { ...this.standard };
      this.find.value = chosen.get("q") ?? "";
      for (const filter of this.filters) {
        for (const box of filter.querySelectorAll("input")) box.checked = named(filter.dataset.filter).has(box.value);
      }
      if (this.largest) this.largest.value = chosen.get("largest") ?? "";
      if (this.sized) this.sized.checked = chosen.get("sized") === "1";
      this.whole.checked = chosen.get("whole") === "1";
      const [hidden, shown] = [named("hide"), named("show")];
      for (const box of this.boxes) {
        box.checked = box.defaultChecked ? !hidden.has(box.value) : shown.has("all") || shown.has(box.value);
      }
      this.applySort();
      this.applyFilters();
      this.applyColumns();
    }
  }

  return { mount, read, write, decode };
})();
