"""The derivatives that the usual slips give: a rule of differentiation applied to a formula, with one of its parts forgotten.

Chain rule: d f(u)/dx = f′(u) u′. Product rule: (f g)′ = f′ g + f g′. Sum rule: (f + g)′ = f′ + g′.
"""

from collections.abc import Iterator


def slips(formula, x) -> Iterator[tuple]:
    """What a student may have forgotten, and the wrong derivative it leads to.

    formula: a SymPy expression. x: the symbol by which its derivative is asked for. Yields (hint, wrong derivative).

    >>> import sympy; x = sympy.Symbol("x")
    >>> next(slips(sympy.sin(x**2), x))
    ('The inner derivative is missing: the slope of x**2 as a factor.', cos(x**2))
    """
    for inside in sorted({u for node in _nodes(formula) for u in node.args if u != x and u.has(x) and _encloses(node)}, key=str):
        yield from _of_chain(formula, inside, x)
    if formula.is_Mul:
        yield from _of_product(formula, [f for f in formula.args if f.has(x)], x)
    if formula.is_Add:
        yield from _of_sum(formula, x)


def _nodes(formula):
    from sympy import preorder_traversal

    return preorder_traversal(formula)


def _encloses(node):
    return node.is_Function or node.is_Pow


def _of_chain(formula, inside, x):
    """F(x, u) with u an inside: dF/dx = F_x + F_u u′."""
    from sympy import Dummy

    u = Dummy()
    outer = formula.xreplace({inside: u})
    by_x, by_u, slope = outer.diff(x).xreplace({u: inside}), outer.diff(u), inside.diff(x)
    yield f"The inner derivative is missing: the slope of {inside} as a factor.", by_x + by_u.xreplace({u: inside})
    yield f"The outer slope is taken at the inside, {inside}, not at {x}.", by_x + by_u.xreplace({u: x}) * slope
    yield f"The inside stays {inside}; its slope is a factor.", by_x + by_u.xreplace({u: slope})


def _of_product(formula, factors, x):
    from sympy import Mul

    if len(factors) < 2:
        return
    rest = formula / Mul(*factors)
    yield "The slope of a product is not the product of the slopes.", rest * Mul(*(f.diff(x) for f in factors))
    for factor in factors:
        missing = formula / factor * factor.diff(x)
        yield f"A term of the product rule is missing, the one with the slope of {factor}.", formula.diff(x) - missing
        yield f"The term with the slope of {factor} has the wrong sign.", formula.diff(x) - 2 * missing


def _of_sum(formula, x):
    for term in formula.args:
        if term.has(x):
            yield f"The term {term} has a slope, too.", formula.diff(x) - term.diff(x)
        else:
            yield f"The constant {term} has the slope 0.", formula.diff(x) + term
