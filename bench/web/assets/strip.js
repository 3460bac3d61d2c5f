"use strict";
// The first page's strip: a small picture chooses the case whose best clips are played.
{
  const { inlined, load, read } = benchPage;
  const data = inlined();
  const links = [...document.querySelectorAll(".thumbs a")];
  let turn = 0;

  async function show(link) {
    const mine = ++turn;
    for (const each of links) each.toggleAttribute("aria-current", each === link);
    const slug = data.cases[link.dataset.case];
    const [about, ...files] = await Promise.all([`cases/${data.suite}/${slug}`, ...data.runs.map(([run]) => `runs/${run}`)].map(load));
    if (mine !== turn || !about) return;
    const lanes = data.runs.map(([, name], number) => ({ name, clip: files[number]?.cases[slug] ?? null }));
    benchPlayer.show(document.getElementById("strip"), about, lanes, {}); // without plots: the page is about the whole
  }

  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link);
    });
  }
  const wanted = read().get("case");
  show(links.find((link) => data.cases[link.dataset.case] === wanted) ?? links[0]);
}
