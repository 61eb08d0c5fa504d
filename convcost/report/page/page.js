// The controls of every network, and what they change.

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
    const [low, high, step] = [dial.low, dial.high, 1].map((numerator) => typed(dial, numerator));
    hint.textContent = `${dial.symbol} goes from ${low} to ${high} in steps of ${step}.`;
  });
  number.addEventListener("change", () => show(number.validity.valid ? slider : number));
  number.addEventListener("blur", () => show(slider));
  show(slider);
  const label = element("label", { for: name }, element("b", {}, dial.symbol), dial.meaning);
  return { show: () => show(slider), box: element("div", { className: "dial" }, label, slider, number, hint) };
}

function choice(id, words, label, changed) {
  const options = Object.entries(words).map(([value, word]) => element("option", { value }, word));
  const made = element("select", { id }, ...options);
  made.addEventListener("change", () => changed(made.value));
  return element("span", { className: "choice" }, element("label", { for: id }, label), made);
}

function start(network) {
  const section = document.getElementById(network.id);
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const { dials } = network.program;
  const state = {
    inputs: dials.map((dial) => dial.start), measure: "macs", paint: "kind",
    sort: "index", direction: 1, text: "", verdict: "", all: false,
  };
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

for (const network of JSON.parse(document.getElementById("data").textContent)) start(network);
