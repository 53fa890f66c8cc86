
"use strict";
(() => {
  const box = document.getElementById("filter");
  const rows = [...document.querySelectorAll(".row")].map((row) => {
    const group = row.closest("details.group");
    const subject = group ? group.querySelector("summary").textContent : "";
    return { row, group, text: (subject + " " + row.textContent).toLowerCase() };
  });
  const groups = [...document.querySelectorAll("details.group")];

  function filter() {
    const wanted = box.value.trim().toLowerCase();
    const shown = new Set();
    for (const { row, group, text } of rows) {
      const match = text.includes(wanted);
      row.classList.toggle("away", !match);
      if (match && group) shown.add(group);
    }
    for (const group of groups) group.classList.toggle("away", !shown.has(group));
  }

  function sort(table, column, header) {
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = (row) => {
      const cell = row.cells[column];
      return cell.dataset.sort ?? cell.textContent.trim();
    };
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    const sorted = [...table.tBodies[0].rows].sort((a, b) => compare(key(a), key(b)));
    table.tBodies[0].append(...(descending ? sorted.reverse() : sorted));
  }

  box.addEventListener("input", filter);
  box.parentElement.hidden = false;
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((header, column) => {
      // No <button>: browsers leave those out of headers repeated on paper.
      const button = document.createElement("span");
      button.role = "button";
      button.tabIndex = 0;
      button.textContent = header.textContent;
      button.addEventListener("click", () => sort(table, column, header));
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        sort(table, column, header);
      });
      header.replaceChildren(button);
    });
  }

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
