// The data of the land balance, and what a choice in it stands for.
// All figures come as texts from the build; nothing is computed here but which row is meant.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick } = page;
  const TABS = { table: "balance_tab_table", matrix: "balance_tab_matrix", audit: "balance_tab_audit" };

  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const sheet = read("balance-sheet")[0];
  const levels = new Map(read("balance-levels").map((level) => [level.level, level]));
  const findings = read("balance-findings");
  const own = (table, key) => (table && Object.hasOwn(table, key) ? table[key] : undefined);
  const told = (key) => pick(own(sheet.words, key)) || key;
  const dateName = (date) => told("date_" + date);

  // Parcels by date, in the order of the layer's features; and the ground both dates share.
  const layerOf = new Map(sheet.dates.map((date) => [date, page.layers.findIndex((layer) => layer.key === "balance_" + date)]));
  const dateOf = new Map([...layerOf].map(([date, number]) => [number, date]));
  const parcels = new Map(sheet.dates.map((date) => [date, []]));
  const byFeature = new Map();
  read("balance-parcels").forEach(([number, codes, ha, shares, units]) => {
    parcels.get(sheet.dates[number]).push({ date: sheet.dates[number], codes, ha, shares, units });
  });
  const waiting = new Map([...parcels].map(([date, rows]) => [date, rows[Symbol.iterator]()]));
  for (const feature of page.features) {
    const date = dateOf.get(feature.layer);
    if (!date) continue;
    const { value } = waiting.get(date).next();
    value.feature = feature;
    byFeature.set(feature, value);
  }
  const pieces = read("balance-pieces").map(([before, after, ha]) => ({
    before: parcels.get("present")[before], after: parcels.get("planned")[after], ha,
  }));
  const places = sheet.units.flatMap((unit) => unit.places);

  const home = { level: sheet.level, tab: "table", date: sheet.dates[0], unit: "", pick: "", parcel: "" };
  const book = { state: { ...home } };

  const level = () => levels.get(book.state.level);
  const rowsNow = () => (book.state.unit ? level().units[book.state.unit] : level());
  // A line's key is its class; that of the total of a level-1 class has a star behind the code.
  const classRow = (key) => level().rows.find((row) => row.key === key);
  const isBare = (key) => sheet.no_classes.includes(key);
  function className(key) {
    const row = classRow(key);
    return row ? [row.code, pick(row.name)].filter(Boolean).join(" ") : key;
  }
  const codeOf = (parcel) => parcel.codes[book.state.level - 1];
  const isOf = (parcel, key) => (key.endsWith("*") ? parcel.codes[0] === key.slice(0, -1) : codeOf(parcel) === key);
  const shareOf = (parcel, key) => parcel.shares[key.endsWith("*") ? 0 : book.state.level - 1];
  const unitName = (key) => pick(places.find((place) => place.key === key)?.name) || say("balance_unit_all");
  const haInside = (parcel) => (book.state.unit ? parcel.units.find(([at]) => places[at].key === book.state.unit)?.[1] : parcel.ha);
  const haText = (ha) => (ha === undefined || ha === null ? "–" : ha.toFixed(4));

  // What a choice stands for: title, figure, rows of the list, and what lights up on the map.
  function meaning(choice) {
    const [kind, one, other] = choice.split(":");
    if (kind === "class") {
      const cells = own(rowsNow().rows.find((row) => row.key === one)?.cells, other);
      if (!cells) return null;
      const rows = parcels.get(other).filter((parcel) => isOf(parcel, one) && haInside(parcel) !== undefined)
        .map((parcel) => ({ parcels: [parcel], ha: haInside(parcel), share: book.state.unit ? null : shareOf(parcel, one) }));
      return { kind, date: other, title: dateName(other) + " " + className(one), figure: say("balance_ha_value", { ha: cells[0] }), sum: cells[0], members: rows };
    }
    if (kind === "move" && level().matrix) {
      const { rows, columns, cells } = level().matrix;
      const text = cells[rows.indexOf(one)]?.[columns.indexOf(other)];
      if (!text) return null;
      const found = pieces.filter((piece) => codeOf(piece.before) === one && codeOf(piece.after) === other);
      const title = say("balance_moved", { from: className(one), to: className(other) });
      return { kind, title, figure: say("balance_ha_value", { ha: text }), sum: text, members: found.map(({ before, after, ha }) => ({ parcels: [before, after], ha })) };
    }
    if (kind === "change" && level().matrix && !book.state.unit) {
      const row = classRow(one);
      if (!row) return null;
      const found = pieces.filter((piece) => isOf(piece.before, one) !== isOf(piece.after, one))
        .map(({ before, after, ha }) => ({ parcels: [before, after], ha: isOf(after, one) ? ha : -ha, signed: true }));
      return { kind: "move", title: say("balance_change") + " " + className(one), figure: say("balance_ha_value", { ha: row.cells.change[0] }), sum: row.cells.change[0], members: found };
    }
    if (kind === "finding" && findings[Number(one)]) {
      const found = findings[Number(one)];
      const rows = found.at.map((at) => parcels.get(found.date)[at]).map((parcel) => ({ parcels: [parcel], ha: parcel.ha, share: null }));
      const title = kindName(found);
      return { kind, date: found.date || undefined, title, figure: found.m2 === null ? "–" : say("balance_m2_value", { m2: found.m2 }), sum: "", members: rows };
    }
    return null;
  }

  const kindName = (found) => [found.date && dateName(found.date), pick(found.kind)].filter(Boolean).join(" ");

  // Only what this page has; anything else in an address counts as not said.
  function settled(wanted) {
    const next = { ...home };
    if (levels.has(Number(wanted.level))) next.level = Number(wanted.level);
    if (own(TABS, wanted.tab)) next.tab = wanted.tab;
    if (layerOf.has(wanted.date)) next.date = wanted.date;
    if (places.some((place) => place.key === wanted.unit)) next.unit = wanted.unit;
    const before = book.state;
    book.state = next;
    const meant = typeof wanted.pick === "string" ? meaning(wanted.pick) : null;
    if (meant) {
      next.pick = wanted.pick;
      if (meant.date) next.date = meant.date;
    }
    const chosen = featureOf(wanted.parcel);
    if (chosen) {
      next.parcel = wanted.parcel;
      next.date = dateOf.get(chosen.layer);
    }
    book.state = before;
    return next;
  }

  const parcelKey = (feature) => dateOf.get(feature.layer) + ":" + feature.id;
  function featureOf(key) {
    if (!key) return undefined;
    const at = key.indexOf(":");
    const number = layerOf.get(key.slice(0, at));
    return number === undefined ? undefined : page.features.find((feature) => feature.layer === number && feature.id === key.slice(at + 1));
  }

  // The address holds what is chosen, so that it can be sent and gone back to.
  function address() {
    const said = new URLSearchParams();
    for (const [key, value] of Object.entries(book.state)) if (value !== home[key]) said.set(key, value);
    const text = said.toString();
    return "#" + page.language() + (text ? "&" + text : "");
  }

  function asked() {
    const said = new URLSearchParams(location.hash.slice(1));
    return settled(Object.fromEntries(Object.keys(home).map((key) => [key, said.get(key) ?? home[key]])));
  }

  function remember() {
    if (address() === (location.hash || "#" + page.language())) return;
    try {
      history.pushState(null, "", address());
    } catch {
      // In a notebook's frame there is no address to keep it in.
    }
  }

  function button(kind, action) {
    const made = make("button", kind);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  // What the other scripts of the panel share.
  page.balance = Object.assign(book, {
    TABS, sheet, levels, findings, own, told, dateName, layerOf, dateOf, parcels, byFeature, pieces, places, home,
    level, rowsNow, classRow, className, isBare, codeOf, isOf, unitName, haInside, haText, meaning, kindName, settled, asked,
    remember, parcelKey, featureOf, button,
  });
})();
