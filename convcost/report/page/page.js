// Draws every network's settings, totals, chart and table from its data, and again when a setting is turned.
// Text goes into the page as text, never as HTML, so that no name of a layer can do anything.

const UNKNOWN = "?";
const ABSENT = "–";
const COLOURS = 7;
const SVG = "http://www.w3.org/2000/svg";

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

const grouped = (count) => count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
const shown = (count) => (count === undefined ? ABSENT : count === null ? UNKNOWN : grouped(count));
const signed = (count) => (count > 0n ? "+" : "") + shown(count);
const big = (count) => (count === null || count === undefined ? count : BigInt(count));
const less = (a, b) => (a == null || b == null ? (a === undefined || b === undefined ? undefined : null) : a - b);
const summed = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0n), 0n);

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A value of a dial as it is typed: numerators stay whole, and no float is ever shown.
function typed(dial, numerator) {
  if (dial.denominator === 1) return String(numerator);
  const digits = String(dial.denominator).length - 1;
  const text = String(numerator).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, "");
}

// Everything that is shown at the settings of `state`, as one object.
function reckoned(network, state) {
  const { structure, value } = structureAt(network.program, state.inputs.map(BigInt));
  const measured = state.inputs.every((input, i) => input === network.program.dials[i].start) ? network.measured : null;
  if (structure.refused !== undefined) {
    const reason = structure.refused.replace(/\{(\d+)\}/g, (_, place) => grouped(value(Number(place))));
    return { refused: reason, rows: [], totals: [], measured: null };
  }
  const at = (place) => (place === null ? null : value(place));
  const rows = structure.layers.map((layer, i) => {
    const [name, operator, kind, stride, product, macs, params, activations, output] = layer;
    const seen = measured ? measured.rows[i] : [];
    return {
      index: BigInt(i), layer: name, kind: kind + (stride && ` / ${stride}`), group: product ? kind : operator, product,
      output: output.map(at).join("×"), macs: at(macs), params: at(params), activations: at(activations),
      macsMeasured: big(seen[0]), paramsMeasured: big(seen[1]), verdict: seen[2], reason: seen[3] ?? "",
    };
  });
  for (const [name, kind, product, output, ...seen] of measured ? measured.extra : []) {
    rows.push({
      index: BigInt(rows.length), layer: name, kind, group: kind, product, output, macs: null, params: null, activations: 0n,
      macsMeasured: big(seen[0]), paramsMeasured: big(seen[1]), verdict: seen[2], reason: seen[3], always: true,
    });
  }
  for (const row of rows) row.difference = less(row.macsMeasured, row.macs);
  return { rows, totals: structure.totals.map(at), measured };
}

function showSettings(part, network, state, result) {
  const { dials } = network.program;
  const values = dials.map((dial, i) => `${dial.symbol} = ${typed(dial, state.inputs[i])}`);
  part("settings").textContent = [...network.fixed, ...values].join(", ");
  const notice = part("notice");
  notice.replaceChildren();
  if (result.refused) {
    notice.append(`The network cannot be drawn at these settings. ${result.refused}`);
  } else if (!result.measured) {
    const turned = dials.map((dial, i) =>
      state.inputs[i] === dial.usual ? "" : ` --${dial.name.replaceAll("_", "-")} ${typed(dial, state.inputs[i])}`);
    notice.append("Not measured at these settings. This measures them: ", element("code", {}, network.command + turned.join("")));
  }
  notice.hidden = !notice.hasChildNodes();
}

function showTotals(part, network, result) {
  const names = [network.products, "parameters", "activations written"];
  const measured = result.measured?.totals ?? [];
  const parts = names.map((name, i) => {
    const count = result.totals[i];
    const box = element("div", {}, element("dt", {}, name), element("dd", { className: "value" }, shown(count)));
    if (i < 2 && measured[i] !== undefined) {
      const other = big(measured[i]);
      box.append(element("dd", { className: "other" }, `measured ${shown(other)}, difference ${signed(less(other, count))}`));
    } else if (i < 2) box.append(element("dd", { className: "other" }, "not measured at these settings"));
    return box;
  });
  part("totals").replaceChildren(...parts);
}

// A round number of which two to five reach the top of the chart.
function tick(most) {
  let step = 10n ** BigInt(Math.max(most.toString().length - 1, 0));
  for (const divisor of [5n, 2n, 2n]) if (most / step < 3n && step % divisor === 0n && step > 1n) step /= divisor;
  return step;
}

function short(count) {
  const units = [[10n ** 9n, " G"], [10n ** 6n, " M"], [10n ** 3n, " K"]];
  for (const [size, unit] of units) {
    if (count >= size) return `${String(Number((count * 1000n) / size) / 1000)}${unit}`;
  }
  return String(count);
}

