// Takes pages and files over as Zotero does, with its own engine and translators (npm: zotero-translators), and prints what it got.
//
//   node zotero.js <folder that holds node_modules> <address> <path>...
//
// A path that ends in a file type is imported as a file; any other is opened as a page, by each translator that answers.

const { createRequire } = require("module");
const [folder, address, ...paths] = process.argv.slice(2);
const here = createRequire(folder + "/");
const { JSDOM } = here("jsdom");

console.log = () => {}; // what the engine says of itself
process.on("unhandledRejection", () => {}); // a search by DOI that finds no network
here("zotero-translators");
Zotero.debug = () => {};
// In browsers an attribute is a node and has a place among others; in this jsdom it has none.
new JSDOM().window.Attr.prototype.compareDocumentPosition = function (other) {
  return this.ownerElement.compareDocumentPosition(other.ownerElement);
};

const FILES = /\.(ris|bib|json|rdf)(\?|$)/;
const SAVED = ["itemType", "title", "creators", "date", "url", "DOI", "publicationTitle", "publisher", "institution", "volume",
  "issue", "pages", "language", "extra", "versionNumber", "shortTitle", "tags"];

function told(item) {
  const found = Object.fromEntries(SAVED.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]));
  return { ...found, title: item.title || item.nameOfAct, notes: (item.notes || []).map((note) => note.note) };
}

async function run(translate, translator) {
  translate.setTranslator(translator);
  translate.setHandler("select", (_, items, callback) => callback(items));
  return (await translate.translate({ libraryID: false, saveAttachments: false })).map(told);
}

async function imported(text) {
  const translate = new Zotero.Translate.Import();
  translate.setString(text);
  const [first] = await translate.getTranslators();
  return first ? { [first.label]: await run(translate, first) } : {};
}

async function saved(text, url) {
  const page = new JSDOM(text, { url }).window.document;
  const open = () => {
    const translate = new Zotero.Translate.Web();
    translate.setDocument(page);
    return translate;
  };
  const all = await open().getTranslators(true);
  const made = {};
  for (const one of all.filter((found) => found.label !== "DOI")) made[one.label] = await run(open(), one); // DOI asks the network
  return made;
}

async function take(path) {
  const file = FILES.test(path);
  const answer = await fetch(address + path, { headers: { Accept: file ? "*/*" : "text/html" } });
  const text = await answer.text();
  return [path, await (file ? imported(text) : saved(text, address + path))];
}

(async () => {
  const made = [];
  for (const path of paths) made.push(await take(path));
  process.stdout.write(JSON.stringify(Object.fromEntries(made)), () => process.exit(0));
})();
