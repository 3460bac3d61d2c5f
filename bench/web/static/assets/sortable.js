"use strict";
// Any plain table: a heading sorts, the largest number first; what has no value stands last either way.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];

  function value(row, place) {
    const cell = row.cells[place];
    if (place === 0) return cell.textContent.trim().toLowerCase();
    return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  }

  function compare(a, b, way) {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === "string" ? way * a.localeCompare(b) : way * (a - b);
  }

  table.tHead.addEventListener("click", (event) => {
    const heading = event.target.closest("button")?.closest("th");
    if (!heading) return;
    const place = headings.indexOf(heading);
    const first = place === 0 ? "ascending" : "descending";
    const other = place === 0 ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    for (const each of headings) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const way = order === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows];
    table.tBodies[0].append(...rows.sort((a, b) => compare(value(a, place), value(b, place), way)));
  });
}
