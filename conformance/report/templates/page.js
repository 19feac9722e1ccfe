(function () {
  "use strict";
  const section = document.getElementById("kpbx-requirements");
  const form = section.querySelector("form");
  const rows = Array.from(section.querySelectorAll("tbody > tr"));
  function refresh() {
    const verdicts = new Set(Array.from(form.querySelectorAll("input[name=verdict]:checked"), (box) => box.value));
    const family = form.elements.family.value;
    const text = form.elements.text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = verdicts.has(row.dataset.verdict)
        && (!family || row.dataset.family === family)
        && (!text || row.textContent.toLowerCase().includes(text));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    form.querySelector("output").textContent = shown + " of " + rows.length + " requirements";
  }
  form.addEventListener("input", refresh);
  refresh();
})();
