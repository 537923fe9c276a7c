// Forms of proposals: names are suggested as they are typed, long lists can be searched, rows are added without a round trip.
(() => {
  const form = document.querySelector("form.blank[data-names-at]");
  if (!form) return;

  let number = 0;
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset.names === undefined) return;
    clearTimeout(field.waiting);
    if (field.value.length < 2 || field.value.endsWith("]")) return;
    field.waiting = setTimeout(async () => {
      const asked = new URLSearchParams({ q: field.value, kind: field.dataset.names });
      const answer = await fetch(`${form.dataset.namesAt}?${asked}`);
      if (!answer.ok) return;
      let list = field.list;
      if (!list) {
        list = document.createElement("datalist");
        list.id = `names-${++number}`;
        field.after(list);
        field.setAttribute("list", list.id);
      }
      list.replaceChildren(...(await answer.json()).map((name) => Object.assign(document.createElement("option"), { value: name })));
    }, 200);
  });

  for (const boxes of form.querySelectorAll("[data-filter]")) {
    const find = document.createElement("input");
    find.type = "search";
    find.setAttribute("aria-label", boxes.dataset.filter);
    find.placeholder = boxes.dataset.filter;
    find.addEventListener("input", () => {
      const wanted = find.value.toLowerCase();
      for (const label of boxes.children) label.hidden = !label.textContent.toLowerCase().includes(wanted) && !label.firstElementChild.checked;
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    boxes.before(find);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-more]");
    if (!button) return;
    event.preventDefault();
    const lines = button.parentElement.querySelectorAll(".line");
    const fresh = lines[lines.length - 1].cloneNode(true);
    const field = fresh.querySelector("input, textarea");
    field.id = `${field.id}-${++number}`;
    field.value = "";
    field.removeAttribute("list");
    field.removeAttribute("aria-describedby");
    field.setAttribute("aria-label", button.querySelector(".unseen").textContent.replace(/^[: ]+/, ""));
    fresh.querySelector("datalist:not([id=tongues])")?.remove();
    lines[lines.length - 1].after(fresh);
    field.focus();
  });
})();
