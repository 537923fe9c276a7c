// What the editor offers while one types: variables are Yasqe's own; prefixes, classes, properties, concepts and places are the base's.
const MOST = 50;
const SHORTEST = 2;
const KEYWORDS =
  "select distinct reduced construct describe ask where from named group by having order asc desc limit offset optional union filter exists not minus bind values graph service silent prefix base count sum min max avg sample separator as in undef true false regex str lang langmatches datatype bound".split(
    " ",
  );

/** Read the base's words, once a visit. */
export async function read(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : { prefixes: {}, words: [] };
  } catch {
    return { prefixes: {}, words: [] };
  }
}

/** Write an IRI as short as SPARQL lets us. */
export function short(iri, prefixes) {
  for (const [prefix, start] of Object.entries(prefixes)) {
    if (iri.startsWith(start) && /^[A-Za-z_][\w-]*$/.test(iri.slice(start.length))) return `${prefix}:${iri.slice(start.length)}`;
  }
  return `<${iri}>`;
}

/** Return the words that a piece of text may mean, the likeliest first. */
export function meant(text, known) {
  const sought = text.replace(/^</, "").toLocaleLowerCase();
  const ranked = known.words.map((word) => [rank(word, sought, known.prefixes), word]).filter(([place]) => place < 9);
  return ranked
    .sort((one, other) => one[0] - other[0] || one[1].label.localeCompare(other[1].label))
    .slice(0, MOST)
    .map(([, word]) => word);
}

function rank(word, sought, prefixes) {
  const name = short(word.iri, prefixes).toLocaleLowerCase();
  if (name.startsWith(sought)) return 0;
  const own = within([word.label], sought);
  const other = within(word.also ?? [], sought);
  if (own || other) return own || other + 2; // its own name before what it is called in other languages
  return sought.length > 3 && (name.includes(sought) || word.iri.toLocaleLowerCase().startsWith(sought)) ? 5 : 9;
}

/** Tell where names hold what is sought: 1 at their beginning, 2 at the beginning of a word, 0 nowhere. */
function within(names, sought) {
  const labels = names.map((name) => name.toLocaleLowerCase());
  if (labels.some((label) => label.startsWith(sought))) return 1;
  return labels.some((label) => label.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(sought))) ? 2 : 0;
}

/** Return the prefixes of ours that a query uses and does not declare. */
export function missing(query, declared, prefixes) {
  const bare = query.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|#[^\n]*/g, " ");
  const used = [...bare.matchAll(/(?<![\w?$:-])([A-Za-z][\w-]*):/g)].map((match) => match[1]);
  const wanted = [...new Set(used)].filter((name) => name in prefixes && !(name in declared));
  return Object.fromEntries(wanted.map((name) => [name, prefixes[name]]));
}

/** Make the completer of Yasqe that offers all of them; `kinds` are their names for readers. */
export function completer(known, kinds) {
  return {
    name: "words",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition(yasqe) {
      const token = yasqe.getCompleteToken();
      const text = token.string.trim();
      if (["string", "comment", "keyword"].some((kind) => token.type?.startsWith(kind) && !text.includes(":"))) return false;
      if (text.length < SHORTEST || /^[?$"'#@\d]/.test(text) || token.state.inPrefixDecl) return false;
      return !KEYWORDS.some((keyword) => keyword.startsWith(text.toLowerCase()));
    },
    get: (yasqe, token) => meant(token.string.trim(), known).map((word) => word.iri),
    postprocessHints: (yasqe, hints) => hints.map((hint) => offered(hint, known, kinds)),
  };
}

function offered(hint, known, kinds) {
  const word = known.words.find((one) => one.iri === hint.text);
  const text = short(word.iri, known.prefixes);
  return {
    text,
    displayText: word.label,
    className: "word",
    render(item) {
      const [label, kind, note] = ["b", "span", "small"].map((name) => document.createElement(name));
      label.textContent = word.label;
      kind.textContent = ` ${kinds[word.kind] ?? word.kind} ${text}`;
      note.textContent = word.note ?? "";
      item.append(label, kind, note);
    },
    hint(cm, { from, to }) {
      cm.getDoc().replaceRange(text, from, to, "complete");
      declare(cm, known.prefixes);
    },
  };
}

/** Write the declarations of our prefixes that are used, above the query. */
export function declare(cm, prefixes) {
  const declared = cm.getPrefixesFromQuery();
  const wanted = missing(cm.getValue(), declared, prefixes);
  const lines = Object.entries(wanted).map(([name, iri]) => `PREFIX ${name}: <${iri}>\n`);
  if (lines.length) cm.getDoc().replaceRange(lines.join(""), { line: 0, ch: 0 }, undefined, "+declare");
}
