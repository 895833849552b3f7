// The panel that tells all that is known of one element.
(function () {
  "use strict";
  const page = window.erdao;
  const { make, say, pick } = page;
  const panel = document.getElementById("details");
  const body = document.getElementById("details-body");
  const byRegister = new Map();
  let returnTo = null;

  function line(list, word, ...shown) {
    const texts = shown.filter((item) => item !== undefined && item !== null && item !== "");
    if (!texts.length) return;
    list.append(make("dt", "", say(word)));
    const value = make("dd", "given");
    for (const item of texts) value.append(item instanceof Node ? item : make("p", "", String(item)));
    list.append(value);
  }

  function sources(feature) {
    return String(feature.source || "").split(";").filter(Boolean).map(page.source);
  }

  function evidence(feature) {
    if (!feature.evidence) return undefined;
    const row = make("p", "grade-line");
    row.append(make("span", "grade", feature.evidence), make("span", "", page.code("evidence", feature.evidence)));
    return row;
  }

  function relation([kind, other, name]) {
    const row = make("p", "relation");
    row.append(make("span", "", pick(kind) + (page.language() === "zh" ? "：" : " ")));
    const text = pick(name) || other;
    const known = byRegister.get(other);
    if (!known) {
      row.append(make("span", "", text));
      return row;
    }
    const link = make("button", "link", text);
    link.type = "button";
    link.addEventListener("click", () => page.drawing.select(known));
    row.append(link);
    return row;
  }

  function heading(feature) {
    const head = make("header", "details-head");
    head.append(make("p", "overline", [feature.register_id || feature.id, pick(page.layers[feature.layer].title)].join("　")));
    const name = make("h2", "given" + (page.inferred(feature) ? " inferred" : ""), page.nameOf(feature));
    name.id = "details-name";
    head.append(name);
    const other = page.language() === "zh" ? feature.name?.en : feature.name?.zh;
    if (other && other !== page.nameOf(feature)) head.append(make("p", "other-name given", other));
    return head;
  }

  function said(feature) {
    if (!feature.quote && !feature.clause) return null;
    const box = make("figure", "clause");
    if (feature.quote) {
      const quote = make("blockquote", "given", "“" + feature.quote + "”");
      quote.lang = "zh-CN";
      box.append(quote);
    }
    box.append(make("figcaption", "given", [pick(feature.clause), feature.heading].filter(Boolean).join("　")));
    return box;
  }

  function render(feature) {
    body.replaceChildren(heading(feature));
    const clause = said(feature);
    if (clause) body.append(clause);
    const list = make("dl");
    line(list, "reason", feature.xy ? "" : pick(feature.reason) || say("unknown"));
    line(list, "evidence", evidence(feature));
    line(list, "identity", feature.identity ? page.code("identity", feature.identity) : "");
    line(list, "accuracy", feature.accuracy_m === undefined ? "" : say("accuracy_value", { metres: feature.accuracy_m }));
    line(list, "kind", pick(feature.kind));
    line(list, "relations", ...(feature.relations || []).map(relation));
    line(list, "note", pick(feature.note));
    line(list, "ambiguity", ...(feature.questions || []).map(pick));
    line(list, "source", ...sources(feature));
    line(list, "licence", feature.licence);
    line(list, "datum", ...String(feature.datum || "").split(";").filter(Boolean).map((code) => page.code("datum", code)));
    line(list, "as_of", feature.as_of);
    const { heads, said: often } = page.layers[feature.layer];
    for (const [place, own, shared] of feature.more || []) {
      const value = shared === undefined ? own : often[shared];
      list.append(make("dt", "given", pick(heads[place])), make("dd", "given", typeof value === "object" ? pick(value) : String(value)));
    }
    body.append(list);
  }

  function open(feature, from) {
    if (!feature) {
      close();
      return;
    }
    if (panel.hidden) returnTo = document.activeElement;
    render(feature);
    panel.hidden = false;
    document.documentElement.classList.add("with-details");
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
    page.labels.place();
    if (feature.xy) page.uncover(feature);
    if (from === "map" && page.drawing.target(feature)) returnTo = page.drawing.target(feature).getElement();
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    document.documentElement.classList.remove("with-details");
    if (returnTo?.isConnected) returnTo.focus({ preventScroll: true });
    returnTo = null;
    page.labels.place();
  }

  for (const feature of page.features) {
    if (page.layers[feature.layer].group) byRegister.set(feature.register_id || feature.id, feature);
  }
  page.drawing.onSelect(open);
  document.getElementById("details-close").addEventListener("click", () => page.drawing.select(null));
  page.onLanguage(() => {
    if (page.drawing.selected()) render(page.drawing.selected());
  });
  page.details = { isOpen: () => !panel.hidden };
})();
