// The cost of each layer as bars, in the network's order.

const COLOURS = 7;
const PAINTS = { kind: "kind of layer", verdict: "verdict" };

// A round number that fits at most five times into the height of the chart.
function tick(most) {
  for (let size = 1n; ; size *= 10n) {
    for (const step of [size, 2n * size, 5n * size]) if (most / step <= 5n) return step;
  }
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
  // Heights of bars are rounded to a ten-thousandth of the chart's: a picture, not a count.
  const up = (count) => (Number((count * 10000n) / most) / 10000) * (height - bottom - top);
  const slot = (width - left) / Math.max(rows.length, 1);
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const name = network.measures[state.measure];
  const largest = rows[counts.indexOf(most)];
  const peak = largest ? `; the most: ${largest.layer}, ${grouped(most)}` : "";
  svg.append(svgElement("title", {}, `${name} of ${rows.length} layers, in the network’s order${peak}`));
  const step = tick(most);
  for (let mark = 0n; mark <= most; mark += step) {
    const y = height - bottom - up(mark);
    svg.append(
      svgElement("line", { x1: left, x2: width, y1: y, y2: y }),
      svgElement("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, short(mark)));
  }
  rows.forEach((row, i) => {
    const size = up(counts[i]), gap = Math.min(slot * 0.25, 3);
    const box = { x: left + i * slot + gap / 2, width: Math.max(slot - gap, 0.5), y: height - bottom - size, height: size };
    const verdict = row.verdict ? `, ${row.verdict}` : "";
    const words = svgElement("title", {}, `${row.layer}, ${row.kind}: ${shown(row[state.measure])} ${name}${verdict}`);
    svg.append(svgElement("rect", { ...box, class: colour(network, state, row) }, words));
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
  const ordered = [...groups.values()].sort((a, b) => compared(b.count, a.count));
  const items = ordered.map((group) => {
    const hundredths = (group.count * 20000n + all) / (2n * all);
    const percent = `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")} %`;
    return element("li", { className: group.className }, group.name, element("span", {}, percent));
  });
  part("legend").replaceChildren(...items);
}
