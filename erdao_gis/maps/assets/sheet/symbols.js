// How a style and its evidence look: the same on the map and in the legend.
(function () {
  "use strict";
  const page = window.erdao;
  const evidence = new Map(page.sheet.evidence.map((row) => [row.evidence, row]));
  const NONE = { dash: "", hatched: false };
  const PAPER = "#FDFBF5";
  const patterns = new Map();
  let store = null;

  function patternStore() {
    if (!store) {
      const svg = page.draw("svg", { class: "patterns", "aria-hidden": "true", focusable: "false" });
      store = page.draw("defs", {});
      svg.append(store);
      document.body.append(svg);
    }
    return store;
  }

  // Hatching in the style's own direction, so that areas over one another stay apart.
  function hatch(style) {
    const gap = style.hatch_gap || 6;
    const angle = style.hatch_angle || 0;
    const strength = Math.min(0.85, (style.fill_opacity || 0.3) * (style.marker === "node" ? 1 : 2.6));
    const key = [style.fill || style.stroke, gap, angle, strength].join("|");
    if (!patterns.has(key)) {
      const id = "hatch-" + patterns.size;
      const pattern = page.draw("pattern", {
        id,
        width: gap,
        height: gap,
        patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(" + angle + ")",
      });
      const colour = style.fill || style.stroke;
      const ground = style.marker ? { fill: PAPER } : { fill: colour, "fill-opacity": 0.07 };
      pattern.append(page.draw("rect", { width: gap, height: gap, ...ground }));
      pattern.append(page.draw("path", {
        d: "M" + gap / 2 + " 0V" + gap,
        stroke: colour,
        "stroke-width": Math.max(1, gap / 6),
        "stroke-opacity": strength,
      }));
      patternStore().append(pattern);
      patterns.set(key, id);
    }
    return "url(#" + patterns.get(key) + ")";
  }

  // Options for Leaflet's paths, which are also the attributes of a swatch.
  function options(style, grade, form) {
    const how = evidence.get(grade) || NONE;
    const drawn = {
      color: style.stroke || "none",
      weight: style.width || 0,
      opacity: 1,
      dashArray: how.dash || style.dash || null,
      lineCap: how.dash || style.dash ? "butt" : "round",
      lineJoin: "round",
      fill: false,
    };
    if (form === "line") return drawn;
    drawn.fill = true;
    if (form === "point") {
      drawn.weight = style.width || 1.4;
      drawn.dashArray = how.dash ? "2.6 1.7" : null;
      drawn.fillColor = how.hatched ? hatch({ ...style, hatch_gap: 3.2, marker: "node", fill_opacity: 0.8 })
        : style.fill || style.stroke;
      // A dashed outline needs a paler ground to be seen.
      drawn.fillOpacity = how.dash && !how.hatched ? 0.5 : 1;
      return drawn;
    }
    const hatched = how.hatched || style.hatched;
    drawn.fillColor = hatched ? hatch(style) : style.fill || style.stroke;
    drawn.fillOpacity = hatched ? 1 : style.fill_opacity || 0.2;
    return drawn;
  }

  function shape(marker, x, y, r) {
    if (marker === "square") return "M" + (x - r) + " " + (y - r) + "h" + 2 * r + "v" + 2 * r + "h" + -2 * r + "z";
    if (marker === "diamond") {
      const d = r * 1.3;
      return "M" + x + " " + (y - d) + "l" + d + " " + d + "l" + -d + " " + d + "l" + -d + " " + -d + "z";
    }
    return "M" + (x - r) + " " + y + "a" + r + " " + r + " 0 1 0 " + 2 * r + " 0a" + r + " " + r + " 0 1 0 " + -2 * r + " 0z";
  }

  // A small picture of a symbol for the legend.
  function swatch(style, grade, form) {
    const svg = page.draw("svg", { class: "swatch", viewBox: "0 0 34 18", "aria-hidden": "true", focusable: "false" });
    const drawn = options(style, grade, form);
    let d = "M2 9H32";
    if (form === "area") d = "M2.5 2.5H31.5V15.5H2.5Z";
    if (form === "point") d = shape(style.marker, 17, 9, Math.min(style.size || 4, 6.5));
    svg.append(page.draw("path", {
      d,
      fill: drawn.fill ? drawn.fillColor : "none",
      "fill-opacity": drawn.fillOpacity ?? 0,
      stroke: drawn.color,
      "stroke-width": form === "line" ? Math.min(drawn.weight, 5) : drawn.weight,
      "stroke-dasharray": drawn.dashArray || "none",
    }));
    if (style.marker === "rail" && form === "line") {
      svg.append(page.draw("path", { d, stroke: PAPER, "stroke-width": 0.9, "stroke-dasharray": "5 5" }));
    }
    return svg;
  }

  page.symbols = { options, shape, swatch, PAPER };
})();
