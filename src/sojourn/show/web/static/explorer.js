// The Explore page comes alive: a moved lever fetches data only, and redraws charts, words, address.
"use strict";

(function () {
  const form = document.getElementById("levers");
  if (!form) return;
  const lang = document.documentElement.lang;
  const results = document.querySelector(".results");
  const status = document.getElementById("status");
  const words = lang === "fr"
    ? { members: "membres", failed: "Le calcul a échoué : ", offline: "le serveur ne répond pas" }
    : { members: "members", failed: "The run failed: ", offline: "the server does not answer" };
  const DRAG = Number(form.dataset.drag), REST = Number(form.dataset.rest), PAUSE = 250;
  const number = new Intl.NumberFormat(lang === "fr" ? "fr-CA" : "en-CA", { maximumFractionDigits: 2 });
  const views = {};
  let running = null, timer = 0, loading = null, asked = 0;

  document.getElementById("show").hidden = true;
  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());

  // sliders move in steps; untouched ones keep the exact value that the server wrote
  const touched = new Set();
  const value = (field) => (touched.has(field) ? field.value : field.dataset.now || field.value);
  const moved = (field) => {
    if (!touched.has(field)) return field.dataset.moved === "true";
    if (field.type !== "range") return field.value !== field.dataset.base;
    return Math.abs(field.value - field.dataset.base) > 0.5001 * field.step;
  };
  for (const field of form.querySelectorAll("input[type=range]")) field.step = field.dataset.step;

  function query() {
    const pairs = new URLSearchParams();
    for (const field of form.elements) {
      if (!field.name) continue;
      if (field.name === "scenario") { if (field.value !== "baseline") pairs.append("scenario", field.value); continue; }
      if (field.name === "from" || field.name === "set") continue;
      if (moved(field)) pairs.append(field.name, value(field));
    }
    const start = form.elements.namedItem("from");
    if (start.value && start.value !== "2026-01") pairs.set("from", start.value);
    for (const text of new URLSearchParams(location.search).getAll("set")) pairs.append("set", text);
    return pairs;
  }

  function narrow() {
    const box = document.querySelector(".drawing");
    return box && box.clientWidth < 450 ? "narrow" : "wide";
  }

  function label(field) {
    const shown = document.getElementById("o-" + field.name);
    if (shown) shown.querySelector(".now").textContent = number.format(Number(field.value));
    field.closest(".field").classList.toggle("moved", moved(field));
  }

  function dated(rows) {
    return rows.map((row) => (row.date ? Object.assign({}, row, { date: Date.parse(row.date) }) : row));
  }

  // Vega and its kin come when the page is at rest or a lever is first touched
  function vega() {
    if (!loading) {
      loading = new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = form.dataset.vega;
        script.onload = resolve;
        script.onerror = reject;
        document.head.appendChild(script);
      }).then(() => fetchData(REST, "spec")).then((found) => Promise.all(
        Object.entries(found.charts).map(([name, spec]) => embed(name, spec))));
    }
    return loading;
  }

  async function embed(name, spec) {
    const box = document.querySelector('[data-chart="' + name + '"]');
    if (!box) return;
    const live = document.createElement("div");
    const shown = Object.assign({}, spec, { width: Math.max(280, box.clientWidth) });
    for (const key of Object.keys(shown.datasets)) shown.datasets[key] = dated(shown.datasets[key]);
    const { locale, ...config } = shown.config;
    shown.config = config;
    const made = await window.vegaEmbed(live, shown, {
      actions: false, ast: true, logLevel: 1, renderer: "svg", defaultStyle: false, tooltip: tip,
      formatLocale: locale.number, timeFormatLocale: locale.time,
    });
    // the sentence above and the table below say what the drawing shows
    live.setAttribute("aria-hidden", "true");
    for (const name of ["role", "aria-label", "aria-roledescription"]) live.removeAttribute(name);
    box.replaceChildren(live);
    box.classList.add("live");
    views[name] = made.view;
  }

  const bubble = document.createElement("div");
  bubble.className = "tip";
  bubble.hidden = true;
  document.body.appendChild(bubble);

  function tip(_handler, event, _item, value) {
    if (value === null || value === undefined || value === "") { bubble.hidden = true; return; }
    bubble.replaceChildren(...Object.entries(value).map(([key, text]) => {
      const line = document.createElement("div");
      line.textContent = key + ": " + text;
      return line;
    }));
    bubble.hidden = false;
    const right = event.clientX + 260 > window.innerWidth;
    bubble.style.left = right ? "" : event.clientX + 14 + "px";
    bubble.style.right = right ? window.innerWidth - event.clientX + 14 + "px" : "";
    bubble.style.top = event.clientY + 14 + "px";
  }

  async function fetchData(members, part) {
    if (running) running.abort();
    running = new AbortController();
    const pairs = query();
    pairs.set("members", members);
    pairs.set("size", narrow());
    pairs.set("part", part);
    const answer = await fetch(form.dataset.data + "?" + pairs, { signal: running.signal });
    const body = answer.headers.get("content-type") || "";
    if (!body.includes("json")) throw new Error(words.offline);
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.detail || answer.status);
    return found;
  }

  function apply(found, members) {
    for (const [name, text] of Object.entries(found.said)) {
      const place = document.querySelector('[data-said="' + name + '"]');
      if (place && place.textContent !== text) place.textContent = text;
    }
    for (const name of ["command", "python"]) {
      document.querySelector('[data-said="' + name + '"]').textContent = found[name];
    }
    for (const [name, html] of Object.entries(found.html || {})) {
      const place = document.querySelector('[data-table="' + name + '"]');
      if (place) place.innerHTML = html;
    }
    const pending = [];
    for (const [name, chart] of Object.entries(found.charts)) {
      const view = views[name];
      if (!view) continue;
      for (const [set, rows] of Object.entries(chart.datasets)) {
        try { view.data(set, dated(rows)); } catch (_) { /* a data set this size does not draw */ }
      }
      pending.push(view.runAsync());
    }
    status.textContent = members + " " + words.members;
    document.querySelectorAll("[data-picture], [data-file]").forEach((link) => {
      link.href = link.getAttribute("href").split("?")[0] + "?" + found.query;
    });
    const other = document.querySelector(".language");
    other.href = other.getAttribute("href").split("?")[0] + (found.query ? "?" + found.query : "");
    history.replaceState(null, "", found.query ? "?" + found.query : location.pathname);
    return Promise.all(pending);
  }

  async function update(members, part) {
    const turn = ++asked;
    const slow = setTimeout(() => { results.classList.add("busy"); results.setAttribute("aria-busy", "true"); }, 300);
    try {
      await vega();
      if (turn !== asked) return;
      const found = await fetchData(members, part);
      if (turn === asked) await apply(found, members);
      document.documentElement.dataset.drawn = String(turn);
    } catch (problem) {
      if (problem.name !== "AbortError" && turn === asked) status.textContent = words.failed + problem.message;
    } finally {
      clearTimeout(slow);
      if (turn === asked) { results.classList.remove("busy"); results.removeAttribute("aria-busy"); }
    }
  }

  let last = 0;
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!("base" in field.dataset)) return;
    touched.add(field);
    label(field);
    clearTimeout(timer);
    const now = performance.now();
    if (field.type === "range" && now - last > 60) { last = now; update(DRAG, "data"); }
    timer = setTimeout(() => update(REST, "all"), PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "scenario" || event.target.name === "from") {
      // another scenario has other values in force: the server lays the page out anew
      const pairs = query();
      if (event.target.name === "scenario") for (const key of [...pairs.keys()]) if (key !== "scenario") pairs.delete(key);
      location.search = pairs.toString();
      return;
    }
    if ("base" in event.target.dataset) touched.add(event.target);
    clearTimeout(timer);
    update(REST, "all");
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); update(REST, "all"); });

  const rest = window.requestIdleCallback || ((go) => setTimeout(go, 200));
  rest(() => vega().then(() => { document.documentElement.dataset.ready = "true"; }, () => { loading = null; }));
})();
