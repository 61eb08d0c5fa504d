// What a network costs at the settings of its dials, and the lines that say so.

// Everything that is shown at the settings of `state`, as one object.
function reckoned(network, state) {
  const { structure, value } = structureAt(network.program, state.inputs.map(BigInt));
  const measured = state.inputs.every((input, i) => input === network.program.dials[i].start) ? network.measured : null;
  if (structure.refused !== undefined) {
    const reason = structure.refused.replace(/\{(\d+)\}/g, (_, place) => String(value(Number(place))));
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
      index: BigInt(rows.length), layer: name, kind, group: kind, product, output,
      macs: null, params: null, activations: null, macsMeasured: big(seen[0]), paramsMeasured: big(seen[1]),
      verdict: seen[2], reason: seen[3], always: true,
    });
  }
  for (const row of rows) row.difference = less(row.macsMeasured, row.macs);
  return { rows, totals: structure.totals.map(at), measured };
}

function showSettings(part, network, state, result) {
  const { dials } = network.program;
  const values = dials.map((dial, i) => `${dial.symbol} = ${typed(dial, state.inputs[i])}`);
  part("settings").textContent = [...network.fixed, ...values].join(", ");
  // What was found in a measurement says nothing of other settings.
  for (const name of ["limits", "conclusion"]) part(name).hidden = !result.measured;
  const notice = part("notice");
  notice.replaceChildren();
  if (result.refused) {
    notice.append(`The network cannot be drawn at these settings. ${result.refused}`);
  } else if (!result.measured) {
    const command = element("code", {}, network.command + turned(network, state));
    notice.append("Not measured at these settings. This measures them: ", command);
  }
  notice.hidden = !notice.hasChildNodes();
}

// The settings as options of the command line; a model's are the sizes of its input.
function turned(network, state) {
  const { dials } = network.program;
  if (network.input) {
    const sizes = network.input.map((size) => (typeof size === "number" ? state.inputs[size] : size));
    return ` --input ${sizes.join(",")}`;
  }
  const option = (dial, i) => ` --${dial.name.replaceAll("_", "-")} ${typed(dial, state.inputs[i])}`;
  return dials.map((dial, i) => (state.inputs[i] === dial.usual ? "" : option(dial, i))).join("");
}

function showTotals(part, network, result) {
  const names = [network.products, "parameters", "activations"];
  const measured = result.measured?.totals ?? [];
  const parts = names.filter((_, i) => result.totals[i] !== null).map((name, i) => {
    const count = result.totals[i];
    const box = element("div", {}, element("dt", {}, name), element("dd", { className: "value" }, shown(count)));
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
