// Copy buttons and the reading list. Every page works without them; nothing leaves the browser.
(() => {
  "use strict";
  const KEY = "reading-list";
  const MOST = 200;

  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((name) => typeof name === "string").slice(0, MOST) : [];
    } catch {
      return [];
    }
  };
  const write = (names) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(names));
    } catch {
      // A browser that keeps nothing still follows the links.
    }
    show();
  };
  const address = (names) => "/list" + (names.length ? "?ids=" + names.map(encodeURI).join(",") : "");

  const show = () => {
    const names = read();
    for (const door of document.querySelectorAll("[data-list]")) {
      door.href = address(names);
      door.querySelector("[data-count]").textContent = names.length ? ` (${names.length})` : "";
      door.hidden = !names.length;
    }
    for (const link of document.querySelectorAll("[data-keep]")) {
      const on = names.includes(link.dataset.keep);
      link.textContent = on ? link.dataset.on : link.dataset.off;
      link.setAttribute("aria-pressed", String(on));
    }
  };

  for (const link of document.querySelectorAll("[data-keep]")) {
    link.setAttribute("role", "button");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const names = read();
      const name = link.dataset.keep;
      write(names.includes(name) ? names.filter((other) => other !== name) : [...names, name].slice(-MOST));
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        link.click();
      }
    });
  }
  for (const link of document.querySelectorAll("[data-forget]")) {
    link.addEventListener("click", () => write(read().filter((name) => name !== link.dataset.forget)));
  }
  const words = document.body.dataset;
  const offerCopies = (where) => {
    for (const text of where.querySelectorAll("#cite pre, [data-copy]")) {
      if (!navigator.clipboard) break;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = words.sayCopy;
      button.setAttribute("aria-label", words.sayCopyThis.replace("…", text.getAttribute("aria-label") ?? words.sayText));
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(text.textContent.trim());
        button.textContent = words.sayCopied;
        setTimeout(() => (button.textContent = words.sayCopy), 2000);
      });
      text.before(button);
    }
  };
  offerCopies(document);
  document.addEventListener("fresh", (event) => offerCopies(event.target));
  window.addEventListener("storage", show);
  show();
})();
