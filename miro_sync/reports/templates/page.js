"use strict";
(() => {
  const form = document.getElementById("filters");

  /* Filters: an item says of which centres it has which statuses, "missed:2;held:0,1". */
  const items = Array.from(document.querySelectorAll("[data-v]"), (node) => ({
    node,
    of: node.dataset.v.split(";").map((part) => part.split(":")),
    who: (node.dataset.w || "").split(" "),
    text: (node.querySelector("summary, .lead") || node).textContent.toLocaleLowerCase(),
  }));
  const events = items.filter((item) => item.node.matches("details.event"));
  const fields = form ? ["center", "status", "who", "text"].filter((name) => form.elements[name]) : [];

  const chosen = (name) => {
    const field = form.elements[name];
    if (!field || !field.value.trim()) return null;
    return field.options ? field.options[field.selectedIndex].dataset.n || field.value : field.value;
  };

  const fits = (item, { center, status, who, text }) =>
    item.of.some(([kind, whose]) =>
      (status === null || kind === status) &&
      (center === null || (whose === "*" ? center !== "-1" : whose.split(",").includes(center)))) &&
    (who === null || item.who.includes(who)) &&
    (text === null || item.text.includes(text.trim().toLocaleLowerCase()));

  const showColumn = (center) => {
    const network = form.querySelector('option[data-n="-1"]') ? 2 : 1;
    const only = center === null ? 0 : Number(center) + network;
    for (const line of document.querySelectorAll(".matrix tr")) {
      for (let at = 1; at < line.cells.length; at += 1) line.cells[at].hidden = only > 0 && at !== only;
    }
  };

  const hideEmpty = (filtered) => {
    const lists = Array.from(document.querySelectorAll("[data-list]")).reverse();
    for (const list of lists) {
      const empty = filtered && Array.from(list.children).every((child) => child.hidden);
      list.hidden = empty;
      const fold = list.parentNode;
      if (fold.matches("details.fold")) fold.hidden = empty;
      if (fold.matches("details.rest")) fold.open = filtered && !empty;
    }
    for (const block of document.querySelectorAll(".block")) {
      block.hidden = Array.from(block.querySelectorAll("[data-list]")).every((list) => list.hidden);
    }
    for (const note of document.querySelectorAll(".nothing")) {
      note.hidden = !filtered || lists.some((list) => !list.hidden && note.parentNode.contains(list));
    }
  };

  const apply = () => {
    const [center, status, who, text] = ["center", "status", "who", "text"].map(chosen);
    const filtered = [center, status, who, text].some((value) => value !== null);
    for (const item of items) item.node.hidden = filtered && !fits(item, { center, status, who, text });
    for (const node of document.querySelectorAll("[data-c]")) {
      const ofEvents = node.closest("#attention") && (status ?? who ?? text) !== null;
      node.hidden = Boolean(ofEvents) || (center !== null && node.dataset.c !== center);
    }
    for (const row of document.querySelectorAll("tr[data-row]")) {
      row.hidden = document.getElementById(row.dataset.row).hidden;
    }
    showColumn(center);
    hideEmpty(filtered);
    const shown = events.filter((item) => !item.node.hidden).length;
    document.querySelector("output.filtered").textContent =
      filtered ? form.dataset.some.replace("{n}", shown).replace("{m}", events.length) : "";
  };

  const remember = () => {
    const said = new URLSearchParams();
    for (const name of fields) if (form.elements[name].value) said.set(name, form.elements[name].value);
    const hash = said.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  };

  /* The address: either a filter, "center=…&status=missed", or a thing of the page, "event-E07". */
  const follow = () => {
    const hash = location.hash.slice(1);
    if (form && hash.includes("=")) {
      const said = new URLSearchParams(hash);
      for (const name of fields) {
        const field = form.elements[name];
        field.value = said.get(name) || "";
        if (field.options && field.selectedIndex === -1) field.value = "";
      }
      document.getElementById("filtering").open = true;
      apply();
      return;
    }
    let id = hash;
    try { id = decodeURIComponent(hash); } catch { /* as it is */ }
    const target = id && document.getElementById(id);
    if (!target) return;
    if (form && target.closest("[hidden]")) { form.reset(); }
    for (let node = target; node; node = node.parentElement) {
      if (node.matches("details")) node.open = true;
    }
    const show = () => setTimeout(() => {
      target.scrollIntoView({ block: "start" });
      const summary = target.matches("details") && target.querySelector("summary");
      if (summary) summary.focus({ preventScroll: true });
    });
    // While a page loads, the browser's own leap to the address takes the focus away again.
    if (document.readyState === "complete") show();
    else addEventListener("load", show);
  };

  if (form) {
    const box = document.getElementById("filtering");
    box.hidden = false;
    box.open = matchMedia("(min-width: 46rem)").matches;
    form.addEventListener("input", () => { apply(); remember(); });
    form.addEventListener("reset", () => setTimeout(() => {
      apply();
      if (location.hash.includes("=")) remember();
    }));
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const cell = event.target.closest(".matrix td[class]");
    const link = event.target.closest('a[href^="#"]');
    if (cell) location.hash = cell.parentNode.dataset.row;
    if ((cell || (link && link.hash === location.hash))) follow();
  });
  for (const table of document.querySelectorAll(".latest")) table.scrollLeft = table.scrollWidth;
  if (location.hash) follow();
})();
