// A frame of the user's on a plain folium map: popups and legend put text on screen as text.
window.erdaoOwnLayer = function (map, identifier) {
  "use strict";
  const [layer, ...features] = JSON.parse(document.getElementById(identifier).textContent);
  const language = document.documentElement.lang.startsWith("en") ? "en" : "zh";

  function pick(pair) {
    return pair ? pair[language] || pair.zh || pair.en || "" : "";
  }

  function make(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }

  function turned(xy) {
    return typeof xy[0] === "number" ? [xy[1], xy[0]] : xy.map(turned);
  }

  function styleOf(feature) {
    const part = feature.part === undefined ? "" : String(feature.part);
    const parts = layer.parts;
    return (parts.find((row) => row.part === part) || parts.find((row) => row.part === "*") || parts[0]).style;
  }

  function options(style, form) {
    return {
      color: style.stroke, weight: style.width || 1.5, dashArray: style.dash || null,
      fill: form !== "line", fillColor: style.fill || style.stroke,
      fillOpacity: form === "point" ? 1 : style.fill_opacity || 0.25, radius: style.size || 5,
    };
  }

  function popup(feature) {
    const box = document.createElement("div");
    box.append(make("strong", pick(feature.name) || feature.id));
    const list = document.createElement("dl");
    for (const [place, own, shared] of feature.more || []) {
      const value = shared === undefined ? own : layer.said[shared];
      const text = typeof value === "object" ? pick(value) : String(value);
      list.append(make("dt", pick(layer.heads[place])), make("dd", text));
    }
    if (pick(feature.note)) list.append(make("dd", pick(feature.note)));
    box.append(list);
    return box;
  }

  const group = L.featureGroup();
  for (const feature of features) {
    if (!feature.xy) continue;
    const how = options(styleOf(feature), feature.form);
    const shapes = feature.form === "point" ? feature.xy.map(([x, y]) => L.circleMarker([y, x], how))
      : [feature.form === "line" ? L.polyline(turned(feature.xy), how) : L.polygon(turned(feature.xy), how)];
    for (const shape of shapes) {
      shape.bindPopup(() => popup(feature), { maxHeight: 300 });
      shape.bindTooltip(() => make("span", (pick(feature.name) || feature.id).slice(0, 80)), { sticky: true });
      group.addLayer(shape);
    }
  }
  group.addTo(map);

  const legend = L.control({ position: "bottomright" });
  legend.onAdd = function () {
    const box = document.createElement("div");
    box.className = "erdao-legend";
    Object.assign(box.style, { background: "#FDFBF5", border: "1px solid #2B2723", padding: "6px 10px", maxWidth: "240px", font: "12px/1.5 sans-serif", overflowWrap: "anywhere" });
    box.append(make("strong", pick(layer.title)));
    if (layer.method) box.append(make("div", pick(layer.method)));
    for (const part of layer.parts) {
      const row = make("div", "");
      const swatch = make("span", "");
      const style = part.style;
      Object.assign(swatch.style, { display: "inline-block", width: "18px", height: "10px", marginRight: "6px", border: "1.5px solid " + style.stroke, background: style.fill || style.stroke });
      row.append(swatch, make("span", pick(part.title)));
      box.append(row);
    }
    return box;
  };
  legend.addTo(map);
};
