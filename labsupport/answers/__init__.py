"""The expected answers of the exercises, one module a chapter: `derivatives.py` holds `KEYS`, label -> `Key`.

A label starts with its chapter: "derivatives-cubic" is looked up in `answers/derivatives.py`, which is imported only then. To
add an exercise, add its `Key` there and name its label in the chapter's stub: `check("derivatives-cubic", answer)`.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Key:
    """What the answer to an exercise is held against.

    answer: a text in the names of `variables` ("3*x**2", which SymPy understands, too), a list of texts, a number or an array, or
    a function. at: the points at which a function is compared: numbers, arrays, or tuples with an entry for each of several variables. Left
    empty, the answer is a value. variables: the arguments of the function, as in "x" or "x y"; a function of one array has
    one. mistakes: hint -> the wrong answer that earns it, of the same kinds. tolerance: as in `witness.agree`. of: the
    original function, where its derivative is asked, so that giving it back unchanged is recognised. relative: whether small
    values have to be right to as many digits as large ones. ranges: variable -> (low, high), from which points are drawn where
    the answer is typed, in a box of the page or for `check_expression`; without `at`, also where it is code.

    >>> Key("3*x**2", at=[0, 1, 2], mistakes={"The exponent goes down by one.": "3*x**3"}, of="x**3").variables
    'x'
    """

    answer: Any
    at: Any = ()
    variables: str = "x"
    mistakes: dict = field(default_factory=dict)
    tolerance: float = 1e-6
    of: Any = None
    relative: bool = False
    ranges: dict = field(default_factory=dict)
