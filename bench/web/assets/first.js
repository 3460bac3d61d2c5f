"use strict";
// Before the page is drawn: the theme that was chosen, or it would flash.
try {
  const chosen = localStorage.getItem("bench-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* no storage here */ }
