// Names on the map: the most important first, each where it meets no other, again at every view.
(function () {
  "use strict";
  const page = window.erdao;
  const map = page.map;
  const LONGEST = 26;
  let family = "sans-serif";
  const measure = document.createElement("canvas").getContext("2d");
  const pane = map.createPane("names");
  pane.style.zIndex = 620;
  pane.style.pointerEvents = "none";
  const svg = page.draw("svg", { class: "names", "aria-hidden": "true", focusable: "false" });
  pane.append(svg);

  const CHINESE = /^[\u3000-\u9fff\uff00-\uffef“”‘’·—\d]+$/u;

  function cut(name) {
    const text = name.replace(/\s+/gu, " ").trim();
    // What a long name adds in brackets stands in the panel.
    const bracket = text.search(/[（(]/u);
    const letters = Array.from(bracket > 3 && text.length > 14 ? text.slice(0, bracket).trim() : text);
    const most = CHINESE.test(text) ? LONGEST : LONGEST * 2;
    return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : letters.join("");
  }

  // Long names of points and areas break once, in English at a space.
  function broken(text, form) {
    const letters = Array.from(text);
    if (form === "line") return [text];
    const bracket = letters.findIndex((letter) => letter === "（");
    if (bracket > 2 && letters.length > 7) return [letters.slice(0, bracket).join(""), letters.slice(bracket).join("")];
    if (CHINESE.test(text)) {
      if (letters.length <= 8) return [text];
      // After the name of a street, square or river if there is one, else in the middle.
      const ends = letters.map((letter, at) => at + 1).filter((at) => at > 1 && at < letters.length - 1 && "街路场河速道区园村镇".includes(letters[at - 1]));
      const middle = letters.length / 2;
      const half = ends.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] || Math.ceil(middle);
      return [letters.slice(0, half).join(""), letters.slice(half).join("")];
    }
    if (letters.length <= 18) return [text];
    const middle = letters.length / 2;
    let best = -1;
    letters.forEach((letter, at) => {
      if (letter === " " && (best < 0 || Math.abs(at - middle) < Math.abs(best - middle))) best = at;
    });
    return best < 0 ? [text] : [letters.slice(0, best).join(""), letters.slice(best + 1).join("")];
  }

  function corners({ x, y, w, h, angle }) {
    const c = Math.cos(angle), s = Math.sin(angle);
    return [[-w, -h], [w, -h], [w, h], [-w, h]].map(([a, b]) => [x + (a * c - b * s) / 2, y + (a * s + b * c) / 2]);
  }

  function apart(p, q) {
    for (const ring of [p, q]) {
      for (let i = 0; i < 2; i += 1) {
        const nx = ring[i + 1][1] - ring[i][1], ny = ring[i][0] - ring[i + 1][0];
        const on = (points) => points.map(([x, y]) => x * nx + y * ny);
        const a = on(p), b = on(q);
        if (Math.max(...a) <= Math.min(...b) || Math.max(...b) <= Math.min(...a)) return true;
      }
    }
    return false;
  }

  function around(point, label, gap) {
    const { w, h } = label;
    const dx = gap + w / 2 + 2, dy = gap + h / 2 + 1;
    const near = [[dx, 0], [-dx, 0], [0, -dy], [0, dy], [dx * 0.8, -dy], [-dx * 0.8, -dy], [dx * 0.8, dy], [-dx * 0.8, dy]]
      .map(([a, b]) => ({ x: point.x + a, y: point.y + b, angle: 0 }));
    if (label.priority < 80) return near;
    // Important names without room step aside and keep a thin line to their point.
    const far = [26, 46, 68].flatMap((step) => [[0.3, -1], [-0.3, -1], [0.3, 1], [-0.3, 1], [0, -1], [0, 1]].map(([a, b]) => ({
      x: point.x + a * w, y: point.y + b * (dy + step), angle: 0,
      leader: [point.x + b * 0, point.y + b * gap, point.x + a * w * 0.6, point.y + b * (dy + step - h / 2 - 1)],
    })));
    return [...near, ...far];
  }

  function within(point, label) {
    const step = label.h * 0.9;
    const near = [[0, 0], [0, -step], [0, step], [0, -2 * step], [0, 2 * step], [-label.w * 0.6, 0], [label.w * 0.6, 0]]
      .map(([a, b]) => ({ x: point.x + a, y: point.y + b, angle: 0 }));
    if (label.priority < 80) return near;
    const far = [2.6, 3.4, 4.4].flatMap((n) => [[0, 1], [0.4, 1], [-0.4, 1], [0, -1], [0.4, -1], [-0.4, -1]].map(([a, b]) => ({
      x: point.x + a * label.w, y: point.y + b * n * step, angle: 0,
      leader: [point.x, point.y, point.x + a * label.w * 0.6, point.y + b * (n * step - label.h / 2 - 1)],
    })));
    return [...near, ...far];
  }

  // Straight stretches of a line inside the window, the most central first.
  function alongLine(parts, label, size, offset) {
    const found = [];
    for (const part of parts) {
      const points = part.map(([x, y]) => map.latLngToContainerPoint([y, x]));
      const far = [0];
      for (let i = 1; i < points.length; i += 1) far.push(far[i - 1] + points[i].distanceTo(points[i - 1]));
      const total = far[far.length - 1];
      if (total < label.w * 1.05) continue;
      const at = (d) => {
        let i = 1;
        while (i < far.length - 1 && far[i] < d) i += 1;
        const t = (d - far[i - 1]) / (far[i] - far[i - 1] || 1);
        return [points[i - 1].x + t * (points[i].x - points[i - 1].x), points[i - 1].y + t * (points[i].y - points[i - 1].y)];
      };
      const step = Math.max(18, total / 120);
      for (let d = label.w / 2; d <= total - label.w / 2; d += step) {
        const a = at(d - label.w / 2), b = at(d + label.w / 2), m = at(d);
        if (m[0] < 0 || m[1] < 0 || m[0] > size.x || m[1] > size.y) continue;
        const chord = Math.hypot(b[0] - a[0], b[1] - a[1]);
        if (chord < label.w * 0.94) continue;
        const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        const cost = (1 - chord / label.w) * 900 + Math.hypot(m[0] - size.x / 2, m[1] - size.y / 2) / 14;
        found.push({ x: m[0], y: m[1], angle, cost });
      }
    }
    found.sort((p, q) => p.cost - q.cost);
    return found.slice(0, label.priority < 50 ? 12 : 48).flatMap((place) => turns(place, label, offset));
  }

  // Reading direction; Chinese on a steep line stands upright, letter under letter.
  function turns(place, label, offset) {
    let angle = place.angle;
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle <= -Math.PI / 2) angle += Math.PI;
    const nx = -Math.sin(angle), ny = Math.cos(angle);
    const stacked = Math.abs(angle) > 0.9 && CHINESE.test(label.lines[0]);
    const turn = stacked ? angle - Math.sign(angle) * Math.PI / 2 : angle;
    const shifts = offset ? [-offset, offset] : [0];
    return shifts.map((shift) => ({ x: place.x + nx * shift, y: place.y + ny * shift, angle: turn, stacked }));
  }

  function labelFor(feature, layer, style) {
    const text = cut(feature.label || page.nameOf(feature));
    const lines = broken(text, feature.form);
    const size = style.label_size;
    const weight = layer.group && style.label_priority >= 60 ? 600 : 400;
    const slanted = page.inferred(feature);
    measure.font = (slanted ? "italic " : "") + weight + " " + size + "px " + family;
    const w = Math.max(...lines.map((line) => measure.measureText(line).width)) + 4;
    return { feature, lines, size, weight, slanted, colour: style.label_colour, w, h: lines.length * size * 1.22 + 1, priority: style.label_priority };
  }

  function places(label, feature, style, parts, size) {
    if (feature.form === "point") {
      return feature.xy.flatMap(([x, y]) => around(map.latLngToContainerPoint([y, x]), label, (style.size || 4) * page.drawing.scale()));
    }
    if (feature.form === "area") {
      // A code stands on its own ground or nowhere.
      if (feature.label && (widthOf(feature) < label.w + 4 || heightOf(feature) < label.h + 2)) return [];
      if (label.priority < 50 && widthOf(feature) * 1.4 < label.w) return [];
      const [x, y] = feature.anchor || feature.xy[0][0][0];
      const at = map.latLngToContainerPoint([y, x]);
      if (!feature.label) return within(at, label);
      return holds(feature, at, label) ? [{ x: at.x, y: at.y, angle: 0 }] : [];
    }
    const offset = page.layers[feature.layer].group ? ((style.width || 2) / 2) * page.drawing.scale() + label.size * 0.72 : 0;
    return alongLine(parts, label, size, offset);
  }

  // Width of an area on the screen: a name far wider than its ground would stand for others too.
  function widthOf(feature) {
    const xs = feature.xy.flatMap((rings) => rings[0].map(([x]) => x));
    const y = feature.xy[0][0][0][1];
    const at = (x) => map.latLngToContainerPoint([y, x]).x;
    return at(Math.max(...xs)) - at(Math.min(...xs));
  }

  // Whether the box of a label lies on the area: its rim does, and no corner of the area is inside.
  function holds(feature, at, { w, h }) {
    const dx = w / 2 + 1, dy = h / 2;
    const rings = feature.xy.flatMap((part) => part).map((ring) => ring.map(([x, y]) => map.latLngToContainerPoint([y, x])));
    if (rings.some((ring) => ring.some((p) => Math.abs(p.x - at.x) < dx && Math.abs(p.y - at.y) < dy))) return false;
    const inside = (x, y) => rings.reduce((odd, ring) => {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const a = ring[i], b = ring[j];
        if ((a.y > y) !== (b.y > y) && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
      }
      return odd;
    }, false);
    return [-1, 0, 1].every((u) => [-1, 0, 1].every((v) => inside(at.x + u * dx, at.y + v * dy)));
  }

  function heightOf(feature) {
    const ys = feature.xy.flatMap((rings) => rings[0].map(([, y]) => y));
    const x = feature.xy[0][0][0][0];
    const at = (y) => map.latLngToContainerPoint([y, x]).y;
    return at(Math.min(...ys)) - at(Math.max(...ys));
  }

  function wanted(zoom, view) {
    const labels = new Map();
    // A river or street of the plan is not named a second time by the base map.
    const told = new Set(page.features
      .filter((feature) => feature.xy && page.layers[feature.layer].group && page.drawing.isShown(feature.layer))
      .map((feature) => feature.name?.zh));
    for (const feature of page.features) {
      if (!feature.xy || !page.drawing.isShown(feature.layer)) continue;
      const layer = page.layers[feature.layer];
      if (!layer.group && told.has(feature.name?.zh)) continue;
      const style = page.drawing.styleOf(layer, feature);
      if (!style.label_priority || zoom < (style.label_from_zoom || 0) || !(feature.label || feature.name)) continue;
      if (feature.form === "point" && !feature.xy.some(([x, y]) => view.contains([y, x]))) continue;
      // Ways of one street share one name, and so do lawns of one name on the base map.
      const many = feature.form === "line" || (feature.form === "area" && !layer.group);
      const key = many ? feature.layer + "\u0000" + page.nameOf(feature) : "#" + feature.key;
      const drawn = feature.form === "line" ? page.drawing.drawnLine(feature) : feature.xy;
      if (labels.has(key) && feature.form === "area") {
        if (widthOf(feature) > widthOf(labels.get(key).feature)) labels.set(key, { feature, layer, style, parts: [...drawn] });
      } else if (labels.has(key)) labels.get(key).parts.push(...drawn);
      else labels.set(key, { feature, layer, style, parts: [...drawn] });
    }
    return [...labels.values()].sort((a, b) =>
      b.style.label_priority - a.style.label_priority || (a.feature.id < b.feature.id ? -1 : 1));
  }

  function obstacles(size) {
    const home = map.getContainer().getBoundingClientRect();
    const boxes = [];
    for (const element of document.querySelectorAll("[data-keep-clear]")) {
      const box = element.getBoundingClientRect();
      if (box.width) boxes.push({ owner: null, ring: corners({ x: box.x + box.width / 2 - home.x, y: box.y + box.height / 2 - home.y, w: box.width, h: box.height, angle: 0 }) });
    }
    for (const feature of page.features) {
      if (feature.form !== "point" || !page.layers[feature.layer].group || !page.drawing.isShown(feature.layer)) continue;
      const r = 2 * (page.drawing.styleOf(page.layers[feature.layer], feature).size || 4) * page.drawing.scale() + 2;
      for (const [x, y] of feature.xy) {
        const p = map.latLngToContainerPoint([y, x]);
        if (p.x > 0 && p.y > 0 && p.x < size.x && p.y < size.y) boxes.push({ owner: feature, ring: corners({ x: p.x, y: p.y, w: r, h: r, angle: 0 }) });
      }
    }
    return boxes;
  }

  // Where lines of the plan run: names of the base map keep off them.
  const CELL = 7;
  function inked(size) {
    const cells = new Set();
    for (const feature of page.features) {
      if (feature.form !== "line" || !page.layers[feature.layer].group || !page.drawing.isShown(feature.layer)) continue;
      for (const part of page.drawing.drawnLine(feature)) {
        const points = part.map(([x, y]) => map.latLngToContainerPoint([y, x]));
        for (let i = 1; i < points.length; i += 1) {
          const a = points[i - 1], b = points[i];
          if (Math.max(a.x, b.x) < 0 || Math.max(a.y, b.y) < 0 || Math.min(a.x, b.x) > size.x || Math.min(a.y, b.y) > size.y) continue;
          const steps = Math.min(400, Math.ceil(a.distanceTo(b) / CELL) || 1);
          for (let s = 0; s <= steps; s += 1) {
            cells.add(Math.round((a.x + ((b.x - a.x) * s) / steps) / CELL) + "," + Math.round((a.y + ((b.y - a.y) * s) / steps) / CELL));
          }
        }
      }
    }
    return cells;
  }

  function touches(box, cells) {
    const long = Math.max(box.w, box.h) / 2;
    const turn = box.angle + (box.h > box.w ? Math.PI / 2 : 0);
    for (let d = -long; d <= long; d += CELL) {
      if (cells.has(Math.round((box.x + d * Math.cos(turn)) / CELL) + "," + Math.round((box.y + d * Math.sin(turn)) / CELL))) return true;
    }
    return false;
  }

  function write(label, place) {
    if (place.leader) {
      const [x1, y1, x2, y2] = place.leader.map((value) => value.toFixed(1));
      svg.append(page.draw("line", { x1, y1, x2, y2, stroke: label.colour, "stroke-width": 0.9 }));
    }
    const text = page.draw("text", {
      transform: "translate(" + place.x.toFixed(1) + " " + place.y.toFixed(1) + ") rotate(" + (place.angle * 180 / Math.PI).toFixed(1) + ")",
      "font-size": label.size,
      "font-weight": label.weight,
      fill: label.colour,
      "text-anchor": "middle",
      class: label.slanted ? "inferred" : "named",
    });
    const rows = place.stacked ? Array.from(label.lines[0]) : label.lines;
    const step = label.size * (place.stacked ? 1.06 : 1.22);
    rows.forEach((row, index) => {
      const line = page.draw("tspan", { x: 0, y: ((index - (rows.length - 1) / 2) * step + label.size * 0.36).toFixed(1) });
      line.textContent = row;
      text.append(line);
    });
    svg.append(text);
  }

  function inside(ring, size) {
    return ring.every(([x, y]) => x >= 3 && y >= 3 && x <= size.x - 3 && y <= size.y - 3);
  }

  function place() {
    svg.replaceChildren();
    family = getComputedStyle(svg).fontFamily;
    const size = map.getSize();
    L.DomUtil.setPosition(svg, map.containerPointToLayerPoint([0, 0]));
    svg.setAttribute("width", size.x);
    svg.setAttribute("height", size.y);
    const taken = obstacles(size);
    const lines = inked(size);
    for (const { feature, layer, style, parts } of wanted(map.getZoom(), map.getBounds())) {
      const label = labelFor(feature, layer, style);
      for (const spot of places(label, feature, style, parts, size)) {
        const box = spot.stacked
          ? { ...spot, w: label.size * 1.25, h: Array.from(label.lines[0]).length * label.size * 1.06 + 4 }
          : { ...spot, w: label.w, h: label.h };
        const ring = corners(box);
        if (!layer.group && touches(box, lines)) continue;
        if (!inside(ring, size) || taken.some((other) => other.owner !== feature && !apart(ring, other.ring))) continue;
        taken.push({ owner: label, ring });
        write(label, spot);
        break;
      }
    }
  }

  map.on("zoomstart", () => svg.classList.add("waiting"));
  map.on("moveend zoomend resize", () => {
    svg.classList.remove("waiting");
    place();
  });
  page.labels = { place };
})();
