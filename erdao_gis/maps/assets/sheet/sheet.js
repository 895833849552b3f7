// The sheet itself: frame with degrees, scale, tools, keyboard, phone, print. Starts the page.
(function () {
  "use strict";
  const page = window.erdao;
  const map = page.map;
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const phone = window.matchMedia("(max-width: 760px)");

  function planBounds() {
    const size = map.getSize();
    const view = (size.y > size.x && page.sheet.view_tall) || page.sheet.view;
    if (view) {
      const [west, south, east, north] = view;
      return L.latLngBounds([south, west], [north, east]);
    }
    const box = L.latLngBounds([]);
    for (const feature of page.features) {
      if (feature.xy && page.layers[feature.layer].group && page.drawing.isShown(feature.layer)) box.extend(page.drawing.bounds(feature));
    }
    return box.isValid() ? box : map.getBounds();
  }

  function fit() {
    map.fitBounds(planBounds(), { padding: [14, 14], animate: false });
  }

  // A round length of at most 130 px at the middle of the map, in metres.
  function scale() {
    const size = map.getSize();
    const y = size.y / 2;
    const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([130, y]));
    if (!(metres > 0)) return;
    const power = 10 ** Math.floor(Math.log10(metres));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= metres) || power;
    const width = (length / metres) * 130;
    const unit = length >= 1000 ? "km" : "m";
    const figure = (part) => String(Math.round((length >= 1000 ? length / 1000 : length) * part * 100) / 100);
    const svg = page.draw("svg", { width: width + 40, height: 26, "aria-hidden": "true", focusable: "false" });
    for (let i = 0; i < 4; i += 1) {
      svg.append(page.draw("rect", { x: 8 + (i * width) / 4, y: 17, width: width / 4, height: 4, fill: i % 2 ? "#FDFBF5" : "#2B2723", stroke: "#2B2723", "stroke-width": 0.8 }));
    }
    for (const [part, text] of [[0, "0"], [0.5, figure(0.5)], [1, figure(1) + " " + unit]]) {
      const word = page.draw("text", { x: 8 + part * width, y: 12, "text-anchor": part === 1 ? "start" : "middle", dx: part === 1 ? -5 : 0 });
      word.textContent = text;
      svg.append(word);
    }
    byId("scale").replaceChildren(svg);
    byId("scale").setAttribute("aria-label", page.say("scale_label") + " " + figure(1) + " " + unit);
  }

  function degrees(value, east) {
    const minutes = Math.round(value * 6000) / 100;
    const whole = Math.floor(minutes / 60);
    const rest = Math.round((minutes - whole * 60) * 10) / 10;
    return whole + "°" + String(rest).padStart(2, "0") + "′" + (east ? "E" : "N");
  }

  // Degrees along the frame, as on a printed sheet.
  function ticks() {
    const home = byId("ticks");
    home.replaceChildren();
    const size = map.getSize();
    const view = map.getBounds();
    const steps = [60, 30, 20, 10, 5, 2, 1, 0.5, 0.2].map((minute) => minute / 60);
    const wide = view.getEast() - view.getWest();
    const step = steps.find((s) => (s / wide) * size.x <= 220) || 0.2 / 60;
    const put = (text, side, at) => {
      const tick = page.make("span", "tick " + side, text);
      tick.style[side === "top" || side === "bottom" ? "left" : "top"] = at + "px";
      home.append(tick);
    };
    for (let n = Math.ceil(view.getWest() / step); n * step < view.getEast(); n += 1) {
      const { x } = map.latLngToContainerPoint([view.getCenter().lat, n * step]);
      if (x < 40 || x > size.x - 40) continue;
      put(degrees(n * step, true), "top", x);
      put(degrees(n * step, true), "bottom", x);
    }
    for (let n = Math.ceil(view.getSouth() / step); n * step < view.getNorth(); n += 1) {
      const { y } = map.latLngToContainerPoint([n * step, view.getCenter().lng]);
      if (y < 40 || y > size.y - 40) continue;
      put(degrees(n * step, false), "left", y);
      put(degrees(n * step, false), "right", y);
    }
  }

  function titles() {
    byId("title").textContent = page.pick(page.sheet.title);
    byId("subtitle").textContent = page.pick(page.sheet.subtitle);
    byId("attribution").textContent = page.sheet.attribution.map(page.pick).join(page.language() === "zh" ? "；" : "; ");
    byId("run").textContent = page.sheet.run ? page.say("run_line", { run: page.sheet.run }) : "";
    byId("warning").textContent = page.pick(page.sheet.warning);
    byId("warning").hidden = !page.sheet.warning;
    const added = document.querySelector("meta[name='erdao-user-code']");
    byId("user-code").textContent = added ? page.say("user_code", { kinds: added.content }) : "";
    byId("user-code").hidden = !added;
    byId("language").lang = page.language() === "zh" ? "en" : "zh-CN";
    map.getContainer().setAttribute("aria-label", page.say("map_label"));
    map.getContainer().setAttribute("role", "region");
    page.drawing.rename();
  }

  function list(open) {
    root.classList.toggle("with-list", open);
    byId("list-open").setAttribute("aria-expanded", String(open));
    if (open) byId("list").focus({ preventScroll: true });
    else if (phone.matches) byId("list-open").focus({ preventScroll: true });
  }

  function escape(event) {
    if (event.key !== "Escape") return;
    if (page.details.isOpen()) page.drawing.select(null);
    else if (root.classList.contains("with-list")) list(false);
    else if (byId("filter").value) {
      byId("filter").value = "";
      byId("filter").dispatchEvent(new Event("input"));
    }
  }

  // Print has a size of its own: the sheet takes it before the browser measures.
  let before = null;
  const method = byId("method").parentElement;
  const home = method.parentElement;
  const follows = method.nextElementSibling;
  // A legend that would run off the sheet leaves what is told at length to a page of its own.
  function share() {
    const list = byId("list");
    if (page.sheet.panel || method.hidden || list.scrollHeight <= list.clientHeight + 1) return;
    root.classList.add("overleaf");
    document.body.append(method);
  }
  function unshare() {
    root.classList.remove("overleaf");
    home.insertBefore(method, follows);
  }
  function toPaper() {
    before = { centre: map.getCenter(), zoom: map.getZoom(), box: map.getBounds() };
    root.classList.add("printing");
    share();
    map.invalidateSize({ animate: false, pan: false });
    const whole = planBounds();
    // Beside a table the paper's window has another shape: all of the land stays as large as it can.
    const box = page.sheet.panel && before.box.contains(whole) ? whole.pad(0.03) : before.box.pad(-0.02);
    map.fitBounds(box, { animate: false });
    redraw();
  }
  function fromPaper() {
    root.classList.remove("printing");
    unshare();
    map.invalidateSize({ animate: false, pan: false });
    if (before) map.setView(before.centre, before.zoom, { animate: false });
    redraw();
  }

  function redraw() {
    scale();
    ticks();
    page.labels.place();
  }

  // Details cover a part of the map: elements come to rest beside or above them.
  page.room = () => {
    const panel = byId("details").getBoundingClientRect();
    const home = map.getContainer().getBoundingClientRect();
    const below = phone.matches && panel.height ? Math.max(0, home.bottom - panel.top) : 0;
    const beside = !phone.matches && panel.width ? Math.max(0, home.right - panel.left) : 0;
    return { paddingTopLeft: [36, 36], paddingBottomRight: [beside + 36, below + 30] };
  };

  byId("language").addEventListener("click", () => page.setLanguage(page.language() === "zh" ? "en" : "zh"));
  byId("print").addEventListener("click", () => window.print());
  byId("zoom-in").addEventListener("click", () => map.zoomIn(0.5, { animate: !still() }));
  byId("zoom-out").addEventListener("click", () => map.zoomOut(0.5, { animate: !still() }));
  byId("zoom-all").addEventListener("click", fit);
  byId("list-open").addEventListener("click", () => list(!root.classList.contains("with-list")));
  byId("list-close").addEventListener("click", () => list(false));
  document.addEventListener("keydown", escape);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);
  map.on("click", () => page.drawing.select(null));
  // What was chosen never hides below the panel that tells of it.
  page.uncover = (feature) => {
    const box = page.drawing.bounds(feature);
    const spot = map.getBounds().intersects(box) ? map.getBounds().contains(box) ? box.getCenter() : null : box.getCenter();
    if (spot) map.panInside(spot, { ...page.room(), animate: !still() });
  };
  map.on("zoomend", page.drawing.resize);
  map.on("moveend zoomend resize", () => {
    scale();
    ticks();
  });
  page.drawing.onSelect((feature) => {
    if (feature && phone.matches) root.classList.remove("with-list");
  });
  page.drawing.onLayers(() => page.labels.place());
  page.onLanguage(() => {
    titles();
    redraw();
  });

  if (still()) Object.assign(map.options, { zoomAnimation: false, fadeAnimation: false, inertia: false });
  page.drawing.build();
  page.drawing.resize();
  map.invalidateSize({ animate: false });
  fit();
  page.setLanguage(page.language());
  const here = document.querySelector("#pages [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2;
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(map.getContainer());
  root.classList.add("ready");
})();
