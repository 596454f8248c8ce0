"""Mathematics as one types it: `-3x^2 sin(x^3)` becomes a function, read by a small parser and never by `eval`.

From weak to strong: lists, sums, products (written or implied, from left to right, so that 1/2x is ½·x), signs, powers. A
function without brackets takes the factors up to the next function: sin 2x cos x is sin(2x)·cos(x). The answer boxes of the
pages read the same language (`_ext/answers/expressions.js`).
"""

import re
from dataclasses import dataclass

import numpy as np

LONGEST = 500  # characters of an answer
DEEPEST = 40  # brackets inside each other
FUNCTIONS = {
    "exp": np.exp, "log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt, "cbrt": np.cbrt, "abs": np.abs, "sign": np.sign,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh,
    "cot": lambda x: 1 / np.tan(x), "sec": lambda x: 1 / np.cos(x), "csc": lambda x: 1 / np.sin(x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}  # fmt: skip
ALIASES = {"ln": "log", "lg": "log10", "ld": "log2", "sgn": "sign", "σ": "sigmoid", "sigma": "sigmoid", "logistic": "sigmoid",
           "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh",
           "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh"}  # fmt: skip
INVERSES = {"sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arsinh", "cosh": "arcosh", "tanh": "artanh"}
CONSTANTS = {"pi": np.pi, "π": np.pi, "e": np.e}
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "εϵ", "zeta": "ζ", "eta": "η", "theta": "θϑ", "kappa": "κ",
         "lambda": "λ", "mu": "μµ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φϕ", "chi": "χ", "psi": "ψ",
         "omega": "ω"}  # fmt: skip
LONG = {"lam": "lambda", "eps": "epsilon"}  # what a variable is called where Python has taken its name

NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-"))
PARTS = {"½": 1 / 2, "⅓": 1 / 3, "¼": 1 / 4, "⅔": 2 / 3, "¾": 3 / 4}
SIGNS = {"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/", "⁄": "/", "∕": "/"} | {c: c for c in "+-*/^()[]{},;|√∛"}
INVISIBLE = "\u200b\u2060\u2061\u2062\u2063"  # what comes along when a formula is copied from a page
CLOSING = {"(": ")", "[": "]", "{": "}"}


class NotUnderstood(ValueError):
    """What was typed is no expression; the message says where, in plain words."""


@dataclass(frozen=True)
class Token:
    """kind: number, variable, constant, function, end, or the sign itself. text: as typed. place: of its first character, from 1."""

    kind: str
    text: str
    place: int
    value: object = None


@dataclass(frozen=True)
class Node:
    """op: number, variable, list, call, neg or one of + - * / ^. shape: of the value, known before any variable has one."""

    op: str
    parts: tuple
    shape: tuple = ()


def function(source, variables=()):
    """A text, or nested lists of texts and numbers, as a function of the variables.

    source: as typed, such as "-3x^2 sin(x^3)" or "[2x, 1]". variables: their names; Greek ones may be typed as letters.
    Returns a function of one number each that gives an array, float64, NaN or infinite where the expression is not defined.
    Raises NotUnderstood, naming the character at which the reading stopped.

    >>> function("2x^2 y", ["x", "y"])(3, 5)
    array(90.)
    >>> function("3 sn(x)", ["x"])
    Traceback (most recent call last):
    labsupport.expressions.NotUnderstood: I do not know the name “sn” at character 3. Did you mean sin?
    """
    tree = parse(source, variables) if isinstance(source, str) else None
    parts = None if tree else [function(part, variables) if is_text(part) else part for part in source]

    def called(*arguments):
        with np.errstate(all="ignore"):
            if tree:
                return np.asarray(_value(tree, dict(zip(variables, map(np.float64, arguments)))))
            return np.array([part(*arguments) if callable(part) else part for part in parts], dtype=float)

    return called


def is_text(source) -> bool:
    """Whether it is a text, or a list with one somewhere in it."""
    return isinstance(source, str) or isinstance(source, (list, tuple)) and any(map(is_text, source))


