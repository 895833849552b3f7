// The land balance beside the map: every figure leads to its parcels, every parcel to its class.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick } = page;
  const book = page.balance;
  const { TABS, LEVELS, sheet, levels, findings, own, dateName, layerOf, dateOf, byFeature, places, home, level,
    className, codeOf, haText, meaning, settled, asked, remember, parcelKey, featureOf, button,
    balanceTable, matrixTable, auditTables, notes, memberList, shortId } = book;
  const root = document.documentElement;
  const map = page.map;
  const phone = window.matchMedia("(max-width: 760px)");
  let lit = [];
  let outline = null;
  let busy = false;

  // ---- parts of the panel --------------------------------------------------------------------
  const panel = make("section", "balance");
  panel.id = "balance";
  panel.tabIndex = -1;
  panel.setAttribute("aria-labelledby", "balance-title");
  const head = make("div", "balance-head");
  const title = make("h2");
  title.id = "balance-title";
  const shut = button("plain balance-close", () => open(false));
  head.append(title, shut);
  const controls = make("div", "balance-controls");
  const tabs = make("div", "balance-tabs");
  tabs.setAttribute("role", "tablist");
  const body = make("div", "balance-body");
  body.id = "balance-body";
  body.setAttribute("role", "tabpanel");
  body.tabIndex = 0;
  body.addEventListener("keydown", arrows);
  body.addEventListener("focusin", rove);
  const status = make("p", "balance-status");
  status.setAttribute("role", "status");
  const list = make("div", "balance-list");
  list.id = "balance-list";
  panel.append(head, controls, tabs, body, status, list);
  document.getElementById("sheet").append(panel);
  const opener = button("", () => open(!root.classList.contains("with-balance")));
  opener.id = "balance-open";
  opener.dataset.keepClear = "";
  opener.setAttribute("aria-controls", "balance");
  document.getElementById("window").append(opener);
  root.classList.add("has-balance");

  function open(wanted) {
    root.classList.toggle("with-balance", wanted);
    root.classList.remove("with-list");
    opener.setAttribute("aria-expanded", String(wanted));
    (wanted ? panel : opener).focus({ preventScroll: true });
    if (wanted) approach(lit.length ? lit : page.features.filter((feature) => feature.layer === layerOf.get(book.state.date)));
  }

  function group(word, choices, key) {
    const box = make("div", "balance-group");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say(word));
    for (const [value, text] of choices) {
      const one = button("", () => (key === "date" ? turn(value) : go({ [key]: value })));
      one.textContent = text;
      one.dataset.value = value;
      one.setAttribute("aria-pressed", String(String(book.state[key]) === String(value)));
      box.append(one);
    }
    return box;
  }

  function drawControls() {
    const kept = document.activeElement?.closest?.(".balance-controls") ? document.activeElement : null;
    const at = kept ? [kept.closest(".balance-group")?.getAttribute("aria-label"), kept.dataset.value] : null;
    controls.replaceChildren();
    if (sheet.dates.length > 1) controls.append(group("balance_date", sheet.dates.map((date) => [date, dateName(date)]), "date"));
    controls.append(group("balance_level", [...levels.keys()].map((each) => [each, say(LEVELS[each])]), "level"));
    if (places.length) controls.append(unitChoice());
    if (!kept) return;
    for (const each of controls.querySelectorAll("button, select")) {
      if (each.tagName === kept.tagName && (each.tagName === "SELECT" || (each.parentElement.getAttribute("aria-label") === at[0] && each.dataset.value === at[1]))) each.focus({ preventScroll: true });
    }
  }

  function unitChoice() {
    const label = make("label", "balance-unit");
    label.append(make("span", "", say("balance_unit")));
    const select = make("select");
    const option = (value, text) => {
      const made = make("option", "", text);
      made.value = value;
      return made;
    };
    select.append(option("", say("balance_unit_all")));
    for (const unit of sheet.units) {
      const set = make("optgroup");
      set.label = pick(unit.title);
      set.append(...unit.places.map((place) => option(place.key, pick(place.name))));
      select.append(set);
    }
    select.value = book.state.unit;
    select.addEventListener("change", () => go({ unit: select.value, pick: book.state.pick.startsWith("class:") ? book.state.pick : "" }));
    label.append(select);
    return label;
  }

  function drawTabs() {
    const kept = tabs.contains(document.activeElement);
    tabs.setAttribute("aria-label", say("balance_tabs"));
    tabs.replaceChildren(...Object.entries(TABS).map(([key, word]) => {
      const tab = button("", () => go({ tab: key, pick: "" }));
      tab.id = "balance-tab-" + key;
      tab.textContent = say(word);
      if (key === "audit" && findings.length) tab.append(make("span", "count", String(findings.length)));
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "balance-body");
      tab.setAttribute("aria-selected", String(book.state.tab === key));
      tab.tabIndex = book.state.tab === key ? 0 : -1;
      return tab;
    }));
    body.setAttribute("aria-labelledby", "balance-tab-" + book.state.tab);
    if (kept) tabs.querySelector("[aria-selected='true']").focus();
  }

  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const keys = Object.keys(TABS);
    go({ tab: keys[(keys.indexOf(book.state.tab) + step + keys.length) % keys.length], pick: "" });
  });

  function drawBody() {
    const parts = { table: () => [balanceTable()], audit: auditTables, matrix: () => (level().matrix ? [matrixTable()] : [make("p", "balance-none", say("balance_matrix_none"))]) };
    const hint = make("p", "hint keys", say("balance_keys"));
    hint.id = "balance-keys";
    body.replaceChildren(...parts[book.state.tab](), hint, notes());
    const one = body.querySelector("table button");
    hint.hidden = !one;
    if (one) one.tabIndex = 0;
    for (const other of body.querySelectorAll("table button")) if (other !== one) other.tabIndex = -1;
  }

  // One stop of the tab key in a table; arrows lead from figure to figure.
  function rove(event) {
    if (event.target.tagName !== "BUTTON") return;
    for (const other of body.querySelectorAll("table button[tabindex='0']")) other.tabIndex = -1;
    event.target.tabIndex = 0;
  }

  function arrows(event) {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const from = event.target.closest?.("td, th");
    if (!step || !from) return;
    event.preventDefault();
    const rows = [...from.closest("table").querySelectorAll("tbody tr")];
    let r = rows.indexOf(from.parentElement) + step[0], c = from.cellIndex + step[1];
    while (rows[r] && rows[r].cells[c]) {
      const found = rows[r].cells[c].querySelector("button");
      if (found) {
        found.focus();
        return;
      }
      r += step[0];
      c += step[1];
    }
  }

  function drawList() {
    const meant = book.state.pick ? meaning(book.state.pick) : null;
    list.hidden = !meant;
    list.replaceChildren(...(meant ? memberList(meant) : []));
    list.scrollTop = 0;
    root.classList.toggle("with-choice", Boolean(meant));
  }

  // ---- map -----------------------------------------------------------------------------------
  function light(features) {
    for (const feature of lit) page.drawing.target(feature)?.getElement()?.classList.remove("lit");
    lit = features;
    for (const feature of lit) page.drawing.target(feature)?.getElement()?.classList.add("lit");
    map.getPane("areas").classList.toggle("dimmed", lit.length > 0);
  }

  function showDate() {
    busy = true;
    for (const [date, number] of layerOf) if (date !== book.state.date) page.drawing.show(number, false);
    page.drawing.show(layerOf.get(book.state.date), true);
    busy = false;
  }

  function room() {
    const given = page.room();
    const low = phone.matches && root.classList.contains("with-balance") ? map.getContainer().getBoundingClientRect().bottom - (window.innerHeight - panel.offsetHeight) : 0;
    const [x, y] = given.paddingBottomRight;
    return { ...given, paddingBottomRight: [x, Math.max(y, low + 20)] };
  }

  // The map comes to what was chosen where it is out of view, or too small to be seen.
  function approach(features) {
    const box = L.latLngBounds([]);
    for (const feature of features) if (feature.xy) box.extend(page.drawing.bounds(feature));
    if (!box.isValid()) return;
    const a = map.latLngToContainerPoint(box.getNorthWest()), b = map.latLngToContainerPoint(box.getSouthEast());
    const size = map.getSize(), clear = room();
    const seen = a.x >= 0 && a.y >= 0 && b.x <= size.x && b.y <= size.y - clear.paddingBottomRight[1] + 36;
    const tiny = Math.max(b.x - a.x, b.y - a.y) < 28;
    if (seen && !tiny) return;
    map.fitBounds(box, { maxZoom: 16, animate: false, ...clear });
  }

  function drawUnit() {
    outline?.remove();
    outline = null;
    const at = book.state.unit.indexOf("/");
    const number = page.layers.findIndex((layer) => layer.key === book.state.unit.slice(0, at));
    const feature = page.features.find((each) => each.layer === number && each.id === book.state.unit.slice(at + 1));
    if (!feature?.xy) return;
    const rings = feature.xy.map((part) => part.map((ring) => ring.map(([x, y]) => [y, x])));
    outline = L.layerGroup([["#FDFBF5", 5], ["#2B2723", 2]].map(([color, weight]) =>
      L.polygon(rings, { color, weight, fill: false, interactive: false, pane: "mark" }))).addTo(map);
  }

  // Parcels are labelled with their class at the level that the table shows.
  function relabel() {
    for (const [feature, parcel] of byFeature) feature.label = codeOf(parcel) === "unclassified" ? null : codeOf(parcel);
    page.labels.place();
  }

  // ---- the one way to another state ----------------------------------------------------------
  function mark() {
    const [kind] = book.state.pick.split(":");
    for (const figure of body.querySelectorAll("[data-pick]")) figure.setAttribute("aria-pressed", String(figure.dataset.pick === book.state.pick));
    const chosen = featureOf(book.state.parcel);
    const code = chosen ? codeOf(byFeature.get(chosen)) : kind === "class" ? book.state.pick.split(":")[1] : "";
    for (const line of body.querySelectorAll("tbody tr[data-code]")) {
      if (line.dataset.code === code) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    }
    if (chosen) body.querySelector("tr[aria-current]")?.scrollIntoView({ block: "nearest" });
    for (const link of list.querySelectorAll("[data-parcel]")) {
      if (link.dataset.parcel === book.state.parcel) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const one of controls.querySelectorAll("[data-value]")) {
      one.setAttribute("aria-pressed", String([book.state.date, String(book.state.level)].includes(one.dataset.value)));
    }
  }

  function speak(was) {
    const chosen = featureOf(book.state.parcel);
    if (chosen) {
      const parcel = byFeature.get(chosen);
      const share = parcel.shares[book.state.level - 1];
      status.textContent = say("balance_parcel_said", { id: shortId(parcel), name: className(codeOf(parcel)), ha: say("balance_ha_value", { ha: haText(parcel.ha) }), share: share === null ? "–" : share.toFixed(2) });
    } else if (book.state.pick) {
      const meant = meaning(book.state.pick);
      status.textContent = say(meant.kind === "move" ? "balance_selected_pieces" : "balance_selected", { what: meant.title, figure: meant.figure, count: meant.members.length });
    } else status.textContent = was && (was.pick || was.parcel) ? say("balance_cleared") : "";
    status.classList.toggle("unseen", !chosen);
  }

  function show(next, { whole = false } = {}) {
    const was = book.state;
    book.state = next;
    root.dataset.date = book.state.date;
    const changed = (...keys) => whole || keys.some((key) => was[key] !== next[key]);
    if (changed("level", "unit", "tab")) {
      drawControls();
      drawTabs();
      drawBody();
    }
    if (changed("level")) relabel();
    if (changed("unit")) drawUnit();
    if (changed("date")) showDate();
    if (changed("level", "unit", "tab", "pick")) drawList();
    if (changed("date", "pick", "level", "unit")) {
      const features = book.state.pick ? [...new Set(meaning(book.state.pick).members.flatMap((row) => row.parcels.map((parcel) => parcel.feature)))] : [];
      light(features);
      if (features.length && changed("pick", "unit")) approach(features.filter((feature) => dateOf.get(feature.layer) === book.state.date));
    }
    if (changed("parcel")) {
      busy = true;
      const wanted = featureOf(book.state.parcel) || null;
      if (wanted !== page.drawing.selected()) page.drawing.select(wanted);
      busy = false;
    }
    mark();
    speak(was);
  }

  function go(patch) {
    show(settled({ ...book.state, ...patch }));
    remember();
  }

  // The other date: a class stays chosen there, what belongs to one date alone does not.
  function turn(date) {
    const [kind, code] = book.state.pick.split(":");
    const kept = { class: "class:" + code + ":" + date, move: book.state.pick, change: book.state.pick };
    go({ date, parcel: "", pick: own(kept, kind) || "" });
  }

  function choose(choice) {
    go({ pick: book.state.pick === choice ? "" : choice, parcel: "" });
  }

  page.drawing.onSelect((feature) => {
    if (feature && phone.matches) root.classList.remove("with-balance");
    if (busy) return;
    const parcel = feature && byFeature.get(feature);
    const meant = book.state.pick && parcel ? meaning(book.state.pick) : null;
    const among = meant?.members.some((row) => row.parcels.includes(parcel));
    go({ parcel: parcel ? parcelKey(feature) : "", ...(parcel && !among ? { pick: "" } : {}), ...(parcel ? { date: parcel.date } : {}) });
  });
  page.drawing.onLayers(() => {
    if (busy) return;
    const other = [...layerOf].find(([date, number]) => date !== book.state.date && page.drawing.isShown(number));
    if (other) turn(other[0]);
    else if (lit.length) light(lit);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || page.details.isOpen()) return;
    if (book.state.pick) {
      const from = body.querySelector("[aria-pressed='true']");
      go({ pick: "" });
      from?.focus({ preventScroll: true });
    } else if (root.classList.contains("with-balance")) open(false);
  });
  document.getElementById("list-open").addEventListener("click", () => root.classList.remove("with-balance"));
  const follow = () => {
    const next = asked();
    if (Object.keys(home).some((key) => next[key] !== book.state[key])) show(next);
  };
  window.addEventListener("popstate", follow);
  let begun = false;
  page.onLanguage(() => {
    title.textContent = say("balance_title");
    shut.textContent = say("close");
    opener.textContent = say("balance_show");
    opener.setAttribute("aria-expanded", String(root.classList.contains("with-balance")));
    const next = begun ? book.state : asked();
    begun = true;
    show(next, { whole: true });
  });
  Object.assign(book, { choose, go, lit: () => lit.map(parcelKey) });
})();
