// The layers as a table that can be sorted and filtered.

const COLUMNS = [
  { key: "layer", head: "layer" },
  { key: "kind", head: "operator" },
  { key: "output", head: "output" },
  { key: "params", head: "parameters", number: true },
  { key: "paramsMeasured", head: "measured", number: true },
  { key: "macs", head: "{unit}", number: true },
  { key: "macsMeasured", head: "fvcore", number: true },
  { key: "difference", head: "difference", number: true },
  { key: "verdict", head: "verdict" },
];

function compared(a, b) {
  if (a == null || b == null) return (a == null) - (b == null); // what is unknown comes last
  if (typeof a === "string") return a.localeCompare(b, "en", { numeric: true });
  return a < b ? -1 : a > b ? 1 : 0;
}

function showTable(part, network, state, result) {
  const text = state.text.trim().toLowerCase();
  const wanted = (row) => (state.all || row.product || row.always)
    && (!state.verdict || row.verdict === state.verdict)
    && `${row.layer} ${row.kind} ${row.verdict ?? ""} ${row.reason}`.toLowerCase().includes(text);
  const rows = result.rows.filter(wanted);
  rows.sort((a, b) => {
    const order = compared(a[state.sort], b[state.sort]);
    const known = a[state.sort] != null && b[state.sort] != null;
    return (known ? order * state.direction : order) || compared(a.index, b.index);
  });
  const [body] = part("table").tBodies;
  body.replaceChildren(...rows.map((row) => element("tr", {}, ...COLUMNS.map((column) => cell(column, row)))));
  if (!rows.length) {
    const refused = "No layers: the network cannot be built at these settings.";
    const reason = result.refused ? refused : "No layer fits the filter.";
    body.append(element("tr", {}, element("td", { colSpan: COLUMNS.length, className: "empty" }, reason)));
  }
  part("shown").textContent = `${rows.length} of ${result.rows.length} rows`;
  // What fvcore leaves out of a row that has multiply-accumulates is unknown, and so is the sum.
  const unknown = (key) => key === "macsMeasured" && rows.some((row) => row[key] === null && row.macs);
  const absent = (key) => rows.some((row) => row[key] === undefined);
  const sum = (key) => (absent(key) ? undefined : unknown(key) ? null : summed(rows, key));
  const sums = { layer: rows.length === 1 ? "Sum of 1 row" : `Sum of ${rows.length} rows` };
  for (const key of ["params", "macs", "macsMeasured", "paramsMeasured"]) sums[key] = shown(rows.length ? sum(key) : 0n);
  part("table").tFoot.replaceChildren(element("tr", {}, ...COLUMNS.map((column, i) =>
    element(i ? "td" : "th", { className: column.number ? "number" : "" }, sums[column.key] ?? ""))));
  for (const head of part("table").tHead.rows[0].cells) {
    const direction = state.direction > 0 ? "ascending" : "descending";
    head.setAttribute("aria-sort", head.dataset.key === state.sort ? direction : "none");
  }
}

function cell(column, row) {
  const value = row[column.key];
  if (column.key === "layer") return element("th", { scope: "row" }, value);
  if (column.key === "verdict") {
    const word = element("td", { className: `verdict ${verdictClass(value)}` }, value ?? ABSENT);
    if (row.reason) word.append(element("span", { className: "reason" }, row.reason));
    return word;
  }
  const words = column.key === "difference" && value != null ? signed(value) : column.number ? shown(value) : value;
  return element("td", { className: column.number ? "number" : "" }, words);
}
