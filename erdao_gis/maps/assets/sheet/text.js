// Text and language of the page. Text reaches the screen through textContent and nothing else.
(function () {
  "use strict";

  function read(id) {
    const block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : [];
  }

  const words = new Map(read("page-words").map(([key, zh, en]) => [key, { zh, en }]));
  const sheet = read("page-sheet")[0];
  const layers = read("page-layers");
  const features = read("page-features");
  const listeners = [];
  // The address carries the reader's choice from page to page: plan.html#en. What a panel adds
  // behind it stays: balance.html#en&level=2.
  const said = () => location.hash.slice(1).split("&");
  const asked = () => ["zh", "en"].find((known) => said()[0] === known);
  let language = asked() || sheet.language;

  // The text of a pair in the reader's language; what exists when one is missing.
  function pick(pair) {
    if (!pair) return "";
    return pair[language] || pair.zh || pair.en || "";
  }

  function own(table, key) {
    return Object.hasOwn(table, key) ? table[key] : undefined;
  }

  function say(key, values) {
    const text = words.has(key) ? pick(words.get(key)) : key;
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole);
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function draw(tag, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  // Links of the atlas: their files stand in the page, their titles in its data.
  function pages() {
    document.querySelectorAll("#pages a").forEach((link, index) => {
      link.textContent = pick(sheet.pages[index].title);
    });
    for (const link of document.querySelectorAll("a[href*='.html']")) {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + "#" + language);
    }
  }

  function speak() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = pick(sheet.title);
    for (const element of document.querySelectorAll("[data-word]")) {
      element.textContent = say(element.dataset.word);
    }
    for (const element of document.querySelectorAll("[data-word-label]")) {
      element.setAttribute("aria-label", say(element.dataset.wordLabel));
      if (element.tagName === "BUTTON") element.title = say(element.dataset.wordLabel);
    }
    pages();
    for (const listener of listeners) listener();
  }

  function remember() {
    try {
      history.replaceState(null, "", "#" + [language, ...said().slice(asked() ? 1 : 0).filter(Boolean)].join("&"));
    } catch {
      // In a notebook's frame there is no address to keep it in.
    }
  }

  window.erdao = {
    sheet,
    layers,
    features,
    pick,
    say,
    make,
    draw,
    // Own keys only: a code or a source may bear any name.
    code: (list, code) => pick(own(sheet.codes[list], code)) || String(code ?? ""),
    source: (key) => pick(own(sheet.sources, key)) || key,
    language: () => language,
    onLanguage: (listener) => listeners.push(listener),
    setLanguage(wanted) {
      const changed = wanted !== language;
      language = wanted;
      if (changed) remember();
      speak();
    },
    nameOf: (feature) => pick(feature.name) || feature.id,
    inferred: (feature) => feature.identity === "inferred",
  };
  window.addEventListener("hashchange", () => {
    if (asked() && asked() !== language) window.erdao.setLanguage(asked());
  });
})();
