(function () {
  "use strict";
  const grid = document.getElementById("matrix");
  const panel = document.getElementById("panel");
  const form = document.getElementById("filters");
  const output = form.querySelector("output");
  const nothing = document.getElementById("nothing");
  const bodies = Array.from(grid.tBodies, (body) => ({
    body,
    family: body.dataset.family,
    rows: Array.from(body.rows).slice(1).map((row) => ({
      row, has: row.dataset.has.split(" "), difference: row.dataset.difference || "", text: null,
    })),
  }));
  const lines = bodies.flatMap((one) => one.rows);
  const numbers = new Map(lines.map((line, number) => [line.row, number]));
  let data = null;
  let current = null;

  // What is behind the cells is only read once somebody asks.
  function details() {
    data ??= JSON.parse(document.getElementById("details").textContent);
    return data;
  }

  function textOf(line) {
    if (line.text === null) {
      const known = details();
      const parts = [line.row.cells[0].textContent, line.row.parentNode.rows[0].textContent];
      for (const number of new Set(known.cells[numbers.get(line.row)])) {
        const detail = known.details[number];
        parts.push(known.texts[detail.reason], ...detail.remarks.map((remark) => known.texts[remark]));
        if (detail.failure >= 0) parts.push(known.texts[known.failures[detail.failure].observed]);
      }
      line.text = parts.join("\n").toLowerCase();
    }
    return line.text;
  }

  function refresh() {
    const wanted = new Set(Array.from(form.querySelectorAll("[name=verdict]:checked"), (box) => box.value));
    const everything = wanted.size === form.querySelectorAll("[name=verdict]").length;
    const difference = form.elements.difference.value;
    const family = form.elements.family.value;
    const text = form.elements.text.value.trim().toLowerCase();
    const fits = (line) => (everything || line.has.some((verdict) => wanted.has(verdict)))
      && (!difference || line.difference === difference || (difference === "differs" && line.difference === "flips"))
      && (!text || textOf(line).includes(text));
    let shown = 0;
    let head = null;
    for (const one of bodies) {
      if (one.body.className === "family") {
        head = one.body;
        head.hidden = true;
        continue;
      }
      let here = 0;
      for (const line of one.rows) {
        const visible = (!family || one.family === family) && fits(line);
        if (line.row.hidden === visible) line.row.hidden = !visible;
        here += visible ? 1 : 0;
      }
      one.body.hidden = !here;
      if (here) head.hidden = false;
      shown += here;
    }
    const said = `${shown} of ${lines.length} requirements`;
    output.textContent = said;
    output.classList.toggle("narrowed", shown < lines.length);
    nothing.hidden = shown > 0;
    if (!current || !reachable(current.parentNode)) {
      const first = lines.find((line) => reachable(line.row));
      mark(first ? first.row.cells[1] : null);
    }
  }

  const reachable = (row) => !row.hidden && !row.parentNode.hidden;

  // Tab reaches one cell, the arrow keys the others (roving tabindex).
  function mark(cell) {
    if (current) current.removeAttribute("tabindex");
    current = cell;
    if (cell) cell.tabIndex = 0;
  }

  // What stays in place while the table scrolls must not cover it: scroll-padding has its size.
  function go(cell) {
    mark(cell);
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function move(rows, columns) {
    const shown = lines.filter((line) => reachable(line.row));
    const at = shown.findIndex((line) => line.row === current.parentNode);
    const clamp = (value, last) => Math.max(0, Math.min(last, value));
    const row = shown[clamp(at + rows, shown.length - 1)].row;
    go(row.cells[1 + clamp(current.cellIndex - 1 + columns, row.cells.length - 2)]);
  }

  const far = Number.MAX_SAFE_INTEGER / 2;
  const moves = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-10, 0], PageDown: [10, 0], Home: [0, -far], End: [0, far],
  };

  grid.addEventListener("keydown", (event) => {
    if (!event.target.matches("td") || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      open(event.target);
    } else if (event.key in moves) {
      const [rows, columns] = moves[event.key];
      move(event.ctrlKey ? Math.sign(rows || columns) * far : rows, columns);
    } else {
      return;
    }
    event.preventDefault();
  });
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell) {
      mark(cell);
      open(cell);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });

  function element(name, text, look) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (look) made.className = look;
    return made;
  }

  function facts(pairs) {
    const list = element("dl");
    for (const [term, text] of pairs) if (text) list.append(element("dt", term), element("dd", text));
    return list;
  }

  function exchangePart(exchange, number) {
    const text = (key) => details().texts[exchange[key]];
    const part = element("details");
    const answered = exchange.status === undefined ? "no answer" : `HTTP ${exchange.status}`;
    part.append(element("summary", `${number}. ${text("method")} ${text("path")} → ${answered}`));
    if (text("broken")) part.append(element("p", `Invalid on purpose: ${text("broken")}`));
    if (text("body")) part.append(element("pre", text("body")));
    if (text("lost")) part.append(element("p", text("lost")));
    if (exchange.status !== undefined) {
      part.append(element("pre", `${answered}\n${text("headers")}\n\n${text("answer")}`));
    }
    part.append(element("p", "To send it again (the password comes from KPBX_PASSWORD):"), element("pre", text("curl")));
    return part;
  }

  function failurePart(failure) {
    const known = details();
    const part = document.createDocumentFragment();
    part.append(facts([["Expected", known.texts[failure.expected]], ["Observed", known.texts[failure.observed]]]));
    failure.exchanges.forEach((number, index) => part.append(exchangePart(known.exchanges[number], index + 1)));
    if (failure.left_out) {
      part.append(element("p", `${failure.left_out} exchanges are left out to keep this page small: see the results.json of the run.`));
    }
    return part;
  }

  function open(cell) {
    const known = details();
    const row = cell.parentNode;
    const detail = known.details[known.cells[numbers.get(row)][cell.cellIndex - 1]];
    const name = row.cells[0].querySelector("code").textContent;
    const close_ = element("button", "Close");
    const head = element("h2", name);
    const verdict = element("p");
    head.id = "panel-head";
    close_.type = "button";
    close_.addEventListener("click", close);
    verdict.append(element("span", `${cell.textContent} ${cell.getAttribute("aria-label")}`, `chip ${cell.className}`));
    panel.replaceChildren(close_, head, verdict, facts([
      ["Firmware", known.runs[cell.cellIndex - 1]],
      ["Requirement", row.cells[0].lastChild.textContent.trim()],
      ["Clause", known.texts[known.clauses[numbers.get(row)]]],
      ["Reason", known.texts[detail.reason]],
      ["Exchanges", detail.exchanges ? `${detail.exchanges}, see exchanges.har of the run` : ""],
    ]));
    if (detail.whole !== detail.verdict) {
      panel.append(element("p", `The fixed checks alone say ${detail.verdict}, as the table does; with the generated search it is ${detail.whole}.`));
    }
    for (const remark of detail.remarks) panel.append(element("p", `Remark: ${known.texts[remark]}`, "remark"));
    if (detail.failure >= 0) panel.append(failurePart(known.failures[detail.failure]));
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus();
  }

  function close() {
    panel.hidden = true;
    panel.replaceChildren();
    if (current) go(current);
  }

  form.addEventListener("input", refresh);
  form.addEventListener("reset", () => setTimeout(refresh));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.reset();
  form.hidden = false;
  document.getElementById("keys").hidden = false;
  refresh();
})();
