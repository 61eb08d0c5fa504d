"use strict";
// Runs the program that was recorded while the network was built. Counts exceed 2**53, so all numbers are BigInt.

const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "//": floorDivide,
  "max": (a, b) => (a > b ? a : b),
  "min": (a, b) => (a < b ? a : b),
  "gcd": (a, b) => {
    while (b) [a, b] = [b, a % b];
    return a < 0n ? -a : a;
  },
};

const RELATIONS = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

// JavaScript cuts towards zero; a floor goes towards minus infinity.
function floorDivide(a, b) {
  const cut = a / b;
  return a % b !== 0n && (a < 0n) !== (b < 0n) ? cut - 1n : cut;
}

// The value of a step, calculated when it is needed: a step of another structure may divide by zero here.
function evaluator(steps, inputs) {
  const known = new Map();
  return (wanted) => {
    const waiting = [wanted];
    while (waiting.length) {
      const place = waiting.at(-1);
      const [name, left, right] = steps[place];
      const operation = OPERATIONS[name];
      if (!operation) known.set(place, name === "input" ? inputs[left] : BigInt(left));
      else if (!known.has(left)) waiting.push(left);
      else if (!known.has(right)) waiting.push(right);
      else known.set(place, operation(known.get(left), known.get(right)));
      if (known.has(place)) waiting.pop();
    }
    return known.get(wanted);
  };
}

// The structure whose guards all hold, and the values of its steps.
function structureAt(program, inputs) {
  const value = evaluator(program.steps, inputs);
  const holds = ([relation, left, right]) => RELATIONS[relation](value(left), value(right));
  return { structure: program.structures.find((structure) => structure.guards.every(holds)), value };
}
