"use strict";
// Two to four runs: their clips of a case in step, their scores, and the comparisons that were made in advance.
{
  const { make, load, choose, decode, put } = benchPage;
  const data = benchPage.inlined();
  const place = (id) => document.getElementById(id);
  let turn = 0; // grows with each choice: what loads for an older one gives way

  const suiteOf = (run) => data.suites.find((suite) => suite.name === data.runs[run].suite);
  const runsOf = (suite) => Object.keys(data.runs).filter((run) => data.runs[run].suite === suite);

  // Words of the address that mean nothing here are passed over, and runs on another suite than the first.
  function chosen() {
    const read = benchPage.read();
    const known = [...new Set((read.get("runs") ?? "").split(",").map(decode))].filter((run) => Object.hasOwn(data.runs, run));
    const runs = known.filter((run) => data.runs[run].suite === data.runs[known[0]].suite).slice(0, data.most.compared);
    return { runs, case: read.get("case") ?? "" };
  }

  function change(runs, caseSlug) {
    benchPage.write({ runs: runs.join(","), case: caseSlug });
    draw();
  }

  function picker(runs, number) {
    const suite = runs.length ? data.runs[runs[0]].suite : null;
    const own = number > 0 && suite ? runsOf(suite) : Object.keys(data.runs);
    const select = make("select", { "aria-label": `Run ${number + 1}` }, make("option", { value: "" }, number < 2 ? "choose …" : "none"));
    for (const run of own) {
      if (runs.includes(run) && runs[number] !== run) continue;
      const text = data.suites.length > 1 && number === 0 ? `${data.runs[run].name} · ${data.runs[run].suite}` : data.runs[run].name;
      select.append(make("option", { value: run, selected: runs[number] === run }, text));
    }
    select.addEventListener("change", () => {
      const next = [...runs];
      next[number] = select.value;
      change(next.filter(Boolean), place("case").value);
    });
    return make("label", {}, number === 0 ? "Compare with" : `Run ${number + 1}`, select);
  }

  // One table of the runs' own, which have the same metrics, one below the other.
  async function scores(runs, mine) {
    const files = await Promise.all(runs.map((run) => load(`runs/${run}`)));
    if (mine !== turn) return;
    const [first, ...others] = files.filter(Boolean).map((file) => {
      const made = make("template");
      made.innerHTML = file.scores;
      return made;
    });
    place("scores").hidden = !first;
    if (!first) return;
    const rows = first.content.querySelectorAll("tr");
    for (const other of others) other.content.querySelectorAll("tr").forEach((row, number) => rows[number].append(row.lastElementChild));
    put(place("scores").querySelector("div"), first.innerHTML);
  }

  function pairKey(a, b) {
    return [`${a}--${b}`, `${b}--${a}`].find((key) => data.pairs.includes(key));
  }

  async function pairs(runs, mine) {
    const drawn = [];
    for (const other of runs.slice(1)) {
      const key = pairKey(runs[0], other);
      const found = key ? await load(`pairs/${key}`) : null;
      if (mine !== turn) return;
      drawn.push(found ? pair(found, runs, runs[0].concat("--", other) !== key) : missing(runs[0], other));
    }
    place("pairs").replaceChildren(...drawn);
    place("apart").hidden = !drawn.length;
  }

  function pair(found, runs, isTurned) {
    const section = make("section", { class: "pair" });
    put(section, found.html);
    for (const link of section.querySelectorAll("a[data-page='compare']")) lead(link, runs);
    if (isTurned) section.prepend(make("p", { class: "small quiet" }, "Computed this way round."));
    return section;
  }

  // A case leads to the clips of all runs that are chosen; to its own page where this one shows no clips of it.
  function lead(link, runs) {
    const slug = new URLSearchParams(link.hash.slice(1)).get("case");
    const suite = suiteOf(runs[0]);
    const isShown = suite.cases.slice(0, suite.shown).some(([, each]) => each === slug);
    link.href = `${isShown ? "compare.html#" : `case.html#suite=${suite.slug}&`}runs=${runs.join(",")}&case=${slug}`;
    if (isShown) link.addEventListener("click", () => place("clips").scrollIntoView());
  }

  function missing(a, b) {
    return make("p", { class: "note" }, "No comparison of ", make("bdi", {}, data.runs[b].name), " against ", make("bdi", {}, data.runs[a].name), " was made in advance. The scores above have their intervals; bench compare on the downloaded results says whether they differ.");
  }

  async function clips(runs, wanted, mine) {
    const suite = suiteOf(runs[0]);
    const select = place("case");
    const shown = suite.cases.slice(0, suite.shown);
    place("clips").hidden = shown.length === 0;
    if (!shown.length) return;
    if (select.dataset.suite !== suite.slug) {
      select.replaceChildren(...shown.map(([id, slug]) => make("option", { value: slug }, id)));
      select.dataset.suite = suite.slug;
    }
    const slug = choose(select, wanted);
    const [about, ...files] = await Promise.all([
      load(`cases/${suite.slug}/${slug}`),
      ...runs.map((run) => load(`runs/${run}`)),
    ]);
    if (mine !== turn || !about) return;
    benchPlayer.show(place("player"), about, runs.map((run, number) => ({ name: data.runs[run].name, clip: files[number]?.cases[slug] ?? null })), data.plotted);
    const links = [["All models on this case →", `case.html#suite=${suite.slug}&case=${slug}`], ...runs.map((run) => [`${data.runs[run].name} →`, `models/${run}.html`])];
    place("ways").replaceChildren(...links.map(([text, href]) => make("li", {}, make("a", { href }, make("bdi", {}, text)))));
  }

  function step(count) {
    const select = place("case");
    select.selectedIndex = (select.selectedIndex + count + select.options.length) % select.options.length;
    change(chosen().runs, select.value);
  }

  function draw() {
    const { runs, case: wanted } = chosen();
    const mine = ++turn;
    const slots = Math.min(data.most.compared, Math.max(2, runs.length + 1));
    place("chosen").replaceChildren(...Array.from({ length: slots }, (_, number) => picker(runs, number)));
    place("empty").hidden = runs.length >= 2;
    if (!runs.length) {
      benchPlayer.clear(place("player"));
      place("scores").hidden = place("clips").hidden = place("apart").hidden = true;
      place("pairs").replaceChildren();
      return;
    }
    scores(runs, mine);
    clips(runs, wanted, mine);
    pairs(runs, mine);
  }

  place("case").addEventListener("change", () => change(chosen().runs, place("case").value));
  place("before").addEventListener("click", () => step(-1));
  place("after").addEventListener("click", () => step(1));
  window.addEventListener("hashchange", draw);
  draw();
}
