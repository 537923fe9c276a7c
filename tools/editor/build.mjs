// Bundles the SPARQL editor into kg/web/static/editor/: one script, one stylesheet, and the licences of what is inside.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const top = fileURLToPath(new URL("../../", import.meta.url));
const made = `${top}kg/web/static/editor`;
await build({
  entryPoints: { editor: `${top}tools/editor/editor.js` },
  outdir: made,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  logLevel: "error",
});

const licences = readdirSync(`${top}node_modules`, { recursive: true })
  .filter((path) => /(^|\/)(licen[cs]e|copying)(\.\w+)?$/i.test(path) && !/esbuild/.test(path))
  .sort()
  .map((path) => `${path}\n\n${readFileSync(`${top}node_modules/${path}`, "utf8").trim()}\n`);
writeFileSync(`${made}/licences.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));
