// The controls of every network, and what they change.

// One slider: a range of whole numerators with a number beside it; a change of one moves the other.
function sliderBox(network, id, slider, place, state, changed) {
  const name = `${id}-${slider.name}`, exact = (text) => Math.round(Number(text) * slider.denominator);
  const range = element("input", { type: "range", id: name, min: slider.low, max: slider.high, step: 1 });
  const number = element("input", {
    type: "number", min: typed(slider, slider.low), max: typed(slider, slider.high), step: typed(slider, 1), required: true,
    "aria-label": `${slider.meaning}, ${slider.symbol}`, "aria-describedby": `${name}-hint`,
  });
  const hint = element("small", { id: `${name}-hint` });
  const show = (from) => {
    const text = typed(slider, state.inputs[place]);
    range.value = state.inputs[place];
    range.setAttribute("aria-valuetext", `${slider.symbol} = ${text}`);
    if (from !== number) number.value = text;
    hint.className = "";
    hint.textContent = slider.factor ? `${slider.factor} = ${text}/${typed(slider, slider.usual)}` : "";
  };
  range.addEventListener("input", () => changed(() => { state.inputs[place] = Number(range.value); show(range); }));
  number.addEventListener("input", () => {
    if (number.validity.valid) return changed(() => { state.inputs[place] = exact(number.value); show(number); });
    hint.className = "wrong";
    const [low, high, step] = [slider.low, slider.high, 1].map((numerator) => typed(slider, numerator));
    hint.textContent = `${slider.symbol} goes from ${low} to ${high} in steps of ${step}.`;
  });
  number.addEventListener("change", () => show(number.validity.valid ? range : number));
  number.addEventListener("blur", () => show(range));
  show(range);
  const label = element("label", { for: name }, element("b", {}, slider.symbol), slider.meaning);
  return { show: () => show(range), box: element("div", { className: "slider" }, label, range, number, hint) };
}

function choice(id, words, label, changed) {
  const options = Object.entries(words).map(([value, word]) => element("option", { value }, word));
  const made = element("select", { id }, ...options);
  made.addEventListener("change", () => changed(made.value));
  return element("span", { className: "choice" }, element("label", { for: id }, label), made);
}

const partsOf = (id) => (name) => document.getElementById(id).querySelector(`[data-part="${name}"]`);

// One network's section; `redrawn` is told what it costs, and where its sliders stand.
function start(network, redrawn) {
  const part = partsOf(network.id);
  const { sliders } = network.program;
  const state = {
    inputs: sliders.map((slider) => slider.start), measure: "macs", paint: "kind",
    sort: "index", direction: 1, text: "", verdict: "", all: false,
  };
  let result, waiting = false;
  const base = evaluated(network, state);
  const chart = () => showChart(part, network, state, result, base);
  const table = () => showTable(part, network, state, result);
  const redraw = () => {
    waiting = false;
    result = evaluated(network, state);
    showSettings(part, network, state, result);
    showTotals(part, network, result);
    chart();
    table();
    redrawn({ network, title: network.title, settings: settingsOf(network, state), result, base });
  };
  // A slider sends more events than a screen shows frames.
  const changed = (change) => {
    change();
    reset.disabled = state.inputs.every((input, i) => input === sliders[i].start);
    if (!waiting) requestAnimationFrame(redraw);
    waiting = true;
  };
  const made = sliders.map((slider, i) => sliderBox(network, network.id, slider, i, state, changed));
  const reset = element("button", { type: "button", disabled: true }, "Back to the measured settings");
  reset.addEventListener("click", () => changed(() => {
    state.inputs = sliders.map((slider) => slider.start);
    for (const box of made) box.show();
  }));
  part("sliders").append(...made.map(({ box }) => box), reset);
  part("sliders").addEventListener("submit", (event) => event.preventDefault());
  part("sliders").hidden = !sliders.length;

  part("chart-controls").append(
    choice(`${network.id}-bars`, network.measures, "Bars", (value) => { state.measure = value; chart(); }),
    choice(`${network.id}-colour`, PAINTS, "Colour", (value) => { state.paint = value; chart(); }));

  const search = element("input", { type: "search", placeholder: "name, operator, reason" });
  search.addEventListener("input", () => { state.text = search.value; table(); });
  const all = element("input", { type: "checkbox" });
  all.addEventListener("change", () => { state.all = all.checked; table(); });
  const verdicts = Object.fromEntries([["", "all"], ...network.verdicts.map((verdict) => [verdict, verdict])]);
  part("filters").append(
    element("label", { className: "wide" }, "Filter", search),
    choice(`${network.id}-verdict`, verdicts, "Verdict", (value) => { state.verdict = value; table(); }),
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
    const className = column.number ? "number" : "";
    return element("th", { scope: "col", className, "data-key": column.key, "aria-sort": "none" }, button);
  });
  part("table").append(element("thead", {}, element("tr", {}, ...heads)), element("tbody"), element("tfoot"));
  redraw();
  new ResizeObserver(chart).observe(part("chart"));
}

// All networks in one chart, which follows every slider of the page; there is none for a single network.
function overview(networks) {
  if (!document.getElementById("overview-chart")) return () => {};
  const part = partsOf("overview-chart"), found = new Map();
  let measure = "macs";
  const draw = () => found.size === networks.length && showCurves(part, [...found.values()], measure);
  const [first, ...others] = networks.map((network) => network.measures);
  const common = Object.entries(first).filter(([name]) => others.every((measures) => name in measures));
  part("chart-controls").append(
    choice("overview-curves", Object.fromEntries(common), "Curves", (value) => { measure = value; draw(); }));
  new ResizeObserver(draw).observe(part("chart"));
  return (one) => { found.set(one.network.id, one); draw(); };
}

const networks = JSON.parse(document.getElementById("data").textContent);
const redrawn = overview(networks);
for (const network of networks) start(network, redrawn);
