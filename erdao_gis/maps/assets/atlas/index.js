// The contents of an atlas: its pages, what is placed, what is measured, what is missing.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick, sheet } = page;
  const byId = (id) => document.getElementById(id);

  function cards() {
    for (const card of document.querySelectorAll("#cards > li")) {
      const { title, subtitle, said } = sheet.cards[Number(card.dataset.card)];
      const place = card.querySelector("a, .card");
      const words = make("span", "words");
      words.append(make("span", "name given", pick(title)), make("span", "about given", pick(subtitle)));
      for (const line of said) words.append(make("span", "said given", pick(line)));
      place.querySelector(".words")?.remove();
      place.append(words);
    }
  }

  // Thumbnails are pictures beside words that say the same: assistive programs skip them.
  function pictures() {
    for (const svg of document.querySelectorAll("#cards svg")) {
      svg.querySelectorAll("title, desc").forEach((element) => element.remove());
      for (const name of ["role", "aria-labelledby"]) svg.removeAttribute(name);
      svg.setAttribute("aria-hidden", "true");
      svg.setAttribute("focusable", "false");
    }
  }

  function table(home, label, heads, rows) {
    const body = make("tbody");
    for (const cells of rows) {
      const row = make("tr");
      cells.forEach((cell, index) => {
        const element = make(index ? "td" : "th", heads[index].className, undefined);
        if (!index) element.scope = "row";
        element.append(cell instanceof Node ? cell : make("span", "given", String(cell)));
        element.dataset.head = heads[index].text;
        row.append(element);
      });
      body.append(row);
    }
    const head = make("tr");
    for (const { text, className } of heads) {
      const cell = make("th", className, text);
      cell.scope = "col";
      head.append(cell);
    }
    const top = make("thead");
    top.append(head);
    const element = make("table");
    element.setAttribute("aria-label", label);
    element.append(top, body);
    byId(home).replaceChildren(element);
  }

  function grades(counts) {
    const line = make("span", "grades");
    for (const [grade, count] of counts) {
      line.append(make("span", "grade", grade), make("span", "", String(count)));
    }
    return line;
  }

  function layers() {
    const number = (text) => ({ text, className: "number" });
    const heads = [
      { text: say("column_layer") }, number(say("column_total")), number(say("column_placed")),
      number(say("column_unplaced")), { text: say("column_evidence") }, number(say("column_amount")),
    ];
    table("layers", say("index_layers"), heads, sheet.layers.map((row) => [
      pick(row.title), row.total, row.placed, row.unplaced, grades(row.grades),
      row.amounts.map(pick).join(page.language() === "zh" ? "，" : ", ") || "—",
    ]));
    if (!sheet.counts) return;
    const [placed, unplaced, other, base] = sheet.counts;
    byId("summary").textContent = say("register_summary", {
      total: placed + unplaced + other, placed, unplaced, other, base,
    });
  }

  function result(row) {
    const cell = make("div");
    for (const whole of row.wholes) cell.append(make("p", "given", pick(whole)));
    if (row.missing.length) {
      cell.append(make("p", "none", say("state_no_data")), make("p", "hint", say("missing_inputs")));
      const list = make("ul");
      for (const line of row.missing) list.append(make("li", "given", pick(line)));
      cell.append(list);
    }
    return cell;
  }

  function measures() {
    const heads = ["column_measure", "column_result", "column_formula"].map((key) => ({ text: say(key) }));
    table("measures", say("index_measures"), heads, sheet.measures.map((row) => [
      pick(row.title), result(row), pick(row.formula),
    ]));
  }

  function titles() {
    byId("title").textContent = pick(sheet.title);
    byId("subtitle").textContent = pick(sheet.subtitle);
    byId("warning").textContent = pick(sheet.warning);
    byId("warning").hidden = !sheet.warning;
    byId("run").textContent = say("run_line", { run: sheet.run });
    byId("attribution").textContent = sheet.attribution.map(pick).join(page.language() === "zh" ? "；" : "; ");
    byId("language").lang = page.language() === "zh" ? "en" : "zh-CN";
  }

  byId("language").addEventListener("click", () => page.setLanguage(page.language() === "zh" ? "en" : "zh"));
  byId("print").addEventListener("click", () => window.print());
  pictures();
  page.onLanguage(() => {
    titles();
    cards();
    measures();
    layers();
  });
  page.setLanguage(page.language());
  document.documentElement.classList.add("ready");
})();
