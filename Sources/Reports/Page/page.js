"use strict";
// What a reader gets beyond the page itself: the recomputation, and a filter for documents.

/** What stands in a node: names, attributes and texts, as the program wrote them. */
function outline(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return "<!>";
  let text = "<" + node.localName;
  for (const attribute of node.attributes) text += `\n${attribute.name}=${attribute.value}`;
  text += ">";
  for (const child of node.childNodes) text += outline(child);
  return text + "</>";
}

/** Numbers in tables that are not those of the evidence; they are marked. */
function wrongNumbers(evidence) {
  const known = new Map();
  const parsed = (files) => {
    if (!known.has(files)) known.set(files, JSON.parse(files["record.json"]));
    return known.get(files);
  };
  return Array.from(document.querySelectorAll("[data-from]")).filter((cell) => {
    const value = valueAt(evidence, cell.dataset.from, parsed);
    const shown = Number(cell.textContent);
    const isRight = Math.abs(shown - value) <= 0.5000001 * 10 ** -cell.dataset.digits;
    if (!isRight) cell.dataset.wrong = "";
    return !isRight;
  });
}

function recompute(page) {
  const place = document.getElementById("recomputed");
  const line = (text, parent = place, name = "p") => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
  };
  let checks;
  try {
    const evidence = JSON.parse(document.getElementById("evidence").textContent);
    checks = recomputed(evidence);
    const wrong = wrongNumbers(evidence);
    const count = document.querySelectorAll("[data-from]").length;
    checks.push({
      name: "tables", ok: wrong.length === 0,
      detail: wrong.length === 0 ? `${count} numbers are those of the evidence`
        : `${wrong.length} of ${count} numbers are not those of the evidence; they are outlined`,
    });
    checks.unshift({
      name: "this page", ok: hex(sha256(utf8(page))) === document.documentElement.dataset.page,
      detail: "its text and drawings, held against the digest that was written with them",
    });
  } catch (error) {
    checks = [{ name: "evidence", ok: false, detail: `cannot be read: ${error.message}` }];
  }
  const faults = checks.filter((check) => check.ok === false);
  const open = checks.filter((check) => check.ok === null).length;
  place.textContent = "";
  place.className = faults.length > 0 ? "bad" : "good";
  line(faults.length > 0
    ? `✗ This page was changed, or contradicts its evidence: ${faults.length} of ${checks.length} recomputations in this browser do not agree. Do not rely on it.`
    : `✓ Recomputed in this browser: ${checks.filter((check) => check.ok).length} checks agree`
      + (open > 0 ? `, ${open} cannot be made here.` : "."));
  const details = document.createElement("details");
  details.open = faults.length > 0;
  line("What was recomputed", details, "summary");
  for (const check of checks)
    line(`${check.ok === null ? "–" : check.ok ? "✓" : "✗"} ${check.name}: ${check.detail}`, details);
  place.append(details);
}

function addFilter() {
  const entries = Array.from(document.querySelectorAll(".entries > details"));
  if (entries.length < 2) return;
  const form = document.createElement("div");
  form.id = "filter";
  const label = document.createElement("label");
  label.textContent = "Show documents with the words ";
  const input = document.createElement("input");
  input.type = "search";
  label.append(input);
  const count = document.createElement("output");
  form.append(label, count);
  entries[0].closest("section").querySelector("h2").after(form);
  const texts = entries.map((entry) => `${entry.dataset.kind} ${entry.textContent}`.toLowerCase());
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let shown = 0;
    entries.forEach((entry, index) => {
      entry.hidden = !words.every((word) => texts[index].includes(word));
      if (!entry.hidden) shown += 1;
    });
    count.textContent = `${shown} of ${entries.length}`;
  };
  input.addEventListener("input", filter);
  filter();
}

{
  // Taken before anything is added to it.
  const page = outline(document.querySelector("main"));
  addFilter();
  // The page is there first; the digests of some megabytes come after it.
  setTimeout(() => recompute(page), 0);
}
