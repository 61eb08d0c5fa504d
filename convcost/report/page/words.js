// Numbers as people read them, and elements. Text goes into the page as text, never as HTML, so that no name of a
// layer can do anything.

const UNKNOWN = "?";
const ABSENT = "–";
const SVG = "http://www.w3.org/2000/svg";

const grouped = (count) => count.toString().replace(/\B(?=(\d{3})+$)/g, ",");
const shown = (count) => (count === undefined ? ABSENT : count === null ? UNKNOWN : grouped(count));
const signed = (count) => (count > 0n ? "+" : "") + shown(count);
const big = (count) => (count === null || count === undefined ? count : BigInt(count));
const less = (a, b) => (a == null || b == null ? (a === undefined || b === undefined ? undefined : null) : a - b);
const summed = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0n), 0n);

// A count to two decimals, rounded half up before its letter is chosen: 3.86 G, 25.56 M; 512 as it is.
const POWERS = { K: "10³", M: "10⁶", G: "10⁹", T: "10¹²", P: "10¹⁵", E: "10¹⁸" };
function scaled(count) {
  let shown = String(count), size = 1n;
  for (const letter of Object.keys(POWERS)) {
    if ((count * 200n + size) / (2n * size) < 100_000n) break;
    size *= 1000n;
    const hundredths = (count * 200n + size) / (2n * size);
    shown = `${grouped(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, "0")} ${letter}`;
  }
  return shown;
}
const short = (count) => scaled(count).replace(/\.?0+(?= )/, "");

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

function svgElement(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A value of a slider as it is typed: numerators stay whole, and no float is ever shown.
function typed(slider, numerator) {
  if (slider.denominator === 1) return String(numerator);
  const digits = String(slider.denominator).length - 1;
  const text = String(numerator).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, "");
}
