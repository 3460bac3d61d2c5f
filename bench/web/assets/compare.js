"use strict";
// Runs of one suite on one case: the verdicts, the clips in step, what tells the runs apart, and every run's numbers.
{
  const { make, load, choose, decode, put } = benchPage;
  const data = benchPage.inlined();
  const place = (id) => document.getElementById(id);
  let turn = 0; // grows with each choice: what loads for an older one gives way
  let shown = []; // the runs that are compared

  for (const suite of data.suites) place("suite").append(make("option", { value: suite.slug }, suite.name));
  place("suites").hidden = data.suites.length < 2;

  // Words of the address that mean nothing here are passed over, and runs on another suite than the first.
  function asked() {
    const read = benchPage.read();
    const known = [...new Set((read.get("runs") ?? "").split(",").map(decode))].filter((run) => Object.hasOwn(data.runs, run));
    const isOurs = (suite) => (known.length ? suite.name === data.runs[known[0]].suite : suite.slug === read.get("suite"));
    const suite = data.suites.find(isOurs) ?? data.suites[0];
    const runs = known.filter((run) => data.runs[run].suite === suite.name).slice(0, data.most);
    return { suite, runs, case: read.get("case") ?? "", seed: read.get("seed") ?? "" };
  }

  function change(runs, pairs = {}) {
    benchPage.write({ runs: runs.join(","), case: place("case").value, seed: asked().seed, ...pairs });
    draw();
  }

  function picker(suite, runs, number) {
    const select = make("select", { "aria-label": `Run ${number + 1}` }, make("option", { value: "" }, number < 2 ? "choose …" : "none"));
    for (const [run, { name, suite: own }] of Object.entries(data.runs)) {
      if (own !== suite.name || (runs.includes(run) && runs[number] !== run)) continue;
      select.append(make("option", { value: run, selected: runs[number] === run }, name));
    }
    select.addEventListener("change", () => change(Object.assign([...runs], { [number]: select.value }).filter(Boolean)));
    return make("label", {}, number === 0 ? "Compare with" : `Run ${number + 1}`, select);
  }

  // What is drawn later calls again, lest a choice in between is drawn over.
  async function draw() {
    const mine = ++turn;
    const { suite, runs: named, case: wanted, seed } = asked();
    if (!suite) return;
    place("suite").value = suite.slug;
    offerCases(suite);
    const slug = suite.cases.length ? choose(place("case"), wanted || suite.opening.case) : "";
    const about = slug ? await load(`cases/${suite.slug}/${slug}`) : null;
    if (mine !== turn) return;
    const isNamed = suite.cases.some(([, each]) => each === wanted);
    const runs = named.length ? named : (isNamed && about?.runs) || suite.opening.runs;
    shown = runs;
    const slots = Math.min(data.most, Math.max(2, runs.length + 1));
    place("chosen").replaceChildren(...Array.from({ length: slots }, (_, number) => picker(suite, runs, number)));
    place("alone").hidden = runs.length > 1;
    place("clips").hidden = !about;
    place("values").hidden = !about;
    const files = await Promise.all(runs.map((run) => load(`runs/${run}`)));
    const pairs = await Promise.all(runs.slice(1).map((run) => pair(runs, run)));
    if (mine !== turn) return;
    place("verdicts").replaceChildren(...pairs.map(({ verdict }) => verdict));
    place("pairs").replaceChildren(...pairs.map(({ table }) => table));
    place("apart").hidden = !pairs.length;
    if (about) clips(about, slug, runs, files, seed);
    scores(files);
  }

  function offerCases(suite) {
    const select = place("case");
    if (select.dataset.suite === suite.slug) return;
    select.replaceChildren(...suite.cases.map(([id, slug]) => make("option", { value: slug }, id)));
    select.dataset.suite = suite.slug;
  }

  // The clips

  function clips(about, slug, runs, files, wanted) {
    const seeds = Object.keys(about.values).sort((a, b) => a - b);
    place("seed").replaceChildren(...seeds.map((seed) => make("option", {}, seed)));
    place("seeds").hidden = place("first").hidden = seeds.length < 2;
    put(place("place"), about.place);
    put(place("values"), about.values[choose(place("seed"), wanted)]);
    benchPlayer.show(place("player"), about, runs.map((run, number) => ({ name: data.runs[run].name, clip: files[number]?.cases[slug] ?? null })), data.plotted);
    const links = runs.map((run) => make("a", { href: `models/${run}.html` }, make("bdi", {}, `${data.runs[run].name} →`)));
    place("ways").replaceChildren(...links.map((link) => make("li", {}, link)));
  }

  // What tells them apart

  async function pair(runs, other) {
    const key = [`${runs[0]}--${other}`, `${other}--${runs[0]}`].find((each) => data.pairs.includes(each));
    const found = key ? await load(`pairs/${key}`) : null;
    if (!found) return { verdict: missing(runs[0], other), table: "" };
    const [verdict, table] = [make("div"), make("section", { class: "pair" })];
    put(verdict, found.verdict);
    put(table, found.html);
    for (const link of table.querySelectorAll("a[data-page='compare']")) lead(link, runs);
    if (key.startsWith(`${other}--`)) table.prepend(make("p", { class: "small quiet" }, "Computed this way round."));
    return { verdict, table };
  }

  // A case leads to the clips of all runs that are chosen.
  function lead(link, runs) {
    link.hash = `runs=${runs.join(",")}&case=${new URLSearchParams(link.hash.slice(1)).get("case")}`;
    link.addEventListener("click", () => place("clips").scrollIntoView());
  }

  function missing(a, b) {
    return make("p", { class: "note" }, "No comparison of ", make("bdi", {}, data.runs[b].name), " against ", make("bdi", {}, data.runs[a].name), " was made in advance. The scores below have their intervals; bench compare on the downloaded results says whether they differ.");
  }

  // One table of the runs' own, which have the same metrics, one below the other.
  function scores(files) {
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

  // Choices

  function step(count) {
    const select = place("case");
    select.selectedIndex = (select.selectedIndex + count + select.options.length) % select.options.length;
    change(shown);
  }

  place("suite").addEventListener("change", () => {
    benchPage.write({ suite: place("suite").value });
    draw();
  });
  place("case").addEventListener("change", () => change(shown));
  place("seed").addEventListener("change", () => change(shown, { seed: place("seed").value }));
  place("before").addEventListener("click", () => step(-1));
  place("after").addEventListener("click", () => step(1));
  window.addEventListener("hashchange", draw);
  draw();
}
