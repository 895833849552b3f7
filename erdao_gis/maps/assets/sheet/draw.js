// Layers on the map: the backdrop merged into a few quiet paths, the plan feature by feature.
(function () {
  "use strict";
  const page = window.erdao;
  const { options, shape, PAPER } = page.symbols;
  const map = window.map_plan;
  const drawn = new Map(); // feature -> { group, target, form }
  const shown = new Map(); // layer number -> { group, visible }
  const watchers = { select: [], layers: [] };

  const sized = []; // paths whose width or radius follows the zoom
  const doubled = []; // streets of two carriageways: one line from afar, both when near
  const BOTH_FROM = 15;

  const Symbol = L.CircleMarker.extend({
    _updatePath() {
      const r = Math.max(1, Math.round(this._radius * 10) / 10);
      this._renderer._setPath(this, this._empty() ? "M0 0" : shape(this.options.marker, this._point.x, this._point.y, r));
    },
  });

  function pane(name, z) {
    map.createPane(name).style.zIndex = z;
    return L.svg({ pane: name, padding: 0.4 });
  }

  const renderers = {
    ground: pane("ground", 205),
    quiet: pane("quiet", 215),
    area: pane("areas", 310),
    mark: pane("mark", 320),
    line: pane("lines", 330),
    point: pane("points", 340),
  };

  function turned(xy) {
    return typeof xy[0] === "number" ? [xy[1], xy[0]] : xy.map(turned);
  }

  function styleOf(layer, feature) {
    const part = feature.part === undefined ? "" : String(feature.part);
    const parts = layer.parts;
    return (parts.find((row) => row.part === part) || parts.find((row) => row.part === "*") || parts[0]).style;
  }

  function path(form, xy, how, renderer) {
    const given = { ...how, renderer, pane: renderer.options.pane };
    const shape = form === "area" ? L.polygon(turned(xy), given) : L.polyline(turned(xy), given);
    if (form === "line") sized.push({ shape, weight: how.weight });
    return shape;
  }

  // Land outside the district steps back behind a veil.
  function veil(features) {
    const world = [[-60, 0], [-60, 180], [80, 180], [80, 0]];
    const holes = features.flatMap((feature) => feature.xy.map((rings) => turned(rings[0])));
    return L.polygon([world, ...holes], {
      stroke: false, fill: true, fillColor: "#EAE5D8", fillOpacity: 1, fillRule: "evenodd",
      interactive: false, renderer: renderers.ground, pane: "ground",
    });
  }

  function quietLayer(number, layer, features) {
    const group = L.layerGroup();
    if (layer.key === "district" && features.length) group.addLayer(veil(features));
    const bundles = new Map();
    for (const feature of features) {
      const style = styleOf(layer, feature);
      if (feature.form === "point") {
        for (const [x, y] of feature.xy) {
          group.addLayer(new Symbol([y, x], {
            ...options(style, "B", "point"), radius: style.size || 3, marker: style.marker,
            interactive: false, renderer: renderers.quiet, pane: "quiet",
          }));
        }
        continue;
      }
      const key = style.order + feature.form + (feature.evidence || "");
      if (!bundles.has(key)) bundles.set(key, { style, form: feature.form, grade: feature.evidence, xy: [] });
      bundles.get(key).xy.push(...feature.xy);
    }
    for (const { style, form, grade, xy } of [...bundles.values()].sort((a, b) => a.style.order - b.style.order)) {
      const how = { ...options(style, layer.key === "district" ? "" : grade, form), interactive: false };
      if (layer.key === "district") how.fill = false;
      // Areas that overlap in one path stay filled; rings arrive wound, so that holes stay open.
      how.fillRule = "nonzero";
      const renderer = layer.key === "parks_and_green" ? renderers.ground : renderers.quiet;
      group.addLayer(path(form, xy, how, renderer));
      if (style.marker === "rail") {
        group.addLayer(path(form, xy, { ...how, color: PAPER, weight: 0.9, dashArray: "7 7" }, renderer));
      }
    }
    return group;
  }

  function answer(feature, target) {
    target.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      select(feature, { from: "map" });
    });
    target.on("add", () => dress(feature, target.getElement()));
  }

  // A shape on the map is a button: it has a name, takes the focus and answers to Enter.
  function dress(feature, element) {
    if (!element) return;
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", page.nameOf(feature));
    element.dataset.feature = feature.key;
    if (element.dataset.dressed) return;
    element.dataset.dressed = "yes";
    element.addEventListener("focus", () => {
      if (element.matches(":focus-visible") && !map.getBounds().intersects(bounds(feature))) {
        map.panTo(bounds(feature).getCenter(), { animate: false });
      }
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      select(feature, { from: "keyboard" });
    });
  }

  function planFeature(layer, feature) {
    const style = styleOf(layer, feature);
    const how = options(style, feature.evidence, feature.form);
    const group = L.featureGroup();
    let target;
    if (feature.form === "point") {
      const at = { marker: style.marker, renderer: renderers.point, pane: "points" };
      const markers = feature.xy.map(([x, y]) => {
        const ground = new Symbol([y, x], { ...at, stroke: false, fill: true, fillColor: PAPER, fillOpacity: 1, radius: (style.size || 4) + 2.4, interactive: false });
        const marker = new Symbol([y, x], { ...at, ...how, radius: style.size || 4 });
        sized.push({ shape: ground, radius: (style.size || 4) + 2.4 }, { shape: marker, radius: style.size || 4 });
        group.addLayer(ground).addLayer(marker);
        return marker;
      });
      target = markers[0];
      markers.forEach((marker) => answer(feature, marker));
    } else if (feature.form === "line") {
      // Light casing, the line itself, and a wide unseen line that is easy to hit.
      group.addLayer(path("line", feature.xy, { color: PAPER, weight: how.weight + 2.6, opacity: 0.85, interactive: false }, renderers.line));
      group.addLayer(path("line", feature.xy, { ...how, interactive: false }, renderers.line));
      target = path("line", feature.xy, { weight: Math.max(16, how.weight + 8), opacity: 0, color: "#000" }, renderers.line);
      group.addLayer(target);
      if (feature.mid) doubled.push({ group, far: turned(feature.mid), near: turned(feature.xy), both: true });
      answer(feature, target);
    } else {
      target = path("area", feature.xy, how, renderers.area);
      group.addLayer(target);
      answer(feature, target);
    }
    drawn.set(feature, { group, target, style });
    return group;
  }

  function build() {
    const byLayer = page.layers.map(() => []);
    page.features.forEach((feature, index) => {
      feature.key = String(index);
      if (feature.xy) byLayer[feature.layer].push(feature);
    });
    const order = page.layers
      .map((layer, number) => ({ layer, number, z: layer.parts[0].style.order || 0 }))
      .sort((a, b) => a.z - b.z);
    for (const { layer, number } of order) {
      const visible = layer.shown;
      const list = byLayer[number];
      const group = layer.group ? L.layerGroup() : quietLayer(number, layer, list);
      if (layer.group) {
        const sorted = list
          .map((feature) => ({ feature, z: styleOf(layer, feature).order || 0 }))
          .sort((a, b) => a.z - b.z);
        for (const { feature } of sorted) group.addLayer(planFeature(layer, feature));
      }
      shown.set(number, { group, visible });
      if (visible) group.addTo(map);
    }
  }

  // Small at a glance, larger when near: 1 at the zoom of a desktop's first view.
  function scaleAt(zoom) {
    return Math.max(0.6, Math.min(1.5, 1 + (zoom - 12.25) * 0.2));
  }

  function resize() {
    const k = scaleAt(map.getZoom());
    for (const { shape, weight, radius } of sized) {
      if (radius) shape.setRadius(radius * k);
      else shape.setStyle({ weight: Math.max(0.5, weight * k) });
    }
    const both = map.getZoom() >= BOTH_FROM;
    for (const street of doubled) {
      if (street.both === both) continue;
      street.both = both;
      street.group.eachLayer((line) => line.setLatLngs(both ? street.near : street.far));
    }
    mark(selected);
  }

  // A line as it is drawn at the present zoom.
  function drawnLine(feature) {
    return feature.mid && map.getZoom() < BOTH_FROM ? feature.mid : feature.xy;
  }

  function show(number, visible) {
    const entry = shown.get(number);
    if (entry.visible === visible) return;
    entry.visible = visible;
    if (visible) {
      entry.group.addTo(map);
      restack();
    } else {
      entry.group.remove();
      if (selected && selected.layer === number) select(null);
    }
    watchers.layers.forEach((watch) => watch());
  }

  // A layer switched on again returns to its own place, not to the top.
  function restack() {
    const order = [...drawn].filter(([feature]) => shown.get(feature.layer).visible);
    order.sort((a, b) => (a[1].style.order || 0) - (b[1].style.order || 0));
    for (const [, { group }] of order) group.eachLayer((part) => part.bringToFront());
  }

  let selected = null;
  const halo = L.layerGroup().addTo(map);

  function mark(feature) {
    halo.clearLayers();
    if (!feature || !feature.xy) return;
    const how = { color: "#F0B429", opacity: 0.75, interactive: false, fill: false };
    if (feature.form === "point") {
      for (const [x, y] of feature.xy) {
        halo.addLayer(new Symbol([y, x], { ...how, weight: 5, radius: (drawn.get(feature).style.size || 4) * scaleAt(map.getZoom()) + 4, marker: "dot", renderer: renderers.mark, pane: "mark" }));
      }
      return;
    }
    const width = feature.form === "line" ? (drawn.get(feature).style.width || 2) * scaleAt(map.getZoom()) + 9 : 7;
    halo.addLayer(path(feature.form, drawnLine(feature), { ...how, weight: width }, renderers.mark));
  }

  function bounds(feature) {
    return drawn.get(feature).group.getBounds();
  }

  // Opens a feature; `from` says whether the map should come to it.
  function select(feature, { from = "list" } = {}) {
    selected = feature;
    if (feature && feature.xy) {
      show(feature.layer, true);
      if (from === "list" && map.getSize().x) {
        const box = bounds(feature);
        const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        const room = page.room ? page.room() : {};
        if (!map.getBounds().pad(-0.1).contains(box)) map.fitBounds(box, { maxZoom: 14.5, animate: !still, ...room });
      }
    }
    mark(feature);
    watchers.select.forEach((watch) => watch(feature, from));
  }

  page.map = map;
  page.drawing = {
    build, show, select, styleOf, bounds, resize, drawnLine,
    scale: () => scaleAt(map.getZoom()),
    isShown: (number) => shown.get(number).visible,
    selected: () => selected,
    target: (feature) => drawn.get(feature)?.target,
    onSelect: (watch) => watchers.select.push(watch),
    onLayers: (watch) => watchers.layers.push(watch),
    rename: () => drawn.forEach(({ group }, feature) => group.eachLayer((part) => {
      const element = part.getElement?.();
      if (element?.dataset.feature) element.setAttribute("aria-label", page.nameOf(feature));
    })),
  };
})();