def parse(text: str, variables=()) -> Node:
    """The tree of what was typed. Raises NotUnderstood."""
    if len(text) > LONGEST:
        raise NotUnderstood(f"That is too long: {len(text)} characters, and at most {LONGEST} are read.")
    try:
        return _Parser(text, variables).whole()
    except RecursionError:
        raise NotUnderstood("That is nested too deeply: write it in fewer steps.") from None


# from characters to tokens

def vocabulary(variables) -> dict:
    """Every name that may be typed -> (kind, canonical name). A variable comes before a function or constant of its name."""
    names = {name: ("function", ALIASES.get(name, name)) for name in [*FUNCTIONS, *ALIASES]}
    names |= {name: ("constant", name) for name in CONSTANTS}
    return names | {spelling: ("variable", name) for name in variables for spelling in spellings(name)}


def spellings(variable: str) -> list[str]:
    """The ways to type a variable: x1 and x_1; lam, lambda and λ."""
    stem, digits = re.fullmatch(r"(.*?)_?([0-9]*)", variable).groups()
    stems = [stem, LONG.get(stem, stem), *GREEK.get(LONG.get(stem, stem), "")]
    return [s + joint + digits for s in stems for joint in (["", "_"] if digits else [""])]


def _tokens(text, variables):
    names, plain, found, i = vocabulary(variables), text.translate(SUBSCRIPTS), [], 0
    while i < len(plain):
        new, i = _next_tokens(plain, i, names)
        found += new
    return [*found, Token("end", "", len(text) + 1)]


def _next_tokens(text, i, names):
    c = text[i]
    if c.isspace() or c in INVISIBLE:
        return [], i + 1
    if match := NUMBER.match(text, i):
        return [Token("number", match[0], i + 1, float(match[0]))], match.end()
    if c in PARTS:
        return [Token("number", c, i + 1, PARTS[c])], i + 1
    if c in RAISED:
        end = next((j for j in range(i, len(text)) if text[j] not in RAISED), len(text))
        raised = [_next_tokens("".join(RAISED[d] for d in text[i:end]), j, names)[0] for j in _starts(text[i:end])]
        inside = [Token(t.kind, t.text, i + 1, t.value) for part in raised for t in part]
        return [Token("^", "^", i + 1), Token("(", c, i + 1), *inside, Token(")", c, i + 1)], end
    if c.isalpha():
        return _names(text, i, names)
    if text.startswith("**", i):
        return [Token("^", "**", i + 1)], i + 2
    if c in SIGNS:
        return [Token(SIGNS[c], c, i + 1)], i + 1
    if c == "=":
        raise NotUnderstood(f"Leave out the = at character {i + 1}: type only what stands to the right of it.")
    raise NotUnderstood(f"I do not know the sign “{c}” at character {i + 1}.")


def _starts(raised):
    """Where the tokens of an exponent in small print begin: each sign, and the first digit of a run."""
    return [j for j, c in enumerate(raised) if c in "⁺⁻" or j == 0 or raised[j - 1] in "⁺⁻"]


def _names(text, i, names):
    """The names in a run of letters, the longest first: xsin is x·sin. Small letters are tried where capitals mean nothing."""
    longest_first = sorted(names, key=len, reverse=True)
    for typed in (text, text[:i] + text[i:].lower()):
        if len(typed) == len(text) and (split := _split(typed, i, longest_first)):
            found = [Token(names[name][0], text[j : j + len(name)], j + 1, names[name][1]) for j, name in split]
            return found, found[-1].place - 1 + len(found[-1].text)
    end = next((j for j in range(i, len(text)) if not (text[j].isalnum() or text[j] == "_")), len(text))
    raise NotUnderstood(_unknown(text[i:end], i + 1, names))


def _split(text, i, names):
    if i == len(text) or not text[i].isalpha():
        return []
    for name in names:
        if text.startswith(name, i) and (rest := _split(text, i + len(name), names)) is not None:
            return [(i, name), *rest]
    return None


def _unknown(word, place, names):
    near = [name for name in names if len(name) > 1 and _one_slip(word.lower(), name)]
    near.sort(key=lambda name: (name[0] != word[0].lower(), name in ALIASES, name))
    variables = ", ".join(dict.fromkeys(name for kind, name in names.values() if kind == "variable"))
    there = f"Here {variables} may occur" if variables else "Here only numbers may occur, with pi and e"
    advice = f"Did you mean {near[0]}?" if near else f"{there}, and functions such as sin, exp or sqrt."
    return f"I do not know the name “{word}” at character {place}. {advice}"


