"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const output = form.querySelector("output");
  const fields = ["center", "status", "who", "text"].filter((name) => form.elements[name]);
  const items = Array.from(document.querySelectorAll("[data-v]"), (node) => ({
    node,
    of: node.dataset.v.split(";").map((part) => part.split(":")),
    who: (node.dataset.w || "").split(" "),
    text: (node.querySelector("summary, .lead") || node).textContent.toLocaleLowerCase(),
  }));
  const places = document.querySelectorAll("[data-c]");
  const rows = document.querySelectorAll("tr[data-row]");
  const heads = document.querySelectorAll(".matrix thead th");
  const events = items.filter((item) => item.node.matches("details.event"));

  const chosen = (name) => {
    const field = form.elements[name];
    if (!field || !field.value) return null;
    return field.options ? field.options[field.selectedIndex].dataset.n || field.value : field.value;
  };

  const fits = (item, center, status, who, text) => {
    const has = item.of.some(([kind, whose]) =>
      (status === null || kind === status) &&
      (center === null || (whose === "*" ? center !== "-1" : whose.split(",").includes(center))));
    return has && (who === null || item.who.includes(who)) && (text === null || item.text.includes(text));
  };

  const apply = () => {
    const [center, status, who] = ["center", "status", "who"].map(chosen);
    const text = chosen("text") === null ? null : chosen("text").trim().toLocaleLowerCase() || null;
    const filtered = [center, status, who, text].some((value) => value !== null);
    for (const item of items) item.node.hidden = filtered && !fits(item, center, status, who, text);
    const elsewhere = status !== null || who !== null || text !== null;
    for (const node of places) {
      const alarm = node.closest("#attention") !== null;
      node.hidden = (center !== null && node.dataset.c !== center) || (alarm && elsewhere);
    }
    for (const row of rows) row.hidden = document.getElementById(row.dataset.row).hidden;
    const offset = document.querySelector('#filters [name="center"] option[data-n="-1"]') ? 2 : 1;
    const column = center === null ? -1 : Number(center) + offset;
    for (const line of [heads[0] && heads[0].parentNode, ...rows]) {
      if (!line) continue;
      for (let at = 1; at < line.cells.length; at += 1) line.cells[at].hidden = column >= 0 && at !== column;
    }
    for (const list of document.querySelectorAll("[data-list]")) {
      const empty = filtered && !Array.from(list.children).some((child) => !child.hidden);
      list.hidden = empty;
      const title = list.previousElementSibling;
      if (title && title.matches("h3")) title.hidden = empty;
      if (list.parentNode.matches("details.fold")) list.parentNode.hidden = empty;
    }
    for (const note of document.querySelectorAll(".nothing")) {
      note.hidden = !filtered || Array.from(note.parentNode.querySelectorAll("[data-list]")).some((list) => !list.hidden);
    }
    const shown = events.filter((item) => !item.node.hidden).length;
    output.textContent = filtered ? form.dataset.some.replace("{n}", shown).replace("{m}", events.length) : "";
  };

  const remember = () => {
    const said = new URLSearchParams();
    for (const name of fields) if (form.elements[name].value) said.set(name, form.elements[name].value);
    const hash = said.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  };

  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) {
      const said = new URLSearchParams(hash);
      for (const name of fields) form.elements[name].value = said.get(name) || "";
      for (const name of fields) if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
      apply();
      return;
    }
    let target = null;
    try { target = document.getElementById(decodeURIComponent(hash)); } catch { return; }
    if (!target) return;
    if (target.hidden) { form.reset(); apply(); }
    for (let node = target; node; node = node.parentElement) if (node.matches("details")) node.open = true;
    target.scrollIntoView({ block: "start" });
    const summary = target.matches("details") && target.querySelector("summary");
    if (summary) summary.focus({ preventScroll: true });
  };

  form.hidden = false;
  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const cell = event.target.closest(".matrix td[class]");
    if (cell) location.hash = cell.parentNode.dataset.row;
    const same = event.target.closest('a[href^="#event-"]');
    if (same && same.hash === location.hash) follow();
  });
  for (const box of document.querySelectorAll(".latest")) box.scrollLeft = box.scrollWidth;
  if (location.hash) follow();
})();