function showChart(part, network, state, result) {
  const rows = result.rows.filter((row) => row.product || row[state.measure] > 0n && state.measure === "params");
  const counts = rows.map((row) => row[state.measure] ?? 0n);
  const most = counts.reduce((a, b) => (a > b ? a : b), 1n);
  const width = Math.max(part("chart").clientWidth, 280), height = 240, left = 58, bottom = 4, top = 10;
  // Bars are drawn to a ten-thousandth of the chart's height: a picture, not a count.
  const up = (count) => (Number((count * 10000n) / most) / 10000) * (height - bottom - top);
  const slot = (width - left) / Math.max(rows.length, 1);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const name = network.measures[state.measure];
  const largest = rows[counts.indexOf(most)];
  svg.append(drawn("title", {}, `${name} of ${rows.length} layers, in the network’s order${largest ? `; the most: ${largest.layer}, ${grouped(most)}` : ""}`));
  const step = tick(most);
  for (let mark = 0n; mark <= most; mark += step) {
    const y = height - bottom - up(mark);
    svg.append(drawn("line", { x1: left, x2: width, y1: y, y2: y }), drawn("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, short(mark)));
  }
  rows.forEach((row, i) => {
    const size = up(counts[i]), gap = Math.min(slot * 0.25, 3);
    const bar = { x: left + i * slot + gap / 2, width: Math.max(slot - gap, 0.5), y: height - bottom - size, height: size, class: colour(network, state, row) };
    svg.append(drawn("rect", bar, drawn("title", {}, `${row.layer}, ${row.kind}: ${grouped(counts[i])} ${name}${row.verdict ? `, ${row.verdict}` : ""}`)));
  });
  part("chart").replaceChildren(svg);
  showLegend(part, network, state, rows);
}

const verdictClass = (verdict) => `v-${verdict ? verdict.replace(" ", "-") : "none"}`;

function colour(network, state, row) {
  if (state.paint === "verdict") return verdictClass(row.verdict);
  const place = network.groups.indexOf(row.group);
  return `k${place < 0 || place >= COLOURS ? COLOURS : place}`;
}

function showLegend(part, network, state, rows) {
  const groups = new Map();
  for (const row of rows) {
    const name = state.paint === "verdict" ? row.verdict ?? "not measured" : row.group;
    const group = groups.get(name) ?? { name, className: colour(network, state, row), count: 0n };
    group.count += row[state.measure] ?? 0n;
    groups.set(name, group);
  }
  const all = rows.reduce((total, row) => total + (row[state.measure] ?? 0n), 0n) || 1n;
  const items = [...groups.values()].sort((a, b) => (a.count < b.count ? 1 : a.count > b.count ? -1 : 0)).map((group) => {
    const hundredths = (group.count * 20000n + all) / (2n * all);
    const share = `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} %`;
    return element("li", { className: group.className }, group.name, element("span", {}, share));
  });
  part("legend").replaceChildren(...items);
}

function compared(a, b) {
  if (a == null || b == null) return (a == null) - (b == null); // what is unknown comes last
  if (typeof a === "string") return a.localeCompare(b, "en", { numeric: true });
  return a < b ? -1 : a > b ? 1 : 0;
}

function showTable(part, network, state, result) {
  const text = state.text.trim().toLowerCase();
  const wanted = (row) => (state.all || row.product || row.always) && (!state.verdict || row.verdict === state.verdict)
    && `${row.layer} ${row.kind} ${row.verdict ?? ""} ${row.reason}`.toLowerCase().includes(text);
  const rows = result.rows.filter(wanted);
  rows.sort((a, b) => {
    const order = compared(a[state.sort], b[state.sort]);
    return (a[state.sort] == null || b[state.sort] == null ? order : order * state.direction) || compared(a.index, b.index);
  });
  const [body] = part("table").tBodies;
  body.replaceChildren(...rows.map((row) => element("tr", {}, ...COLUMNS.map((column) => cell(column, row)))));
  if (!rows.length) {
    const reason = result.refused ? "No layers: the network cannot be drawn at these settings." : "No layer fits the filter.";
    body.append(element("tr", {}, element("td", { colSpan: COLUMNS.length, className: "empty" }, reason)));
  }
  part("shown").textContent = `${rows.length} of ${result.rows.length} rows`;
  const sum = (key) => (rows.some((row) => row[key] === undefined) ? undefined : summed(rows, key));
  const sums = { layer: rows.length === 1 ? "Sum of 1 row" : `Sum of ${rows.length} rows` };
  for (const key of ["params", "macs", "macsMeasured", "paramsMeasured"]) sums[key] = shown(rows.length ? sum(key) : 0n);
  part("table").tFoot.replaceChildren(element("tr", {}, ...COLUMNS.map((column, i) =>
    element(i ? "td" : "th", { className: column.number ? "number" : "" }, sums[column.key] ?? ""))));
  for (const head of part("table").tHead.rows[0].cells) {
    head.setAttribute("aria-sort", head.dataset.key !== state.sort ? "none" : state.direction > 0 ? "ascending" : "descending");
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

// One dial: a slider on whole numerators and a number beside it, each the other's twin.
function dialOf(network, id, dial, place, state, changed) {
  const name = `${id}-${dial.name}`, exact = (text) => Math.round(Number(text) * dial.denominator);
  const slider = element("input", { type: "range", id: name, min: dial.low, max: dial.high, step: 1 });
  const number = element("input", {
    type: "number", min: typed(dial, dial.low), max: typed(dial, dial.high), step: typed(dial, 1), required: true,
    "aria-label": `${dial.meaning}, ${dial.symbol}`, "aria-describedby": `${name}-hint`,
  });
  const hint = element("small", { id: `${name}-hint` });
  const show = (from) => {
    const text = typed(dial, state.inputs[place]);
    slider.value = state.inputs[place];
    slider.setAttribute("aria-valuetext", `${dial.symbol} = ${text}`);
    if (from !== number) number.value = text;
    hint.className = "";
    hint.textContent = dial.factor ? `${dial.factor} = ${text}/${typed(dial, dial.usual)}` : "";
  };
  slider.addEventListener("input", () => changed(() => { state.inputs[place] = Number(slider.value); show(slider); }));
  number.addEventListener("input", () => {
    if (number.validity.valid) return changed(() => { state.inputs[place] = exact(number.value); show(number); });
    hint.className = "wrong";
    hint.textContent = `${dial.symbol} goes from ${typed(dial, dial.low)} to ${typed(dial, dial.high)} in steps of ${typed(dial, 1)}.`;
  });
  number.addEventListener("change", () => show(number.validity.valid ? slider : number));
  number.addEventListener("blur", () => show(slider));
  show(slider);
  const label = element("label", { for: name }, element("b", {}, dial.symbol), dial.meaning);
  return { show: () => show(slider), box: element("div", { className: "dial" }, label, slider, number, hint) };
}

function choice(words, label, changed) {
  const made = element("select", {}, ...Object.entries(words).map(([value, word]) => element("option", { value }, word)));
  made.addEventListener("change", () => changed(made.value));
  return element("label", {}, label, made);
}

function start(network) {
  const section = document.getElementById(network.id);
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const { dials } = network.program;
  const state = { inputs: dials.map((dial) => dial.start), sort: "index", direction: 1, text: "", verdict: "", all: false, measure: "macs", paint: "kind" };
  let result, waiting = false;
  const chart = () => showChart(part, network, state, result);
  const table = () => showTable(part, network, state, result);
  const redraw = () => {
    waiting = false;
    result = reckoned(network, state);
    showSettings(part, network, state, result);
    showTotals(part, network, result);
    chart();
    table();
  };
  // A slider speaks more often than a screen is drawn.
  const changed = (change) => {
    change();
    reset.disabled = state.inputs.every((input, i) => input === dials[i].start);
    if (!waiting) requestAnimationFrame(redraw);
    waiting = true;
  };
  const made = dials.map((dial, i) => dialOf(network, network.id, dial, i, state, changed));
  const reset = element("button", { type: "button", disabled: true }, "Back to the measured settings");
  reset.addEventListener("click", () => changed(() => {
    state.inputs = dials.map((dial) => dial.start);
    for (const dial of made) dial.show();
  }));
  part("dials").append(...made.map((dial) => dial.box), reset);
  part("dials").addEventListener("submit", (event) => event.preventDefault());
  part("dials").hidden = !dials.length;

  part("chart-controls").append(
    choice(network.measures, "Height", (value) => { state.measure = value; chart(); }),
    choice({ kind: "kind of layer", verdict: "verdict" }, "Colour", (value) => { state.paint = value; chart(); }));

  const search = element("input", { type: "search", placeholder: "name, operator, reason" });
  search.addEventListener("input", () => { state.text = search.value; table(); });
  const all = element("input", { type: "checkbox" });
  all.addEventListener("change", () => { state.all = all.checked; table(); });
  const verdicts = Object.fromEntries([["", "all"], ...network.verdicts.map((verdict) => [verdict, verdict])]);
  part("filters").append(
    element("label", { className: "wide" }, "Filter", search),
    choice(verdicts, "Verdict", (value) => { state.verdict = value; table(); }),
    element("label", {}, all, "all operators"),
    element("span", { className: "shown", "data-part": "shown", role: "status" }));

  const heads = COLUMNS.map((column) => {
    const button = element("button", { type: "button" }, column.head.replace("{unit}", network.unit));
    // A first click sorts counts from the largest, words from A; a third one goes back to the network's order.
    button.addEventListener("click", () => {
      const first = column.number ? -1 : 1;
      if (state.sort !== column.key) [state.sort, state.direction] = [column.key, first];
      else if (state.direction === first) state.direction = -first;
      else [state.sort, state.direction] = ["index", 1];
      table();
    });
    return element("th", { scope: "col", className: column.number ? "number" : "", "data-key": column.key, "aria-sort": "none" }, button);
  });
  part("table").append(element("thead", {}, element("tr", {}, ...heads)), element("tbody"), element("tfoot"));
  redraw();
  new ResizeObserver(chart).observe(part("chart"));
}

for (const network of JSON.parse(document.getElementById("data").textContent)) start(network);
