// Legend, list of elements, filter and what has no place: one tree in the plan's own order.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick } = page;
  const tree = document.getElementById("legend");
  const ground = document.getElementById("ground");
  const filter = document.getElementById("filter");
  const opened = new Set();

  const members = page.layers.map(() => []);
  for (const feature of page.features) members[feature.layer].push(feature);

  function formOf(number) {
    const counts = { area: 0, line: 0, point: 0 };
    for (const feature of members[number]) if (feature.form) counts[feature.form] += 1;
    const [form] = Object.entries(counts).sort((a, b) => b[1] - a[1])[0];
    return counts[form] ? form : "area";
  }

  function commonGrade(number, part) {
    const counts = new Map();
    for (const feature of members[number]) {
      if (feature.evidence && (part === undefined || String(feature.part ?? "") === part)) {
        counts.set(feature.evidence, (counts.get(feature.evidence) || 0) + 1);
      }
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] || "B";
  }

  function matches(feature, words) {
    const text = [feature.name?.zh, feature.name?.en, feature.id, feature.register_id].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  }

  function row(feature) {
    const item = make("li");
    const button = make("button", "element" + (feature.xy ? "" : " nowhere"));
    button.type = "button";
    button.dataset.feature = feature.key;
    button.append(make("span", "code", feature.register_id || feature.id));
    button.append(make("span", "name given" + (page.inferred(feature) ? " inferred" : ""), page.nameOf(feature)));
    button.append(feature.xy ? make("span", "grade", feature.evidence || "") : make("span", "mark", say("unplaced_mark")));
    button.addEventListener("click", () => page.drawing.select(feature));
    item.append(button);
    return item;
  }

  function parts(number, layer) {
    if (layer.parts.length < 2) return null;
    // Classes of a measure are all told, also those that no unit falls into.
    const used = layer.method ? layer.parts : layer.parts.filter((part) => members[number].some((feature) =>
      feature.xy && (String(feature.part ?? "") === part.part || part.part === "*")));
    const list = make("ul", "parts");
    for (const part of used) {
      if (!pick(part.title)) continue;
      if (!layer.method && part.part === "*" && !members[number].some((feature) => feature.xy && page.drawing.styleOf(layer, feature) === part.style)) continue;
      const item = make("li");
      item.append(page.symbols.swatch(part.style, layer.group ? commonGrade(number, part.part) : "", formOf(number)));
      item.append(make("span", "given", pick(part.title)));
      if (part.count !== undefined) item.append(make("span", "count", String(part.count)));
      list.append(item);
    }
    return list.childElementCount ? list : null;
  }

  function layerRow(number, words) {
    const layer = page.layers[number];
    const found = members[number].filter((feature) => matches(feature, words));
    if (words.length && !found.length) return null;
    const title = pick(layer.title);
    const block = make("div", "layer");
    block.dataset.layer = layer.key;
    const line = make("div", "layer-line");
    const label = make("label");
    const box = make("input");
    box.type = "checkbox";
    box.checked = page.drawing.isShown(number);
    box.addEventListener("change", () => page.drawing.show(number, box.checked));
    const sub = parts(number, layer);
    label.append(box);
    if (!sub) label.append(page.symbols.swatch(layer.parts[0].style, layer.group ? commonGrade(number) : "", formOf(number)));
    label.append(make("span", "layer-title given", title));
    line.append(label);
    const placed = members[number].filter((feature) => feature.xy).length;
    if (!placed) block.classList.add("bare");
    const total = members[number].length;
    const open = words.length > 0 || opened.has(number);
    const toggle = make("button", "toggle");
    toggle.type = "button";
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", say("list_features", { name: title }));
    toggle.append(make("span", "", layer.group ? placed + "/" + total : ""), make("span", "arrow", ""));
    line.append(toggle);
    block.append(line);
    if (layer.method) block.append(make("p", "hint breaks", pick(layer.method)));
    if (sub) block.append(sub);
    const inner = make("div", "inner");
    inner.hidden = !open;
    // Thousands of rows are made when they are asked for.
    const listed = words.length ? found : members[number];
    const now = open || listed.length <= 500;
    if (now) fill(inner, layer, listed);
    toggle.addEventListener("click", () => {
      if (!inner.childElementCount) fill(inner, layer, listed);
      inner.hidden = !inner.hidden;
      toggle.setAttribute("aria-expanded", String(!inner.hidden));
      if (inner.hidden) opened.delete(number);
      else opened.add(number);
    });
    block.append(inner);
    return block;
  }

  function fill(inner, layer, found) {
    if (pick(layer.about)) inner.append(make("p", "hint given", pick(layer.about)));
    if (layer.completeness && layer.completeness !== "complete") inner.append(make("p", "hint", page.code("completeness", layer.completeness)));
    if (layer.group) {
      const list = make("ul", "elements");
      for (const feature of found) list.append(row(feature));
      inner.append(list);
      return;
    }
    for (const key of layer.sources) inner.append(make("p", "hint given", page.source(key)));
    for (const licence of layer.licences) inner.append(make("p", "hint given", licence));
  }

  function group(key, mark, title, numbers, words) {
    const rows = numbers.map((number) => layerRow(number, words)).filter(Boolean);
    if (!rows.length) return null;
    // A group of one layer needs no heading to be seen twice.
    const alone = rows.length === 1 && (mark || rows[0].querySelector(".layer-title").textContent === title);
    const single = alone ? " single" : "";
    const section = make("section", "group" + (mark ? " marked" : "") + single);
    section.dataset.group = key;
    const head = make("h3", "given");
    if (mark) head.append(make("span", "figure", mark));
    head.append(make("span", "group-title", title));
    section.append(head, ...rows);
    return section;
  }

  function render() {
    const words = filter.value.trim().toLowerCase().split(/\s+/u).filter(Boolean);
    const numbers = page.layers.map((layer, number) => number);
    const sections = page.sheet.groups.map((given) =>
      group(given.key, given.mark, pick(given.title), numbers.filter((n) => page.layers[n].group === given.key), words));
    tree.replaceChildren(...sections.filter(Boolean));
    const below = numbers.filter((n) => !page.layers[n].group && members[n].some((f) => f.xy));
    ground.replaceChildren(...[words.length ? null : group("", "", say("backdrop"), below, words)].filter(Boolean));
    const count = page.features.filter((feature) => page.layers[feature.layer].group && matches(feature, words)).length;
    document.getElementById("found").textContent = words.length
      ? count ? say("filter_found", { count }) : say("filter_none") : "";
    unplaced();
    choose();
  }

  function unplaced() {
    const home = document.getElementById("unplaced");
    const blocks = [];
    let total = 0;
    page.layers.forEach((layer, number) => {
      const without = members[number].filter((feature) => !feature.xy);
      if (!without.length) return;
      total += without.length;
      const block = make("details");
      block.dataset.layer = layer.key;
      const summary = make("summary");
      summary.append(make("span", "given", pick(layer.title)), make("span", "count", String(without.length)));
      const list = make("ul", "reasons");
      for (const feature of without) {
        const item = make("li");
        const button = make("button", "link given", page.nameOf(feature));
        button.type = "button";
        button.addEventListener("click", () => page.drawing.select(feature));
        item.append(button, make("p", "given", pick(feature.reason) || say("unknown")));
        list.append(item);
      }
      block.append(summary, list);
      blocks.push(block);
    });
    const were = new Set([...home.querySelectorAll("details[open]")].map((block) => block.dataset.layer));
    for (const block of blocks) block.open = were.has(block.dataset.layer);
    home.replaceChildren(...blocks);
    home.parentElement.hidden = !total;
    document.getElementById("unplaced-count").textContent = String(total);
    if (!page.sheet.counts) return;
    const [placed, without, other, base] = page.sheet.counts;
    document.getElementById("summary").textContent =
      say("register_summary", { total: placed + without + other, placed, unplaced: without, other, base });
  }

  function evidenceLegend() {
    const home = document.getElementById("evidence");
    const sample = { stroke: "#7E1410", width: 1.6, fill: "#B02A1E", fill_opacity: 0.3, hatch_angle: 45, hatch_gap: 6 };
    const rows = page.sheet.evidence.map(({ evidence }) => {
      const row = make("div", "evidence-row");
      row.append(page.symbols.swatch(sample, evidence, "area"), page.symbols.swatch({ ...sample, width: 2.6 }, evidence, "line"));
      row.append(make("span", "grade", evidence), make("span", "", page.code("evidence", evidence)));
      return row;
    });
    rows.push(make("p", "evidence-row inferred", say("inferred_sample")));
    home.replaceChildren(...rows);
  }

  // How the figures of the page came about; a finding leads to its feature.
  function method() {
    const home = document.getElementById("method");
    const list = make("dl");
    let last = "";
    for (const [head, text, id] of page.sheet.method) {
      if (pick(head) !== last) list.append(make("dt", "given", pick(head)));
      last = pick(head);
      const feature = id && page.features.find((one) => one.id === id);
      const item = make("dd", "given", feature ? "" : pick(text));
      if (feature) {
        const link = make("button", "link", pick(text));
        link.type = "button";
        link.addEventListener("click", () => page.drawing.select(feature));
        item.append(link);
      }
      list.append(item);
    }
    home.replaceChildren(list);
    home.parentElement.hidden = !page.sheet.method.length;
  }

  // Marks the row of the open element.
  function choose() {
    const chosen = page.drawing.selected();
    for (const button of tree.querySelectorAll("button.element")) {
      if (chosen && button.dataset.feature === chosen.key) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  function boxes() {
    for (const block of document.querySelectorAll("#legend .layer, #ground .layer")) {
      const number = page.layers.findIndex((layer) => layer.key === block.dataset.layer);
      block.querySelector("input").checked = page.drawing.isShown(number);
    }
  }

  filter.addEventListener("input", render);
  page.drawing.onSelect(choose);
  page.drawing.onLayers(boxes);
  page.onLanguage(() => {
    render();
    evidenceLegend();
    method();
  });
})();
