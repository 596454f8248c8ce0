"""A SymPy expression as people type it: products with and without a sign, ^ and **, ln and log, small exponents, spaces or none."""

import sympy as sp

SMALL = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FUNCTIONS = {"log": ["ln", "log"], "Abs": ["abs"], "atan": ["arctan", "atan"], "asin": ["arcsin", "asin"], "acos": ["arccos", "acos"]}
GREEK = {"alpha": "α", "eta": "η", "kappa": "κ", "lam": "λ", "sigma": "σ", "tau": "τ", "phi": "φ", "eps": "ε", "delta": "δ"}


def spelled(tree, random) -> str:
    """One of the ways to type it; `random` decides which."""
    return _Spelling(random)(tree)


class _Spelling:
    def __init__(self, random):
        self.one_of = random.choice

    def __call__(self, tree) -> str:
        kind = next(k for k in ("Add", "Mul", "Pow", "Symbol", "Number", "NumberSymbol", "Function") if getattr(tree, f"is_{k}"))
        return getattr(self, kind.lower())(tree)

    def symbol(self, tree):
        return self.one_of([tree.name, GREEK.get(tree.name, tree.name)])

    def number(self, tree):
        if tree.is_Rational and not tree.is_Integer:
            return f"({tree.p}/{tree.q})"
        return str(tree) if tree >= 0 else f"({self.one_of('-−')}{-tree})"

    def numbersymbol(self, tree):
        return {sp.pi: self.one_of(["pi", "π"]), sp.E: "e"}[tree]

    def function(self, tree):
        name, inside = type(tree).__name__, self(tree.args[0])
        if name == "exp":
            return self.one_of([f"exp({inside})", f"e^({inside})", f"e**({inside})"])
        if name == "Abs":
            return self.one_of([f"abs({inside})", f"|{inside}|" if "|" not in inside else f"abs({inside})"])
        name = self.one_of(FUNCTIONS.get(name, [name]))
        bare = tree.args[0].is_Symbol
        return self.one_of([f"{name}({inside})", f"({name} {inside})" if bare else f"{name}({inside})"])

    def add(self, tree):
        terms = list(tree.args)
        text = self.bracketed(terms[0], sp.Add)
        for term in terms[1:]:
            space = self.one_of(["", " "])
            if term.could_extract_minus_sign():
                text += f"{space}{self.one_of('-−')}{space}{self.bracketed(-term, sp.Add)}"
            else:
                text += f"{space}+{space}{self.bracketed(term, sp.Add)}"
        return text

    def mul(self, tree):
        if tree.args[0] == -1:
            return f"-{self.bracketed(sp.Mul(*tree.args[1:]), sp.Add)}"
        above, below = tree.as_numer_denom()
        if below != 1 and self.one_of([True, False]):
            return f"({self(above)})/({self(below)})"
        text = ""
        for factor in tree.args:
            sign = self.one_of(["*", " ", "·", " * "])
            text += sign * bool(text) + f"({self(factor)})" if factor.is_Add or factor.is_Number or text else self.bracketed(factor, sp.Add)
        return text

    def pow(self, tree):
        base, exponent = tree.args
        if exponent == sp.S.Half:
            return self.one_of([f"sqrt({self(base)})", f"√({self(base)})"])
        if base == sp.E:
            return self.one_of([f"exp({self(exponent)})", f"e^({self(exponent)})"])
        simple = base.is_Symbol or base.is_Integer and base > 0
        below = self(base) if simple else f"({self(base)})"
        if exponent.is_Integer:
            return below + self.one_of([f"^{exponent}", f"**({exponent})", str(exponent).translate(SMALL)])
        return f"{below}{self.one_of(['^', '**'])}({self(exponent)})"

    def bracketed(self, tree, *kinds):
        return f"({self(tree)})" if isinstance(tree, kinds) else self(tree)
