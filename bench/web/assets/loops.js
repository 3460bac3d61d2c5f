"use strict";
// Clips in tables: each plays in a loop while it is in sight, unless the visitor wants no motion.
const benchLoops = (() => {
  // root: below which clips are made to play. Returns a function that ends that.
  function mount(root) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const watch = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) target.pause();
        else if (isCalm) target.preload = "metadata";
        else target.play().catch(() => {}); // a clip that is gone, or one that scrolled away meanwhile
      }
    });
    for (const clip of root.querySelectorAll("video.loop")) watch.observe(clip);
    return () => watch.disconnect();
  }

  return { mount };
})();