def _one_slip(word, name):
    """Whether one letter is missing, added or changed, or two neighbours are exchanged."""
    if len(word) > len(name):
        word, name = name, word
    same = next((k for k, (a, b) in enumerate(zip(word, name)) if a != b), len(word))
    if len(word) < len(name):
        return word[same:] == name[same + 1 :]
    exchanged = word[same : same + 2] == name[same : same + 2][::-1] and word[same + 2 :] == name[same + 2 :]
    return word[same + 1 :] == name[same + 1 :] or exchanged


# from tokens to a tree

class _Parser:
    def __init__(self, text, variables):
        self.tokens = _tokens(text, variables)
        self.i = 0
        self.bars = 0  # of absolute values that are open
        self.depth = 0  # of brackets
        self.variable = next(iter(variables), "2")

    @property
    def here(self):
        return self.tokens[self.i]

    def take(self, *kinds):
        if self.here.kind in kinds:
            self.i += 1
            return self.tokens[self.i - 1]
        return None

    def whole(self):
        if self.here.kind == "end":
            raise NotUnderstood("Nothing is typed yet.")
        tree = self.listing()
        if self.here.kind != "end":
            raise self.stray()
        return tree

    def listing(self):
        """Entries with commas between them, rows with semicolons; a single entry is itself."""
        rows = [[self.sum()]]
        while separator := self.take(",", ";"):
            rows += [[]] * (separator.kind == ";")
            rows[-1] = [*rows[-1], self.sum()]
        if all(len(row) == 1 for row in rows):
            rows = [[entry for row in rows for entry in row]]
        rows = [row[0] if len(row) == 1 else self.vector(row) for row in rows]
        return rows[0] if len(rows) == 1 else self.vector(rows)

    def vector(self, entries):
        shapes = [entry.shape for entry in entries]
        if len(set(shapes)) > 1:
            lengths = " and ".join(dict.fromkeys(str(s[0]) if s else "1" for s in shapes))
            raise NotUnderstood(f"The rows have different lengths, {lengths}: every row needs as many entries.")
        return Node("list", tuple(entries), (len(entries), *shapes[0]))

    def sum(self):
        left = self.term()
        while sign := self.take("+", "-"):
            left = self.joined(sign, left, self.term())
        return left

    def term(self):
        left = self.signed()
        while True:
            if sign := self.take("*", "/"):
                left = self.joined(sign, left, self.signed())
            elif self.at_factor():
                left = self.implied(left)
            else:
                return left

    def at_factor(self):
        """Whether a factor begins here without a sign before it."""
        after_bracket = self.tokens[self.i - 1].kind in ("|", *CLOSING.values())
        if self.here.kind == "number" and not after_bracket:
            raise NotUnderstood(f"The number {self.here.text} at character {self.here.place} stands right after “{self.tokens[self.i - 1].text}”: "
                                "write ^ for a power, * for a product.")
        return self.here.kind in ("number", "variable", "constant", "function", "√", "∛", *CLOSING) or self.here.kind == "|" and not self.bars

    def implied(self, left):
        return self.joined(Token("*", "a product", self.here.place), left, self.power())

    def signed(self):
        if sign := self.take("+", "-"):
            inner = self.signed()
            return inner if sign.kind == "+" else Node("neg", (inner,), inner.shape)
        return self.power()

    def power(self):
        base = self.atom()
        sign = self.take("^")
        return self.joined(sign, base, self.signed()) if sign else base

    def atom(self):
        token = self.here
        if token.kind in CLOSING:
            return self.group()
        if token.kind not in ("number", "variable", "constant", "function", "√", "∛", "|"):
            raise self.missing()
        self.i += 1
        if token.kind == "number":
            return Node("number", (token.value, token.text))
        if token.kind in ("variable", "constant"):
            return Node(token.kind, (token.value,))
        if token.kind == "function":
            return self.call(token)
        if token.kind == "|":
            return self.absolute(token)
        return self.applied(token, "sqrt" if token.kind == "√" else "cbrt", self.atom())

    def group(self):
        opening, bars, self.bars = self.take(*CLOSING), self.bars, 0
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood(f"There are more than {DEEPEST} brackets inside each other.")
        inner = self.listing()
        if not self.take(CLOSING[opening.kind]):
            raise self.unclosed(opening)
        self.bars, self.depth = bars, self.depth - 1
        return inner

    def absolute(self, opening):
        self.bars += 1
        inner = self.sum()
        if not self.take("|"):
            raise self.unclosed(opening)
        self.bars -= 1
        return self.applied(opening, "abs", inner)

    def call(self, token):
        exponent = None
        if sign := self.take("^"):
            exponent = self.power_of(token)
        if self.here.kind not in ("number", "variable", "constant", "function", "√", "∛", "|", "-", "+", *CLOSING):
            raise NotUnderstood(f"{token.text} at character {token.place} is applied to nothing: write {token.text}({self.variable}).")
        inside = self.atom() if self.here.kind in ("|", *CLOSING) else self.bare()
        value = self.applied(token, token.value, inside)
        return self.joined(sign, value, exponent) if exponent else value

    def power_of(self, token):
        """The exponent in sin^2(x). What sin^-1 says depends on whom one asks."""
        exponent = Node("neg", (self.atom(),)) if self.take("-") else self.atom()
        if exponent.op == "neg":
            inverse = f"{INVERSES[token.value]}({self.variable}) or " if token.value in INVERSES else ""
            raise NotUnderstood(f"A negative power of {token.text} at character {token.place} can mean two things: "
                                f"write {inverse}1/{token.text}({self.variable}).")
        return exponent

    def bare(self):
        """The argument of a function without brackets: the factors up to the next function."""
        if sign := self.take("+", "-"):
            inner = self.bare()
            return inner if sign.kind == "+" else Node("neg", (inner,), inner.shape)
        left = self.power()
        while self.at_factor() and self.here.kind != "function":
            left = self.implied(left)
        return left

    def applied(self, token, name, inside):
        if inside.shape:
            raise NotUnderstood(f"{token.text} at character {token.place} takes one number, not a list: write it in each entry.")
        return Node("call", (name, inside))

    def joined(self, sign, left, right):
        fits = {"+": left.shape == right.shape, "-": left.shape == right.shape, "*": not (left.shape and right.shape),
                "/": not right.shape, "^": not (left.shape or right.shape)}  # fmt: skip
        if not fits[sign.kind]:
            raise NotUnderstood(f"At character {sign.place} shapes {left.shape} and {right.shape} cannot be joined by {sign.text}.")
        return Node(sign.kind, (left, right), left.shape or right.shape)

    def missing(self):
        token = self.here
        if token.kind == "end":
            return NotUnderstood(f"Something is missing at the end, after {self.tokens[self.i - 1].text}")
        return NotUnderstood(f"Something is missing before {token.text} at character {token.place}.")

    def stray(self):
        if self.here.kind in CLOSING.values():
            return NotUnderstood(f"The bracket {self.here.text} at character {self.here.place} was never opened.")
        return NotUnderstood(f"I did not expect {self.here.text} at character {self.here.place}.")

    def unclosed(self, opening):
        what = "bar" if opening.kind == "|" else "bracket"
        if self.here.kind == "end":
            return NotUnderstood(f"The {what} {opening.text} at character {opening.place} is never closed.")
        return NotUnderstood(f"The {what} {opening.text} at character {opening.place} meets {self.here.text} at character {self.here.place}.")


# from a tree to a value

def _value(node, variables):
    if node.op == "number":
        return np.float64(node.parts[0])
    if node.op == "constant":
        return np.float64(CONSTANTS[node.parts[0]])
    if node.op == "variable":
        return variables[node.parts[0]]
    if node.op == "call":
        return FUNCTIONS[node.parts[0]](_value(node.parts[1], variables))
    values = [_value(part, variables) for part in node.parts]
    return np.array(values) if node.op == "list" else OPERATIONS[node.op](*values)


OPERATIONS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "neg": np.negative}
