"use strict";
// A player for clips that the visitor chooses: what the page has loaded, handed to the player's own script.
const benchPlayer = (() => {
  const { make } = benchPage;
  let shown = null;

  function clear(place) {
    shown?.destroy();
    shown = null;
    place.replaceChildren();
  }

  // runs: name and what its file says of the case, or null. plotted: metric -> title and unit, in order.
  function show(place, about, runs, plotted) {
    clear(place);
    const there = new Set(runs.flatMap(({ clip }) => Object.keys(clip?.series ?? {})));
    const metrics = Object.keys(plotted).filter((metric) => there.has(metric));
    const content = {
      title: about.id,
      image: about.image,
      prompt: about.prompt,
      clips: runs.map(({ name, clip }) => ({
        name,
        address: clip?.address ?? "",
        fps: clip?.fps ?? 0, frames: clip?.frames ?? 0, width: clip?.width ?? 0, height: clip?.height ?? 0,
        note: clip?.note || (clip?.address ? "" : "This site shows no clip of it."),
      })),
      series: metrics.map((metric) => {
        const lines = runs.map(({ clip }) => clip?.series?.[metric]);
        return {
          metric, ...plotted[metric],
          // unknown for a clip of unknown length: the other clips tell whether values are per pair of frames
          first: Math.max(...lines.filter(Boolean).map((each) => each.first)),
          step: Math.max(...lines.filter(Boolean).map((each) => each.step ?? 1)),
          lines: lines.map((each) => each?.line ?? null),
        };
      }),
    };
    const data = make("script", { type: "application/json" });
    data.textContent = JSON.stringify(content);
    const section = make("section", { class: "player", "aria-label": about.id }, data);
    place.append(section);
    shown = new BenchPlayer(section);
  }

  return { show, clear };
})();
