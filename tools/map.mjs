// Draws kg/web/static/world.svg: one symbol for each country, named by its ISO 3166 code; small states are circles.
// Run by `make map`. Shapes: Natural Earth (public domain) as the npm package world-atlas has them.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const { numericToAlpha2 } = require("i18n-iso-countries");
const read = (scale) => {
  const atlas = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), "utf8"));
  return feature(atlas, atlas.objects.countries).features;
};

const WIDTH = 960;
const SMALLEST = 14; // square units below which a shape is too small to hit with a finger
const RADIUS = 3;
const coarse = read("110m");
const fine = read("50m");
const projection = geoEqualEarth().fitWidth(WIDTH, { type: "Sphere" });
const HEIGHT = Math.ceil(geoPath(projection).bounds({ type: "Sphere" })[1][1]);
const path = geoPath(projection).digits(1);

const codeOf = (country) =>
  ({ Kosovo: "XK", Somaliland: null, "N. Cyprus": null, Antarctica: null })[country.properties.name] ??
  (country.properties.name === "Antarctica" || !country.id ? null : numericToAlpha2(country.id));

// Absolute points to one decimal become short relative ones.
function compact(d) {
  let [x, y] = [0, 0];
  return d
    .replace(/([MLZ])([^MLZ]*)/g, (_, verb, rest) => {
      if (verb === "Z") return "z";
      const [px, py] = rest.split(",").map((value) => Math.round(Number(value) * 10));
      const step = `${(px - x) / 10},${(py - y) / 10}`;
      if (verb === "L" && px === x && py === y) return "";
      [x, y] = [px, py];
      return (verb === "M" ? "m" : "l") + step;
    })
    .replace(/,-/g, "-")
    .replace(/\b0\./g, ".");
}

// After z the pen stands at the start of the ring, so rings are written one by one.
function rings(d) {
  return d.split(/(?<=Z)/).map((ring) => {
    const made = compact(ring);
    return made.replace(/^m/, "M");
  }).join("");
}

const drawn = new Map();
for (const country of coarse) {
  const code = codeOf(country);
  if (code && path.area(country) >= SMALLEST) drawn.set(code.toLowerCase(), `<path d="${rings(path(country))}"/>`);
}
for (const country of fine) {
  const code = codeOf(country)?.toLowerCase();
  if (!code || drawn.has(code)) continue;
  const [x, y] = path.centroid(country);
  drawn.set(code, `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${RADIUS}"/>`);
}
const symbols = [...drawn].sort().map(([code, shape]) => `<g id="${code}">${shape}</g>`);
const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<!-- Drawn by tools/map.mjs from Natural Earth (public domain), Equal Earth projection. Borders are those of the source and say nothing of claims. -->
<g id="land">
${symbols.join("\n")}
</g>
</svg>
`;
writeFileSync(new URL("../kg/web/static/world.svg", import.meta.url), text);
console.log(`${drawn.size} countries and territories, ${text.length} bytes`);
