// The cost of each layer as bars, in the network's order, and of all networks as curves.

const COLOURS = 7;
const PAINTS = { kind: "kind of layer", verdict: "verdict" };

// A round number that fits at most five times into the height of the chart.
function tick(most) {
  for (let size = 1n; ; size *= 10n) {
    for (const step of [size, 2n * size, 5n * size]) if (most / step <= 5n) return step;
  }
}

// Where an axis ends: with what was measured, doubled as often as more is shown, so that it stays while sliders move.
function axisOf(measured, most) {
  let end = measured || 1n;
  while (end < most) end *= 2n;
  const step = tick(end);
  return { end: ((end + step - 1n) / step) * step, step };
}

const largest = (counts) => counts.reduce((a, b) => (a > b ? a : b), 0n);
const charted = (rows, measure) =>
  rows.filter((row) => row.product || row[measure] > 0n && measure === "params");

// An empty chart with its axes named, and where its marks belong.
function frame(host, axis, names, title) {
  const width = Math.max(host.clientWidth, 280), height = 290, left = 58, top = 32, floor = height - 42;
  // Heights are rounded to a ten-thousandth of the chart's: a picture, not a count.
  const up = (count) => floor - (Number((count * 10000n) / axis.end) / 10000) * (floor - top);
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }, svgElement("title", {}, title));
  const words = (x, y, anchor, text, more = {}) => svg.append(svgElement("text", { x, y, "text-anchor": anchor, ...more }, text));
  for (let mark = 0n; mark <= axis.end; mark += axis.step) {
    svg.append(svgElement("line", { x1: left, x2: width, y1: up(mark), y2: up(mark) }));
    words(left - 8, up(mark) + 4, "end", short(mark));
  }
  words(0, 12, "start", names.up, { class: "axis" });
  words((left + width) / 2, height - 4, "middle", names.along, { class: "axis" });
  host.replaceChildren(svg);
  return { svg, left, right: width, floor, up, below: (x, text, anchor = "middle") => words(x, floor + 16, anchor, text) };
}

// What the vertical axis counts, and the letters that its marks end in.
function axisName(what, axis) {
  const letter = short(axis.step * (axis.end / axis.step)).split(" ")[1];
  return letter ? `${what}, ${letter} = ${POWERS[letter]}` : what;
}

function showChart(part, network, state, result, base) {
  const { measure } = state;
  const [rows, before] = [result, base].map((one) => charted(one.rows, measure));
  const [counts, ghosts] = [rows, before].map((some) => some.map((row) => row[measure] ?? 0n));
  const most = largest(counts), axis = axisOf(largest(ghosts), most);
  const name = network.measures[measure];
  const peak = most > 0n ? `; the most: ${rows[counts.indexOf(most)].layer}, ${grouped(most)}` : "";
  const title = `${name} of ${rows.length} layers, in the network’s order${peak}`;
  const names = { up: axisName(`${name} per layer`, axis), along: "number of the layer, in the network’s order" };
  const { svg, left, right, floor, up, below } = frame(part("chart"), axis, names, title);
  const slots = Math.max(rows.length, result.measured ? 0 : before.length, 1);
  const slot = (right - left) / slots, gap = Math.min(slot * 0.25, 3);
  const from = (i) => left + i * slot + gap / 2, wide = Math.max(slot - gap, 0.5);
  rows.forEach((row, i) => {
    const box = { x: from(i), width: wide, y: up(counts[i]), height: floor - up(counts[i]) };
    const verdict = row.verdict ? `, ${row.verdict}` : "";
    const words = svgElement("title", {}, `${row.layer}, ${row.kind}: ${shown(row[measure])} ${name}${verdict}`);
    svg.append(svgElement("rect", { ...box, class: colour(network, state, row) }, words));
  });
  const every = Number(tick(BigInt(slots) * (right - left < 500 ? 2n : 1n) / 2n));
  for (let number = 1; number <= slots; number++) {
    if (number === 1 || number % every === 0) below(from(number - 1) + wide / 2, String(number));
  }
  if (!result.measured) {
    const path = ghosts.map((count, i) => `M${from(i)} ${floor}V${up(count)}h${wide}V${floor}`).join("");
    svg.append(svgElement("path", { class: "ghost", d: path }));
  }
  showLegend(part, network, state, rows);
  if (!result.measured) part("legend").append(ghostLegend(`${scaled(summed(before, measure))} in all`));
}

const ghostLegend = (more = "") => element("li", { className: "ghost" }, "at the measured settings", element("span", {}, more));

// The cost up to each layer, one curve per network; where its sliders moved, that of the measured settings behind it.
function showCurves(part, networks, measure) {
  const curve = (one) => {
    let sum = 0n;
    return charted(one.rows, measure).map((row) => (sum += row[measure] ?? 0n));
  };
  const curves = networks.map(({ result, base }) => ({ now: curve(result), before: result.measured ? [] : curve(base) }));
  const ends = (key) => curves.map((one) => one[key].at(-1) ?? 0n);
  const measured = networks.map(({ base }) => curve(base).at(-1) ?? 0n);
  const axis = axisOf(largest(measured), largest(ends("now")));
  const name = networks[0].network.measures[measure];
  const names = { up: axisName(`${name} up to the layer`, axis), along: "layers passed, in per cent" };
  const title = `${name} up to each layer of ${networks.length} networks`;
  const { svg, left, right, floor, up, below } = frame(part("chart"), axis, names, title);
  const path = (sums) => sums.map((sum, i) => `H${left + ((right - left) * (i + 1)) / sums.length}V${up(sum)}`).join("");
  for (const percent of [0, 25, 50, 75, 100]) {
    const anchor = percent === 0 ? "start" : percent === 100 ? "end" : "middle";
    below(left + ((right - left) * percent) / 100, String(percent), anchor);
  }
  curves.forEach(({ now, before }, i) => {
    const className = `curve k${i % COLOURS} d${i % 3}`;
    if (before.length) svg.append(svgElement("path", { class: "ghost", d: `M${left} ${floor}${path(before)}` }));
    const words = svgElement("title", {}, `${networks[i].title}: ${grouped(now.at(-1) ?? 0n)} ${name}`);
    svg.append(svgElement("path", { class: className, d: `M${left} ${floor}${path(now)}` }, words));
  });
  part("legend").replaceChildren(...networks.map(({ title: words, settings }, i) => {
    const total = element("span", {}, [settings, `${scaled(ends("now")[i])} ${name}`].filter(Boolean).join(": "));
    return element("li", { className: `k${i % COLOURS}` }, words, total);
  }));
  if (curves.some(({ before }) => before.length)) part("legend").append(ghostLegend());
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
