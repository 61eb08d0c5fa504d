// What a network costs where its sliders stand, and the lines that say so.

// Everything that is shown at the settings of `state`, as one object.
function evaluated(network, state) {
  const { structure, value } = structureAt(network.program, state.inputs.map(BigInt));
  const measured = state.inputs.every((input, i) => input === network.program.sliders[i].start) ? network.measured : null;
  if (structure.refused !== undefined) {
    const reason = structure.refused.replace(/\{(\d+)\}/g, (_, place) => String(value(Number(place))));
    return { refused: reason, rows: [], totals: [], measured: null };
  }
  const at = (place) => (place === null ? null : value(place));
  const rows = structure.rows.map((row, i) => {
    const [name, operator, kind, stride, product, macs, params, activations, output] = row;
    const found = measured ? measured.rows[i] : [];
    return {
      index: BigInt(i), layer: name, kind: kind + (stride && ` / ${stride}`), group: product ? kind : operator, product,
      output: output.map(at).join("×"), macs: at(macs), params: at(params), activations: at(activations),
      macsMeasured: big(found[0]), paramsMeasured: big(found[1]), verdict: found[2], reason: found[3] ?? "",
    };
  });
  for (const [name, kind, product, output, ...found] of measured ? measured.extra : []) {
    rows.push({
      index: BigInt(rows.length), layer: name, kind, group: kind, product, output,
      macs: null, params: null, activations: null, macsMeasured: big(found[0]), paramsMeasured: big(found[1]),
      verdict: found[2], reason: found[3], always: true,
    });
  }
  for (const row of rows) row.difference = less(row.macsMeasured, row.macs);
  return { rows, totals: structure.totals.map(at), measured };
}

// The settings in words: variant = paper, α = 0.75, R = 192.
function settingsOf(network, state) {
  const values = network.program.sliders.map((slider, i) => `${slider.symbol} = ${typed(slider, state.inputs[i])}`);
  return [...network.fixed, ...values].join(", ");
}

function showSettings(part, network, state, result) {
  part("settings").textContent = settingsOf(network, state);
  // What a measurement found says nothing about other settings.
  for (const name of ["limits", "conclusion"]) part(name).hidden = !result.measured;
  const notice = part("notice");
  notice.replaceChildren();
  if (result.refused) {
    notice.append(`The network cannot be built at these settings. ${result.refused}`);
  } else if (!result.measured) {
    const command = element("code", {}, network.command + optionsAt(network, state));
    notice.append("Not measured at these settings. This measures them: ", command);
  }
  notice.hidden = !notice.hasChildNodes();
}

// The settings as options of the command line; a model's are the sizes of its input.
function optionsAt(network, state) {
  const { sliders } = network.program;
  if (network.input) {
    const sizes = network.input.map((size) => (typeof size === "number" ? state.inputs[size] : size));
    return ` --input ${sizes.join(",")}`;
  }
  const option = (slider, i) => ` --${slider.name.replaceAll("_", "-")} ${typed(slider, state.inputs[i])}`;
  return sliders.map((slider, i) => (state.inputs[i] === slider.usual ? "" : option(slider, i))).join("");
}

function showTotals(part, network, result) {
  const names = [network.products, "parameters", "activations"];
  const measured = result.measured?.totals ?? [];
  const parts = names.filter((_, i) => result.totals[i] !== null).map((name, i) => {
    const count = result.totals[i];
    const box = element("div", {}, element("dt", {}, name), element("dd", { className: "value" }, shown(count)));
    if (count >= 1000n) box.append(element("dd", { className: "scaled" }, scaled(count)));
    if (i < 2 && measured[i] !== undefined) {
      const other = big(measured[i]);
      const words = `measured ${shown(other)}, difference ${signed(less(other, count))}`;
      box.append(element("dd", { className: "other" }, words));
    } else {
      const words = i < 2 ? "not measured at these settings" : "elements that these layers write";
      box.append(element("dd", { className: "other" }, words));
    }
    return box;
  });
  part("totals").replaceChildren(...parts);
}
