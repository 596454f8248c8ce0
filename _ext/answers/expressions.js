// Mathematics as one types it, read as `labsupport/expressions.py` reads it: the same grammar, the same words for what is not
// understood. A classic script and no module, so that a page opened from the disk has its boxes, too.
"use strict";

const Expressions = (() => {
  const LONGEST = 500, DEEPEST = 40;
  const FUNCTIONS = {
    exp: Math.exp, log: Math.log, log2: Math.log2, log10: Math.log10, sqrt: Math.sqrt, cbrt: Math.cbrt, abs: Math.abs, sign: Math.sign,
    sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan,
    sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh,
    cot: (x) => 1 / Math.tan(x), sec: (x) => 1 / Math.cos(x), csc: (x) => 1 / Math.sin(x),
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  };
  const ALIASES = {
    ln: "log", lg: "log10", ld: "log2", sgn: "sign", "σ": "sigmoid", sigma: "sigmoid", logistic: "sigmoid",
    arcsin: "asin", arccos: "acos", arctan: "atan", arsinh: "asinh", arcosh: "acosh", artanh: "atanh",
    arcsinh: "asinh", arccosh: "acosh", arctanh: "atanh",
  };
  const INVERSES = { sin: "arcsin", cos: "arccos", tan: "arctan", sinh: "arsinh", cosh: "arcosh", tanh: "artanh" };
  const CONSTANTS = { pi: Math.PI, "π": Math.PI, e: Math.E };
  const GREEK = {
    alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "εϵ", zeta: "ζ", eta: "η", theta: "θϑ", kappa: "κ", lambda: "λ",
    mu: "μµ", nu: "ν", xi: "ξ", rho: "ρ", sigma: "σ", tau: "τ", phi: "φϕ", chi: "χ", psi: "ψ", omega: "ω",
  };
  const LONG = { lam: "lambda", eps: "epsilon" };

  const NUMBER = /(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
  const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
  const RAISED = Object.fromEntries(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", (c, i) => [c, "0123456789+-"[i]]));
  const PARTS = { "½": 1 / 2, "⅓": 1 / 3, "¼": 1 / 4, "⅔": 2 / 3, "¾": 3 / 4 };
  const SIGNS = { "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/", "∕": "/" };
  for (const c of "+-*/^()[]{},;|√∛") SIGNS[c] = c;
  const INVISIBLE = "\u200b\u2060\u2061\u2062\u2063";
  const CLOSING = { "(": ")", "[": "]", "{": "}" };
  const NAMED = ["variable", "constant", "function", "√", "∛", "(", "[", "{"];

  class NotUnderstood extends Error {}
  const not = (words) => new NotUnderstood(words);
  const isLetter = (c) => c !== undefined && /\p{L}/u.test(c);
  const first = (count, test) => { for (let j = 0; j < count; j++) if (test(j)) return j; return count; };

  // from characters to tokens

  function vocabulary(variables) {
    const names = new Map();
    for (const name of [...Object.keys(FUNCTIONS), ...Object.keys(ALIASES)]) names.set(name, ["function", ALIASES[name] ?? name]);
    for (const name of Object.keys(CONSTANTS)) names.set(name, ["constant", name]);
    for (const name of variables) for (const spelling of spellings(name)) names.set(spelling, ["variable", name]);
    return names;
  }

  function spellings(variable) {
    const [, stem, digits] = variable.match(/^(.*?)_?([0-9]*)$/);
    const long = LONG[stem] ?? stem, joints = digits ? ["", "_"] : [""];
    return [stem, long, ...(GREEK[long] ?? "")].flatMap((s) => joints.map((joint) => s + joint + digits));
  }

  function tokens(text, variables) {
    const names = vocabulary(variables), plain = Array.from(text, (c) => (SUBSCRIPTS.includes(c) ? String(SUBSCRIPTS.indexOf(c)) : c));
    const found = [];
    for (let i = 0; i < plain.length;) {
      const [fresh, next] = nextTokens(plain, i, names);
      found.push(...fresh);
      i = next;
    }
    return [...found, { kind: "end", text: "", place: plain.length + 1 }];
  }

  function nextTokens(text, i, names) {
    const c = text[i], rest = text.length - i;
    if (/\s/.test(c) || INVISIBLE.includes(c)) return [[], i + 1];
    NUMBER.lastIndex = 0;
    const number = NUMBER.exec(text.slice(i).map((d) => (d.length > 1 ? "?" : d)).join(""));
    if (number) return [[{ kind: "number", text: number[0], place: i + 1, value: Number(number[0]) }], i + number[0].length];
    if (c in PARTS) return [[{ kind: "number", text: c, place: i + 1, value: PARTS[c] }], i + 1];
    if (c in RAISED) {
      const end = i + first(rest, (j) => !(text[i + j] in RAISED)), raised = text.slice(i, end).map((d) => RAISED[d]);
      const starts = raised.map((_, j) => j).filter((j) => "+-".includes(raised[j]) || j === 0 || "+-".includes(raised[j - 1]));
      const inside = starts.flatMap((j) => nextTokens(raised, j, names)[0]).map((token) => ({ ...token, place: i + 1 }));
      return [[{ kind: "^", text: "^", place: i + 1 }, { kind: "(", text: c, place: i + 1 }, ...inside, { kind: ")", text: c, place: i + 1 }], end];
    }
    if (isLetter(c)) return nameTokens(text, i, names);
    if (c === "*" && text[i + 1] === "*") return [[{ kind: "^", text: "**", place: i + 1 }], i + 2];
    if (c in SIGNS) return [[{ kind: SIGNS[c], text: c, place: i + 1 }], i + 1];
    if (c === "=") throw not(`Leave out the = at character ${i + 1}: type only what stands to the right of it.`);
    throw not(`I do not know the sign “${c}” at character ${i + 1}.`);
  }

  function nameTokens(text, i, names) {
    const longestFirst = Array.from(names.keys(), (name) => Array.from(name)).sort((a, b) => b.length - a.length);
    for (const typed of [text, text.map((c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c))]) {
      const split = splitNames(typed, i, longestFirst);
      if (split?.length) {
        const found = split.map(([j, name]) => {
          const [kind, value] = names.get(name.join(""));
          return { kind, text: text.slice(j, j + name.length).join(""), place: j + 1, value, length: name.length };
        });
        return [found, found.at(-1).place - 1 + found.at(-1).length];
      }
    }
    const end = i + first(text.length - i, (j) => !/[\p{L}\p{N}_]/u.test(text[i + j]));
    throw not(unknown(text.slice(i, end).join(""), i + 1, names));
  }

  function splitNames(text, i, names) {
    if (!isLetter(text[i])) return [];
    for (const name of names) {
      if (!name.every((c, k) => text[i + k] === c)) continue;
      const rest = splitNames(text, i + name.length, names);
      if (rest) return [[i, name], ...rest];
    }
    return null;
  }

  function unknown(word, place, names) {
    const small = word.toLowerCase();
    const rank = (name) => [name[0] !== small[0], name in ALIASES].map(Number).join("") + name;
    const near = [...names.keys()].filter((name) => name.length > 1 && oneSlip(small, name)).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    const variables = [...new Set([...names.values()].filter(([kind]) => kind === "variable").map(([, name]) => name))].join(", ");
    const there = variables ? `Here ${variables} may occur` : "Here only numbers may occur, with pi and e";
    return `I do not know the name “${word}” at character ${place}. ` +
      (near.length ? `Did you mean ${near[0]}?` : `${there}, and functions such as sin, exp or sqrt.`);
  }

  function oneSlip(one, other) {
    const [word, name] = one.length > other.length ? [other, one] : [one, other];
    const same = first(word.length, (k) => word[k] !== name[k]);
    if (Math.abs(word.length - name.length) > 1) return false;
    if (word.length < name.length) return word.slice(same) === name.slice(same + 1);
    const exchanged = word[same] === name[same + 1] && word[same + 1] === name[same] && word.slice(same + 2) === name.slice(same + 2);
    return word.slice(same + 1) === name.slice(same + 1) || exchanged;
  }

  // from tokens to a tree: {op, parts, shape}

  const node = (op, parts, shape = []) => ({ op, parts, shape });
  const same = (a, b) => a.length === b.length && a.every((n, i) => n === b[i]);
  const showShape = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

  class Parser {
    constructor(text, variables) {
      this.tokens = tokens(text, variables);
      this.i = this.bars = this.depth = 0;
      this.variable = variables[0] ?? "2";
    }

    get here() { return this.tokens[this.i]; }

    at(...kinds) { return kinds.includes(this.here.kind); }

    take(...kinds) { return this.at(...kinds) ? this.tokens[this.i++] : null; }

    whole() {
      if (this.at("end")) throw not("Nothing is typed yet.");
      const tree = this.listing();
      if (!this.at("end")) throw this.stray();
      return tree;
    }

    listing() {
      let rows = [[this.sum()]];
      for (let separator; (separator = this.take(",", ";"));) {
        if (separator.kind === ";") rows.push([]);
        rows.at(-1).push(this.sum());
      }
      if (rows.every((row) => row.length === 1)) rows = [rows.flat()];
      const entries = rows.map((row) => (row.length === 1 ? row[0] : this.vector(row)));
      return entries.length === 1 ? entries[0] : this.vector(entries);
    }

    vector(entries) {
      const [{ shape }] = entries;
      if (!entries.every((entry) => same(entry.shape, shape))) {
        const lengths = [...new Set(entries.map((entry) => String(entry.shape[0] ?? 1)))].join(" and ");
        throw not(`The rows have different lengths, ${lengths}: every row needs as many entries.`);
      }
      return node("list", entries, [entries.length, ...shape]);
    }

    sum() {
      let left = this.term();
      for (let sign; (sign = this.take("+", "-"));) left = this.joined(sign, left, this.term());
      return left;
    }

    term() {
      for (let left = this.signed(); ;) {
        const sign = this.take("*", "/");
        if (sign) left = this.joined(sign, left, this.signed());
        else if (this.atFactor()) left = this.implied(left);
        else return left;
      }
    }

    atFactor() {
      const { kind, text } = this.tokens[this.i - 1];
      if (this.at("number") && !["|", ")", "]", "}"].includes(kind)) {
        throw not(`The number ${this.here.text} at character ${this.here.place} stands right after “${text}”: ` +
          "write ^ for a power, * for a product.");
      }
      return this.at("number", ...NAMED) || (this.at("|") && !this.bars);
    }

    implied(left) { return this.joined({ kind: "*", text: "a product", place: this.here.place }, left, this.power(), true); }

    signed() { return this.withSign(() => this.signed(), () => this.power()); }

    withSign(again, plain) {
      const sign = this.take("+", "-");
      if (!sign) return plain();
      const inner = again();
      return sign.kind === "+" ? inner : node("neg", [inner], inner.shape);
    }

    power() {
      const base = this.atom(), sign = this.take("^");
      return sign ? this.joined(sign, base, this.signed()) : base;
    }

    atom() {
      if (this.at("(", "[", "{")) return this.group();
      const token = this.take("number", "variable", "constant", "function", "√", "∛", "|");
      if (!token) throw this.missing();
      if (token.kind === "number") return node("number", [token.value, token.text]);
      if (token.kind === "variable" || token.kind === "constant") return node(token.kind, [token.value]);
      if (token.kind === "function") return this.call(token);
      if (token.kind === "|") return this.absolute(token);
      return this.applied(token, token.kind === "√" ? "sqrt" : "cbrt", this.atom());
    }

    group() {
      const opening = this.take("(", "[", "{"), bars = this.bars;
      this.bars = 0;
      if (++this.depth > DEEPEST) throw not(`There are more than ${DEEPEST} brackets inside each other.`);
      const inner = this.listing();
      if (!this.take(CLOSING[opening.kind])) throw this.unclosed(opening);
      this.bars = bars;
      this.depth--;
      return inner;
    }

    absolute(opening) {
      this.bars++;
      const inner = this.sum();
      if (!this.take("|")) throw this.unclosed(opening);
      this.bars--;
      return this.applied(opening, "abs", inner);
    }

    call(token) {
      const sign = this.take("^"), exponent = sign && this.powerOf(token);
      if (!this.at("number", "|", "-", "+", ...NAMED)) {
        throw not(`${token.text} at character ${token.place} is applied to nothing: write ${token.text}(${this.variable}).`);
      }
      const value = this.applied(token, token.value, this.at("|", "(", "[", "{") ? this.atom() : this.bare());
      return sign ? this.joined(sign, value, exponent) : value;
    }

    powerOf(token) {
      const exponent = this.take("-") ? node("neg", [this.atom()]) : this.atom();
      if (exponent.op === "neg") {
        const inverse = token.value in INVERSES ? `${INVERSES[token.value]}(${this.variable}) or ` : "";
        throw not(`A negative power of ${token.text} at character ${token.place} can mean two things: ` +
          `write ${inverse}1/${token.text}(${this.variable}).`);
      }
      return exponent;
    }

    bare() {
      return this.withSign(() => this.bare(), () => {
        let left = this.power();
        while (this.atFactor() && !this.at("function")) left = this.implied(left);
        return left;
      });
    }

    applied(token, name, inside) {
      if (inside.shape.length) {
        throw not(`${token.text} at character ${token.place} takes one number, not a list: write it in each entry.`);
      }
      return node("call", [name, inside]);
    }

    joined(sign, left, right, implied = false) {
      const a = left.shape, b = right.shape;
      const fits = { "+": same(a, b), "-": same(a, b), "*": !(a.length && b.length), "/": !b.length, "^": !(a.length || b.length) };
      if (!fits[sign.kind]) {
        throw not(`At character ${sign.place} shapes ${showShape(a)} and ${showShape(b)} cannot be joined by ${sign.text}.`);
      }
      return { ...node(sign.kind, [left, right], a.length ? a : b), implied };
    }

    missing() {
      if (this.at("end")) return not(`Something is missing at the end, after ${this.tokens[this.i - 1].text}`);
      return not(`Something is missing before ${this.here.text} at character ${this.here.place}.`);
    }

    stray() {
      const { kind, text, place } = this.here;
      if (Object.values(CLOSING).includes(kind)) return not(`The bracket ${text} at character ${place} was never opened.`);
      return not(`I did not expect ${text} at character ${place}.`);
    }

    unclosed(opening) {
      const what = opening.kind === "|" ? "bar" : "bracket";
      if (this.at("end")) return not(`The ${what} ${opening.text} at character ${opening.place} is never closed.`);
      return not(`The ${what} ${opening.text} at character ${opening.place} meets ${this.here.text} at character ${this.here.place}.`);
    }
  }

  function parse(text, variables) {
    const length = Array.from(text).length;
    if (length > LONGEST) throw not(`That is too long: ${length} characters, and at most ${LONGEST} are read.`);
    return new Parser(text, variables).whole();
  }

  // from a tree to a value: a number, or nested arrays of them

  const OPERATIONS = {
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => a / b, "^": power, neg: (a) => -a,
  };

  function power(a, b) {
    return a === 1 ? 1 : a ** b; // 1 to any power is 1 for NumPy, also to NaN
  }

  function value({ op, parts }, variables) {
    if (op === "number") return parts[0];
    if (op === "constant") return CONSTANTS[parts[0]];
    if (op === "variable") return variables[parts[0]];
    if (op === "call") return FUNCTIONS[parts[0]](value(parts[1], variables));
    const values = parts.map((part) => value(part, variables));
    return op === "list" ? values : entrywise(OPERATIONS[op], ...values);
  }

  function entrywise(operation, a, b) {
    if (!Array.isArray(a) && !Array.isArray(b)) return operation(a, b);
    const entries = Array.isArray(a) ? a : b;
    return entries.map((_, i) => entrywise(operation, Array.isArray(a) ? a[i] : a, Array.isArray(b) ? b[i] : b));
  }

  // from a tree to TeX, for the preview

  const STRENGTH = { "+": 1, "-": 1, neg: 2, "*": 3, "/": 5, "^": 4 };
  const NAMES = { log: "\\ln", log2: "\\log_2", log10: "\\log_{10}", asin: "\\arcsin", acos: "\\arccos", atan: "\\arctan", sigmoid: "\\sigma" };
  const VARIANTS = ["epsilon", "phi"]; // as the book writes them
  const STANDARD = ["exp", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"];

  const strength = (tree) => (tree.op === "number" && /e/i.test(tree.parts[1]) ? 3 : STRENGTH[tree.op] ?? 6);
  const bracketed = (text) => `\\left(${text}\\right)`;
  const leads = ({ op, parts }) => op === "neg" || ("+-*".includes(op) && leads(parts[0])); // with a minus
  const behind = (level, tree) => (leads(tree) ? bracketed(tex(tree)) : atLeast(level, tree));
  const atLeast = (level, tree) => (strength(tree) < level ? bracketed(tex(tree)) : tex(tree));

  function tex(tree) {
    const { op, parts } = tree, [a, b] = parts;
    switch (op) {
      case "number": return numberTeX(b);
      case "constant": return a === "e" ? "e" : "\\pi";
      case "variable": return nameTeX(a);
      case "call": return callTeX(a, b);
      case "list": return listTeX(tree);
      case "neg": return `-${behind(3, a)}`;
      case "+": return `${tex(a)} + ${behind(1, b)}`;
      case "-": return `${tex(a)} - ${behind(3, b)}`;
      case "/": return `\\frac{${tex(a)}}{${tex(b)}}`;
      case "*": return productTeX(a, b);
      case "^": return powerTeX(a, b);
    }
  }

  function numberTeX(typed) {
    const [mantissa, exponent] = typed.split(/e/i);
    const part = { "½": "\\tfrac12", "⅓": "\\tfrac13", "¼": "\\tfrac14", "⅔": "\\tfrac23", "¾": "\\tfrac34" }[typed];
    return part ?? (exponent ? `${mantissa} \\cdot 10^{${Number(exponent)}}` : mantissa);
  }

  function nameTeX(name) {
    const slope = name.match(/^d(\p{L}+)_d(\p{L}+)$/u);
    if (slope) return `\\frac{d${slope[1]}}{d${slope[2]}}`;
    const [, stem, digits] = name.match(/^(.*?)_?([0-9]*)$/), long = LONG[stem] ?? stem;
    const letter = long in GREEK ? `\\${VARIANTS.includes(long) ? "var" : ""}${long}` : stem.length > 1 ? `\\mathrm{${stem.replace(/_/g, "\\_")}}` : stem;
    return digits ? `${letter}_{${digits}}` : letter;
  }

  function callTeX(name, inside) {
    if (name === "sqrt") return `\\sqrt{${tex(inside)}}`;
    if (name === "cbrt") return `\\sqrt[3]{${tex(inside)}}`;
    if (name === "abs") return `\\left|${tex(inside)}\\right|`;
    return functionTeX(name) + bracketed(tex(inside));
  }

  function functionTeX(name) {
    return NAMES[name] ?? (STANDARD.includes(name) ? `\\${name}` : `\\operatorname{${name.replace(/^a/, "ar")}}`);
  }

  function listTeX(tree) {
    const rows = tree.shape.length === 2 ? tree.parts.map((row) => row.parts) : tree.shape.length === 1 ? tree.parts.map((entry) => [entry]) : null;
    if (!rows) return bracketed(tree.parts.map(tex).join(",\\; "));
    return `\\begin{pmatrix}${rows.map((row) => row.map(tex).join(" & ")).join(" \\\\ ")}\\end{pmatrix}`;
  }

  function productTeX(a, b) {
    const left = atLeast(2, a), right = behind(3, b);
    return left + (/^[-\d.]|^\\t?frac\{?\d/.test(right) ? " \\cdot " : "\\,") + right;
  }

  function powerTeX(base, power) {
    const exponent = slashed(power);
    if (base.op === "call" && !["sqrt", "cbrt", "abs"].includes(base.parts[0])) {
      return `${functionTeX(base.parts[0])}^{${exponent}}${bracketed(tex(base.parts[1]))}`;
    }
    return `${strength(base) < 6 ? bracketed(tex(base)) : tex(base)}^{${exponent}}`;
  }

  // a fraction of two floors is too small to read in an exponent
  function slashed(tree) {
    const [a, b] = tree.parts;
    if (tree.op === "neg") return `-${slashed(a)}`;
    return tree.op === "/" ? `${atLeast(2, a)}/${atLeast(4, b)}` : tex(tree);
  }

  return { NotUnderstood, parse, value, tex };
})();
