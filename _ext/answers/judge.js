// Right, wrong with a hint, or not understood: the verdicts of `labsupport/exercises.py` on a typed answer, and its words for what
// is wrong in the usual ways.
"use strict";

const Judge = (() => {
  const PARTS = { "1/2": "½", "1/3": "⅓", "1/4": "¼", "2/3": "⅔", "3/4": "¾" };

  // sheet: {variables, points, expected, mistakes, tolerance, relative, separate}, from `sheets.sheet`
  function judge(sheet, text) {
    if (["", "...", "…"].includes(text.trim())) return { status: "not attempted", message: "not attempted yet" };
    try {
      const tree = Expressions.parse(text, sheet.variables);
      const given = places(sheet).map((point) => array(Expressions.value(tree, named(sheet, point))));
      return compare(sheet, given);
    } catch (error) {
      if (!(error instanceof Expressions.NotUnderstood)) throw error;
      return { status: "error", message: error.message };
    }
  }

  const places = (sheet) => (sheet.points.length ? sheet.points : [[]]);
  const named = (sheet, point) => Object.fromEntries(point.map((x, i) => [sheet.variables[i], x]));
  const where = (sheet, point) => point.map((x, i) => `${sheet.variables[i]} = ${showNumber(x)}`).join(", ");

  // a value as {shape, entries}
  function array(value) {
    const shape = [];
    for (let v = value; Array.isArray(v); v = v[0]) shape.push(v.length);
    return { shape, entries: [value].flat(Infinity).map(Number) };
  }

  function compare(sheet, given) {
    const points = places(sheet), expected = sheet.expected.map(array), single = !sheet.points.length;
    const nan = given.findIndex(({ entries }) => entries.some(Number.isNaN));
    if (nan >= 0) {
      const subject = single ? "this is" : `at ${where(sheet, points[nan])} your function gives`;
      return wrong(`not yet: ${subject} NaN. Is it 0/0, ∞/∞ or 0·∞, or the root or logarithm of a negative number?`);
    }
    const right = expected.map((e, i) => close(e, given[i], sheet.tolerance) && (!sheet.relative || near(e, given[i], sheet.tolerance)));
    if (right.every(Boolean)) return { status: "right", message: points.length > 1 ? `right at all ${points.length} points` : "right" };
    const k = right.indexOf(false);
    const shown = evidence(sheet, expected[k], given[k], single ? "" : where(sheet, points[k]));
    const advice = hint(sheet, given) ?? howItIsOff(sheet, expected, given, right);
    return wrong(`not yet${shown}${advice ? ` ${advice}` : ""}`);
  }

  // what is wrong at the first point: the number given, or the first wrong entry beside the expected one
  function evidence(sheet, e, g, where) {
    if (!g.shape.length && !e.shape.length) return `. ${where ? `At ${where} yours gives` : "Yours is"} ${showNumber(g.entries[0])}.`;
    if (!same(e.shape, g.shape) || e.entries.length < 3 || sheet.separate) return ".";
    const [i] = wrongEntries(e, g, sheet.tolerance);
    const yours = showNumber(g.entries[i]), expected = showNumber(e.entries[i]);
    return `${where ? `. For ${where}` : ""}, at [${index(i, e.shape).join(", ")}]: yours ${yours}, expected ${expected}.`;
  }

  const wrong = (message) => ({ status: "wrong", message });

  // |a - b| <= tolerance * max(1, |a|) in every entry
  function close(a, b, tolerance) {
    const one = (x, y) => x === y || Math.abs(x - y) / Math.max(1, Math.abs(x)) <= tolerance;
    return same(a.shape, b.shape) && a.entries.every((x, i) => one(x, b.entries[i]));
  }

  const same = (a, b) => a.length === b.length && a.every((n, i) => n === b[i]);
  const near = (e, g, share) => same(e.shape, g.shape) && e.entries.every((x, i) => g.entries[i] === x || Math.abs(g.entries[i] - x) <= share * Math.abs(x));
  const all = (values, given, tolerance) => values.map(array).every((e, i) => close(e, given[i], tolerance));

  function hint(sheet, given) {
    return sheet.mistakes.find(([, values]) => all(values, given, sheet.tolerance))?.[0];
  }

  function howItIsOff(sheet, expected, given, right) {
    const odd = expected.findIndex((e, i) => !same(e.shape, given[i].shape));
    if (odd >= 0) return offInShape(expected[odd], given[odd], sheet.tolerance);
    const flat = (values) => ({ shape: [], entries: values.flatMap(({ entries }) => entries) });
    const e = flat(expected), g = flat(given);
    if (near(e, g, 5e-3)) return "That is close. Give more digits or the exact expression; or a whole number, if a count is asked for.";
    return offBySign(e, g, sheet) ?? offByFactor(e, g, sheet) ?? offByReciprocal(e, g, sheet) ?? offByConstant(e, g, sheet) ??
      [offAtPoints(sheet, right), offInEntries(sheet, expected, given, right)].filter(Boolean).join(" ");
  }

  function offInShape(e, g, tolerance) {
    if (e.shape.length === 2 && close(transposed(e), g, tolerance)) {
      return `It is transposed: yours has shape ${showShape(g.shape)}, expected ${showShape(e.shape)}.`;
    }
    const advice = !e.shape.length && g.entries.length === 1 ? " Give the number itself, without brackets." : "";
    const expected = e.shape.length ? `shape ${showShape(e.shape)}` : "a single number, shape ()";
    return `Yours has shape ${showShape(g.shape)}, expected ${expected}.${advice}`;
  }

  function transposed({ shape: [rows, columns], entries }) {
    return { shape: [columns, rows], entries: entries.map((_, k) => entries[(k % rows) * columns + Math.floor(k / rows)]) };
  }

  const changed = ({ shape, entries }, change) => ({ shape, entries: entries.map(change) });

  function offBySign(e, g, { tolerance }) {
    return close(changed(e, (x) => -x), g, tolerance) ? "The sign is flipped." : null;
  }

  function offByFactor(e, g, { tolerance }) {
    if (!e.entries.some(Boolean) || !g.entries.some(Boolean)) return null;
    const sizes = e.entries.map(Math.abs), largest = sizes.indexOf(Math.max(...sizes));
    const factor = g.entries[largest] / e.entries[largest];
    if (!Number.isFinite(factor)) return null;
    const [over, under] = fraction(factor), simple = over / under;
    const known = over !== 0 && Math.abs(simple - factor) / Math.max(1, Math.abs(simple)) <= tolerance;
    if (!close(changed(e, (x) => factor * x), g, tolerance) || !(varies(e, tolerance) || (known && Math.abs(over) <= 12))) return null;
    return `It is off by a constant factor: yours is ${known ? showFraction(over, under) : showNumber(factor, 4)} times the right answer.`;
  }

  // the nearest fraction with a denominator of at most 12
  function fraction(x) {
    let best = [Math.round(x), 1];
    for (let under = 2; under <= 12; under++) {
      const over = Math.round(x * under);
      if (Math.abs(x - over / under) < Math.abs(x - best[0] / best[1])) best = [over, under];
    }
    return best;
  }

  function showFraction(over, under) {
    const text = under === 1 ? String(Math.abs(over)) : `${Math.abs(over)}/${under}`;
    return (over < 0 ? "−" : "") + (PARTS[text] ?? text);
  }

  function varies({ entries }, tolerance) {
    const sizes = entries.map(Math.abs), most = Math.max(...sizes);
    return most - Math.min(...sizes) > tolerance * Math.max(1, most);
  }

  function offByReciprocal(e, g, { tolerance }) {
    const product = changed(e, (x, i) => x * g.entries[i]);
    return close(changed(e, () => 1), product, tolerance) ? "It is the reciprocal of the right answer." : null;
  }

  function offByConstant(e, g, { tolerance }) {
    const offset = g.entries[0] - e.entries[0];
    if (!varies(e, tolerance) || !Number.isFinite(offset) || !close(changed(e, (x) => x + offset), g, tolerance)) return null;
    return `It is off by a constant: yours is ${showNumber(Math.abs(offset))} too ${offset > 0 ? "large" : "small"} everywhere.`;
  }

  function offAtPoints(sheet, right) {
    if (!right.some(Boolean)) return null;
    let side = "";
    if (sheet.points.length && sheet.variables.length === 1) {
      const [good, bad] = [true, false].map((wanted) => sheet.points.map(([x]) => x).filter((_, i) => right[i] === wanted));
      const least = Math.min(...bad), most = Math.max(...bad), name = sheet.variables[0];
      if (least > Math.max(...good)) side = `, wrong for ${name} ≥ ${showNumber(least)}`;
      else if (most < Math.min(...good)) side = `, wrong for ${name} ≤ ${showNumber(most)}`;
    }
    return `It is right at ${right.filter(Boolean).length} of ${right.length} points${side}.`;
  }

  function offInEntries(sheet, expected, given, right) {
    const k = right.indexOf(false), e = expected[k];
    if (!e.shape.length) return null;
    const bad = wrongEntries(e, given[k], sheet.tolerance), size = e.entries.length;
    if (!sheet.separate && size >= 3) return bad.length === 1 ? "All other entries are right." : `${bad.length} of ${size} entries are wrong.`;
    const others = bad.length > 1 ? `, and so ${bad.length === 2 ? "is" : "are"} ${bad.length - 1} more` : "";
    return `Entry [${index(bad[0], e.shape).join(", ")}] is wrong${others}.`;
  }

  function wrongEntries(e, g, tolerance) {
    const one = (x) => ({ shape: [], entries: [x] });
    return e.entries.map((_, i) => i).filter((i) => !close(one(e.entries[i]), one(g.entries[i]), tolerance));
  }

  function index(i, shape) {
    const places = [];
    for (const length of [...shape].reverse()) {
      places.unshift(i % length);
      i = Math.floor(i / length);
    }
    return places;
  }

  const showShape = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

  // as Python's format(value, ".6g")
  function showNumber(value, digits = 6) {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    if (Object.is(value, -0)) return "-0";
    const [mantissa, power] = value.toExponential(digits - 1).split("e"), e = Number(power);
    const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
    if (e >= -4 && e < digits) return trimmed(value.toFixed(digits - 1 - e));
    return `${trimmed(mantissa)}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  }

  return { judge };
})();
