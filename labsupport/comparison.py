"""An answer beside the right one: which entries are wrong, and whether a rule takes the one to the other.

A rule has to hold at every entry of every point.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from labsupport.witness import close, distances

FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(1, 4): "¼", Fraction(2, 3): "⅔", Fraction(3, 4): "¾"}


class Case(NamedTuple):
    """The right answer and the given one. expected, given: an array for each point. tolerance: as in `witness.close`. points: the
    arguments at each, none for a value. names: of the arguments. separate: whether the entries are numbers of their own, asked
    for together, and no array. relative: whether small entries have to be right to as many digits as large ones.

    >>> case = Case([np.array([1.0, 2.0, 3.0])], [np.array([1.0, 4.0, 9.0])])
    >>> case.wrong(), case.holds(np.square)
    ([array([False,  True,  True])], True)
    """

    expected: list
    given: list
    tolerance: float = 1e-6
    points: list = ()
    names: list = ()
    separate: bool = False
    relative: bool = False

    def wrong(self) -> list:
        """For each point which entries are wrong, a Boolean array of their shape; all of them where the shapes differ."""
        return [self._wrong(e, g) if e.shape == g.shape else np.ones(e.shape, bool) for e, g in zip(self.expected, self.given)]

    def _wrong(self, e, g):
        far = distances(e, g) > self.tolerance
        return far | ~np.isclose(g, e, self.tolerance, 0) if self.relative else far

    def right(self) -> list:
        """For each point whether the answer is right."""
        return [e.shape == g.shape and not w.any() for e, g, w in zip(self.expected, self.given, self.wrong())]

    def numbers(self) -> list | None:
        """The points, if each is one number: those at which a function of one variable is compared; else None."""
        single = len(self.names) == 1 and all(len(point) == 1 and isinstance(point[0], (int, float)) for point in self.points)
        return [point[0] for point in self.points] if single else None

    def agrees_in_shape(self) -> bool:
        """Whether the shapes are the expected ones, at every point."""
        return all(e.shape == g.shape for e, g in zip(self.expected, self.given))

    def equal(self, a, b) -> bool:
        """Whether two arrays are equal on the answer's own scale: entries that are all tiny are not all equal."""
        if np.shape(a) != np.shape(b):
            return False
        scale = max((np.max(np.abs(e), initial=0.0, where=np.isfinite(e)) for e in self.expected), default=0.0)
        allowed = max(self.tolerance, 1e-9) * np.maximum(np.abs(a), min(1.0, scale))
        return bool(np.all((a == b) | np.isfinite(a) & (np.abs(a - b) <= allowed)))

    def holds(self, transform) -> bool:
        """Whether the transformed right answer is the given one, at every point."""
        return all(self.equal(transform(e), g) for e, g in zip(self.expected, self.given))

    def heals(self, transform) -> bool:
        """Whether the transformed given answer is the right one, at every point."""
        return all(self.equal(e, transform(g)) for e, g in zip(self.expected, self.given))

    def varies(self) -> bool:
        """Whether the right entries differ enough for a rule that fits them all to say something."""
        e = np.abs(flat(self.expected))
        return bool(np.ptp(e) > self.tolerance * max(1.0, e.max()))

    def factors(self) -> list:
        """For each point the number that takes the right answer there to the given one; [] if there is none. Where both are 0
        any number does, and the point is left out."""
        pairs = [(e, g) for e, g in zip(self.expected, self.given) if np.any(e) or np.any(g)]
        largest = [np.argmax(np.abs(e)) for e, _ in pairs]
        factors = [g.flat[k] / e.flat[k] for (e, g), k in zip(pairs, largest)]
        fits = all(np.isfinite(c) and c != 0 and self.equal(c * e, g) for c, (e, g) in zip(factors, pairs))
        return factors if fits else []

    def fraction(self, factor) -> Fraction | None:
        """A factor as a fraction with a denominator up to 12; None if it is no such fraction."""
        simple = Fraction(float(factor)).limit_denominator(12)
        return simple if simple and close(float(simple), factor, self.tolerance) else None


def flat(arrays) -> np.ndarray:
    """The entries of several arrays in a line."""
    return np.concatenate([np.ravel(a) for a in arrays])


def common(factors: list) -> float | None:
    """The number that all factors are; None if they differ or there are none."""
    return factors[0] if factors and np.allclose(factors, factors[0], rtol=1e-6, atol=0) else None


def show_fraction(q: Fraction) -> str:
    """A fraction as text: ½, −⅔, 5/12, 3."""
    return FRACTIONS.get(abs(q), str(abs(q))) if q > 0 else "−" + show_fraction(-q)
