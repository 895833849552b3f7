// The tables of the land balance: real tables whose figures are buttons.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick } = page;
  const book = page.balance;
  const { sheet, findings, told, dateName, layerOf, parcels, level, rowsNow, classRow, className, isBare,
    isOf, unitName, haInside, haText, kindName, parcelKey, button } = book;
  const MOST = 200;
  const LEVELS = { 1: "balance_level_1", 2: "balance_level_2", 3: "balance_level_3" };
  const UNITS = ["balance_ha_head", "balance_percent_head", "balance_head_head", "balance_kept_head"];
  const KEPT = 3;
  const changed = (text) => (text === "0.00" ? "—" : text ?? "–");

  // What has no class has parcels, the other lines that are none have not.
  const isNoGround = (key) => isBare(key) && key !== "unclassified";

  function cell(tag, kind, text, scope) {
    const made = make(tag, kind, text);
    if (scope) made.scope = scope;
    return made;
  }

  function figureCell(text, choice, label, kind) {
    const made = make("td", "number " + (kind || "") + (text === "0.00" ? " zero" : ""));
    if (!text || !choice) {
      made.textContent = text === null || text === undefined ? "–" : text;
      return made;
    }
    const figure = button("figure", () => book.choose(choice));
    figure.textContent = text;
    figure.dataset.pick = choice;
    figure.setAttribute("aria-label", label);
    made.append(figure);
    return made;
  }

  function colourOf(code, colour) {
    const box = page.draw("svg", { class: "chip", viewBox: "0 0 18 12", "aria-hidden": "true", focusable: "false" });
    const parts = sheet.dates.flatMap((date) => page.layers[layerOf.get(date)].parts);
    const style = parts[0]?.style || {};
    // What has no class is hatched as on the map.
    const own = isBare(code) ? parts.find((part) => part.part === code) : undefined;
    const fill = own ? page.symbols.options(own.style, "", "area").fillColor : colour || "none";
    box.append(page.draw("rect", { x: 0.5, y: 0.5, width: 17, height: 11, fill, "fill-opacity": own ? 1 : style.fill_opacity ?? 1, stroke: isNoGround(code) ? "none" : style.stroke || "#6F685D", "stroke-width": 0.8 }));
    return box;
  }

  function table(caption) {
    const made = make("table", "figures");
    made.append(make("caption", "given", caption));
    return made;
  }

  function columnsOf(cells) {
    return sheet.dates.map((date) => [date, cells[date].map((text, at) => (at < 2 || (text !== null && !book.state.unit) ? at : -1)).filter((at) => at >= 0)]);
  }

  function balanceTable() {
    const now = rowsNow();
    const columns = columnsOf(now.total);
    const made = table(say("balance_caption", { level: say(LEVELS[book.state.level]), unit: unitName(book.state.unit) }));
    const first = make("tr"), second = make("tr");
    const name = cell("th", "name", say("balance_class_head"), "col");
    name.rowSpan = 2;
    first.append(name);
    for (const [date, shown] of columns) {
      const over = cell("th", "over " + date, dateName(date), "colgroup");
      over.colSpan = shown.length;
      first.append(over);
      shown.forEach((at, n) => second.append(cell("th", "number " + date + (n ? "" : " first"), say(UNITS[at]), "col")));
    }
    if (now.total.change) {
      const over = cell("th", "over change", say("balance_change"), "colgroup");
      over.colSpan = 2;
      first.append(over);
      second.append(cell("th", "number change first", say("balance_ha_head"), "col"), cell("th", "number change points", say("balance_points_head"), "col"));
    }
    const top = make("thead");
    top.append(first, second);
    const middle = make("tbody");
    for (const row of now.rows) middle.append(balanceRow(row, columns));
    const bottom = make("tfoot");
    const last = make("tr");
    last.append(cell("th", "name", told("total"), "row"));
    for (const [date, shown] of columns) shown.forEach((at, n) => last.append(cell("td", "number " + date + (n ? "" : " first"), now.total[date][at] ?? "–")));
    if (now.total.change) last.append(cell("td", "number change first", changed(now.total.change[0])), cell("td", "number change points", changed(now.total.change[1])));
    bottom.append(last);
    made.append(top, middle, bottom);
    return made;
  }

  function balanceRow(row, columns) {
    const line = make("tr", row.kind === "subtotal" ? "subtotal" : "");
    line.dataset.code = row.key;
    const full = className(row.key);
    const lead = cell("th", "name", undefined, "row");
    const known = classRow(row.key);
    const whole = isNoGround(row.key) ? make("span", "class") : button("class", () => book.choose("class:" + row.key + ":" + book.state.date));
    whole.append(colourOf(row.key, known.colour), make("span", "code", known.code), make("span", "given", pick(known.name)));
    lead.append(whole);
    line.append(lead);
    for (const [date, shown] of columns) {
      const there = parcels.get(date).some((parcel) => isOf(parcel, row.key) && haInside(parcel) !== undefined);
      shown.forEach((at, n) => {
        const label = say("balance_cell", { date: dateName(date), name: full, figure: row.cells[date][at] + " " + say(UNITS[at]) });
        line.append(figureCell(row.cells[date][at], there && at !== KEPT && "class:" + row.key + ":" + date, label, date + (n ? "" : " first")));
      });
    }
    if (row.cells.change) {
      const [ha, points] = row.cells.change;
      const label = say("balance_cell", { date: say("balance_change"), name: full, figure: ha + " " + say(UNITS[0]) });
      line.append(figureCell(changed(ha), !book.state.unit && ha !== "0.00" && !isNoGround(row.key) && "change:" + row.key, label, "change first"), figureCell(changed(points), "", "", "change points"));
    }
    return line;
  }

  function matrixTable() {
    const matrix = level().matrix;
    const made = table(say("balance_matrix_caption", { level: say(LEVELS[book.state.level]) }));
    made.classList.add("matrix");
    const first = make("tr");
    first.append(cell("th", "name", dateName("present") + " ＼ " + dateName("planned"), "col"));
    matrix.columns.forEach((code, n) => {
      const column = cell("th", "number", undefined, "col"), full = pick(matrix.column_names[n]);
      column.append(make("span", "", isBare(code) ? full : code), make("span", "unseen", isBare(code) ? "" : pick(classRow(code).name)));
      column.title = full;
      first.append(column);
    });
    first.append(cell("th", "number sum", told("total"), "col"));
    const top = make("thead");
    top.append(first);
    const middle = make("tbody");
    matrix.rows.forEach((from, at) => {
      const line = make("tr");
      line.append(cell("th", "name given", pick(matrix.row_names[at]), "row"));
      matrix.columns.forEach((to, n) => {
        const text = matrix.cells[at][n];
        const there = text && !isNoGround(from) && !isNoGround(to);
        const label = say("balance_moved_cell", { from: pick(matrix.row_names[at]), to: pick(matrix.column_names[n]), ha: text });
        line.append(figureCell(text, there && "move:" + from + ":" + to, label, from === to ? "same" : "moved"));
      });
      line.append(cell("td", "number sum", matrix.row_totals[at]));
      middle.append(line);
    });
    const bottom = make("tfoot"), last = make("tr");
    last.append(cell("th", "name", told("total"), "row"), ...matrix.column_totals.map((text) => cell("td", "number", text)), cell("td", "number sum", matrix.total));
    bottom.append(last);
    made.append(top, middle, bottom);
    return made;
  }

  function auditTables() {
    const parts = [];
    if (findings.length) {
      const made = table(say("balance_audit_caption"));
      made.classList.add("audit");
      const first = make("tr");
      first.append(cell("th", "", told("kind"), "col"), cell("th", "", told("ids"), "col"), cell("th", "number", told("finding_m2"), "col"));
      const top = make("thead");
      top.append(first);
      const middle = make("tbody");
      findings.slice(0, MOST).forEach((found, at) => {
        const line = make("tr");
        const kind = cell("th", "name", undefined, "row");
        const label = kindName(found);
        if (found.at.length) {
          const there = button("figure", () => book.choose("finding:" + at));
          there.textContent = label;
          there.dataset.pick = "finding:" + at;
          kind.append(there);
        } else kind.textContent = label;
        const ids = cell("td", "ids given", found.ids.slice(0, 4).join("、") + (found.ids.length > 4 ? " …" : ""));
        if (found.why) ids.append(make("p", "hint", pick(found.why)));
        line.append(kind, ids, cell("td", "number", found.m2 ?? "–"));
        middle.append(line);
      });
      made.append(top, middle);
      parts.push(made);
      if (findings.length > MOST) parts.push(make("p", "hint", say("balance_rest", { count: findings.length - MOST })));
    } else parts.push(make("p", "balance-none", say("balance_audit_none")));
    parts.push(sumsTable(say("balance_account"), sheet.dates.map(dateName), sheet.account));
    parts.push(sumsTable(say("balance_reconciled"), sheet.reconciled.layers.map(pick), sheet.reconciled.lines));
    return parts;
  }

  function sumsTable(caption, heads, lines) {
    const made = table(caption);
    made.classList.add("account");
    const first = make("tr");
    first.append(cell("td", "", ""), ...heads.map((text) => cell("th", "number given", text, "col")));
    const top = make("thead"), middle = make("tbody");
    top.append(first);
    for (const [name, figures] of lines) {
      const line = make("tr");
      line.append(cell("th", "name", pick(name), "row"), ...figures.map((text) => cell("td", "number", text ?? "–")));
      middle.append(line);
    }
    made.append(top, middle);
    return made;
  }

  function notes() {
    const box = make("ul", "balance-notes");
    const add = (text) => box.append(make("li", "given", text));
    if (book.state.tab === "table" && book.state.unit) add(say("balance_unit_rounded"));
    if (book.state.tab === "matrix" && book.state.unit) add(say("balance_matrix_whole"));
    for (const note of [...level().notes, ...sheet.notes]) add(pick(note));
    for (const [, text] of page.sheet.method) box.append(make("li", "given paper", pick(text)));
    return box;
  }

  // The list of what a figure rests on.
  function memberList(meant) {
    const top = make("div", "list-top");
    const word = meant.kind === "move" ? "balance_selected_pieces" : "balance_selected";
    top.append(make("h3", "given", say(word, { what: meant.title, figure: meant.figure, count: meant.members.length })));
    const clear = button("plain", () => book.go({ pick: "", parcel: "" }));
    clear.id = "balance-clear";
    clear.textContent = say("balance_clear");
    top.append(clear);
    const rows = [...meant.members].sort((a, b) => Math.abs(b.ha) - Math.abs(a.ha));
    const made = make("table", "members");
    made.append(make("caption", "unseen", meant.title));
    const first = make("tr");
    const heads = meant.kind === "move" ? [dateName("present"), dateName("planned")] : [say("balance_list_parcel"), say("balance_list_name")];
    first.append(...heads.map((text) => cell("th", "", text, "col")), cell("th", "number", say("balance_ha_head"), "col"));
    const shares = rows.some((row) => row.share !== null && row.share !== undefined);
    if (shares) first.append(cell("th", "number", say("balance_list_share"), "col"));
    const upper = make("thead"), middle = make("tbody"), bottom = make("tfoot");
    upper.append(first);
    for (const row of rows.slice(0, MOST)) middle.append(member(row, meant.kind, shares));
    made.append(upper, middle);
    if (meant.sum) {
      const last = make("tr");
      const sum = cell("th", "", say("balance_sum"), "row");
      sum.colSpan = 2;
      last.append(sum, cell("td", "number", meant.sum));
      if (shares) last.append(cell("td", "number", "100.00"));
      bottom.append(last);
      made.append(bottom);
    }
    const rest = rows.length > MOST ? [make("p", "hint", say("balance_rest", { count: rows.length - MOST }))] : [];
    return [top, made, ...rest];
  }

  const shortId = (parcel) => parcel.feature.id.replace(/^land_use\//u, "");
  function member(row, kind, shares) {
    const line = make("tr");
    row.parcels.forEach((parcel, at) => {
      const lead = cell(at || kind === "move" ? "td" : "th", "id", undefined, at || kind === "move" ? "" : "row");
      const link = button("link given", () => page.drawing.select(parcel.feature));
      link.textContent = shortId(parcel);
      link.dataset.parcel = parcelKey(parcel.feature);
      lead.append(link);
      line.append(lead);
    });
    if (row.parcels.length < 2) line.append(cell("td", "given", pick(row.parcels[0].feature.name)));
    const text = haText(Math.abs(row.ha));
    line.append(cell("td", "number", row.signed ? (row.ha < 0 ? "−" : "+") + text : text));
    if (shares) line.append(cell("td", "number", row.share === null ? "–" : row.share.toFixed(2)));
    return line;
  }

  Object.assign(book, { LEVELS, balanceTable, matrixTable, auditTables, notes, memberList, shortId });
})();
