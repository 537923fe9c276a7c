// Makes the plain SPARQL form an editor, and its answer appear without leaving the page. The form does the same without this.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./editor.css";
import { completer, declare, read } from "./words.js";

const LONGEST_ADDRESS = 6000;

const form = document.querySelector("form[data-editor]");
const plain = form?.querySelector("textarea");

function start() {
  const known = { prefixes: {}, words: [] };
  read(form.dataset.words).then((found) => Object.assign(known, found));
  Yasqe.registerAutocompleter(completer(known, JSON.parse(form.dataset.kinds)), false);
  const yasqe = edit();
  yasqe.on("inputRead", (_, change) => {
    if (change.text.at(-1).endsWith(":")) declare(yasqe, known.prefixes);
  });
  const runner = new Runner(yasqe, known);
  form.addEventListener("submit", (event) => runner.submit(event));
  window.addEventListener("popstate", () => location.reload());
}

/** Put an editor in the place of the text box, which stays in the form and holds the same text. */
function edit() {
  const box = document.createElement("div");
  box.dir = "ltr";
  plain.after(box);
  const yasqe = new Yasqe(box, {
    value: plain.value,
    autocompleters: ["variables", "words"],
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    inputStyle: "contenteditable",
    highlightSelectionMatches: false,
    spellcheck: false,
    extraKeys: {
      "Ctrl-Enter": () => form.requestSubmit(),
      "Cmd-Enter": () => form.requestSubmit(),
      "Ctrl-S": false,
      Esc(cm) {
        cm.removeKeyMap(LEAVING);
        cm.addKeyMap(LEAVING);
      },
    },
  });
  const field = yasqe.getInputField();
  const label = form.querySelector(`label[for="${plain.id}"]`);
  label.id = "query-label";
  label.removeAttribute("for");
  label.addEventListener("click", () => yasqe.focus());
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-labelledby", label.id], ["aria-describedby", "query-keys"]]) {
    field.setAttribute(name, value);
  }
  yasqe.on("change", () => (plain.value = yasqe.getValue()));
  yasqe.on("blur", () => yasqe.removeKeyMap(LEAVING));
  plain.hidden = true;
  document.getElementById("query-keys").hidden = false;
  return yasqe;
}

// After Escape, Tab moves on as it does everywhere else on the page.
const LEAVING = { Tab: false, "Shift-Tab": false };

/** Sends the query and shows what comes back, as the page itself would show it. */
class Runner {
  constructor(yasqe, known) {
    this.yasqe = yasqe;
    this.known = known;
    this.running = null;
    this.stop = document.createElement("button");
    this.stop.type = "button";
    this.stop.textContent = form.dataset.stop;
    this.stop.hidden = true;
    this.stop.addEventListener("click", () => this.running?.abort());
    this.status = form.querySelector("[role=status]");
    form.querySelector("button").after(this.stop);
    this.showMistake();
  }

  async submit(event) {
    const format = form.elements.namedItem("format").value;
    declare(this.yasqe, this.known.prefixes);
    plain.value = this.yasqe.getValue();
    if (format) return;
    event.preventDefault();
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.busy(form.dataset.running);
    try {
      await this.show(await this.ask(running.signal));
      this.busy("");
    } catch (error) {
      if (this.running !== running) return;
      this.busy(error.name === "AbortError" ? form.dataset.stopped : form.dataset.unreachable);
    }
    this.running = null;
    this.stop.hidden = true;
  }

  busy(words) {
    this.status.textContent = words;
    this.stop.hidden = !this.running;
  }

  async ask(signal) {
    const body = new URLSearchParams({ query: plain.value });
    const address = `${form.getAttribute("action")}?${body}`;
    const headers = { Accept: "text/html" };
    if (address.length > LONGEST_ADDRESS) return await fetch(form.action, { method: "POST", body, headers, signal });
    const answer = await fetch(address, { headers, signal });
    history.pushState(null, "", address);
    return answer;
  }

  async show(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("answer") ?? page.querySelector("main");
    const shown = document.getElementById("answer");
    shown.replaceChildren(...fresh.childNodes);
    shown.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
    this.showMistake();
    shown.querySelector("h2")?.scrollIntoView({ block: "nearest" });
  }

  /** Mark the line that the endpoint complains about. */
  showMistake() {
    this.marked?.clear();
    const { line, column } = document.querySelector("#answer [data-line]")?.dataset ?? {};
    if (!line) return;
    const doc = this.yasqe.getDoc();
    const at = { line: Number(line) - 1, ch: Math.max(0, Number(column ?? 1) - 1) };
    this.marked = doc.markText({ line: at.line, ch: 0 }, { line: at.line + 1, ch: 0 }, { className: "mistake", clearOnEnter: true });
    doc.setCursor(at);
  }
}

if (form && plain) start();
