"use strict";
// One case: a table of every run's values, and a player of those that are ticked.
{
  const { make, load, choose, put } = benchPage;
  const data = benchPage.inlined();
  const FIRST = 3; // clips that are shown at first
  const place = (id) => document.getElementById(id);
  let turn = 0;

  for (const suite of data.suites) place("suite").append(make("option", { value: suite.slug }, suite.name));
  place("suites").hidden = data.suites.length < 2;

  function chosen() {
    const read = benchPage.read();
    const suite = data.suites.find((each) => each.slug === read.get("suite")) ?? data.suites[0];
    const runs = (read.get("runs") ?? "").split(",").filter((run) => Object.hasOwn(data.runs, run) && data.runs[run].suite === suite.name);
    return { suite, case: read.get("case") ?? "", seed: read.get("seed") ?? "", runs: runs.slice(0, data.most.played) };
  }

  function change(pairs) {
    const now = chosen();
    benchPage.write({ suite: now.suite.slug, case: place("case").value, seed: now.seed, runs: now.runs.join(","), ...pairs });
    draw();
  }

  // In the order of the table, which has models before baselines; those with a clip first.
  function standard(about) {
    const runs = [...place("values").querySelectorAll("tr[data-row]")].map((row) => row.dataset.row);
    return runs.sort((a, b) => about.clips.includes(b) - about.clips.includes(a)).slice(0, FIRST);
  }

  // The seeds of the case; the first, unless the address says another.
  function chooseSeed(about, wanted) {
    const seeds = Object.keys(about.values).sort((a, b) => a - b);
    place("seed").replaceChildren(...seeds.map((seed) => make("option", {}, seed)));
    place("seeds").hidden = place("first").hidden = seeds.length < 2;
    return choose(place("seed"), wanted);
  }

  function tick(picked) {
    for (const row of place("values").querySelectorAll("tr[data-row]")) {
      const box = row.querySelector("input");
      const run = row.dataset.row;
      box.setAttribute("aria-label", `Show ${data.runs[run]?.name ?? run}`);
      box.checked = picked.includes(run);
      box.disabled = !box.checked && picked.length >= data.most.played;
      box.addEventListener("change", () => {
        const runs = box.checked ? [...picked, run] : picked.filter((each) => each !== run);
        change({ runs: runs.join(",") });
      });
    }
  }

  async function draw() {
    const { suite, case: wanted, seed, runs } = chosen();
    const mine = ++turn;
    if (!suite) return;
    place("suite").value = suite.slug;
    const select = place("case");
    if (select.dataset.suite !== suite.slug) {
      select.replaceChildren(...suite.cases.map(([id, slug]) => make("option", { value: slug }, id)));
      select.dataset.suite = suite.slug;
    }
    const slug = choose(select, wanted);
    const about = await load(`cases/${suite.slug}/${slug}`);
    if (mine !== turn) return;
    place("none").hidden = Boolean(about);
    if (!about) {
      place("none").textContent = "The file of this case is missing from the site.";
      return;
    }
    put(place("place"), about.place);
    put(place("values"), about.values[chooseSeed(about, seed)]);
    const picked = runs.length ? runs : standard(about);
    tick(picked);
    const compared = picked.slice(0, data.most.compared);
    const link = make("a", { href: `${benchPage.compare(compared)}&case=${slug}` }, `Compare ${compared.map((run) => data.runs[run].name).join(", ")} →`);
    place("compare").replaceChildren(...(compared.length < 2 ? [] : [link]));
    const files = await Promise.all(picked.map((run) => load(`runs/${run}`)));
    if (mine !== turn) return;
    const lanes = picked.map((run, number) => ({ name: data.runs[run].name, clip: files[number]?.cases[slug] ?? null }));
    const isThere = ({ clip }) => clip && (clip.address || clip.note || Object.keys(clip.series).length);
    if (lanes.some(isThere)) benchPlayer.show(place("player"), about, lanes, data.plotted);
    else withoutClips(about);
  }

  function withoutClips(about) {
    benchPlayer.clear(place("player"));
    const parts = [];
    if (about.image) parts.push(make("img", { src: about.image, alt: "Input image", width: 320 }));
    if (about.prompt) parts.push(make("p", {}, about.prompt));
    place("player").append(...parts);
  }

  function step(count) {
    const select = place("case");
    select.selectedIndex = (select.selectedIndex + count + select.options.length) % select.options.length;
    change({});
  }

  place("suite").addEventListener("change", () => {
    benchPage.write({ suite: place("suite").value });
    draw();
  });
  place("case").addEventListener("change", () => change({}));
  place("seed").addEventListener("change", () => change({ seed: place("seed").value }));
  place("before").addEventListener("click", () => step(-1));
  place("after").addEventListener("click", () => step(1));
  window.addEventListener("hashchange", draw);
  draw();
}
