"""Numbers and arrays inside lists and dictionaries: what stands beside what in an expected value and in a given one."""

from collections.abc import Iterator
from dataclasses import dataclass

from labsupport.witness import as_array, short_repr


class Mismatch(Exception):
    """A list or dictionary that is not made as the expected one; the message says where."""


@dataclass(frozen=True)
class Shape:
    """The shape of an array inside lists and dictionaries of shapes, where a tuple would be one more list."""

    lengths: tuple


def pairs(expected, given, place: str = "") -> Iterator[tuple]:
    """The place, the expected and the given value of each number or array in lists and dictionaries.

    expected, given: numbers, arrays, or lists and dictionaries of them. place: where these two stand themselves. Raises Mismatch
    if the lists and dictionaries in the two are not alike.

    >>> list(pairs({"W": [1, 2], "b": 3}, {"b": 4, "W": [5, 6]}))
    [("['W']", [1, 2], [5, 6]), ("['b']", 3, 4)]
    """
    if isinstance(expected, dict):
        if not isinstance(given, dict) or set(given) != set(expected):
            keys = ", ".join(map(repr, expected))
            raise Mismatch(f"a dictionary with the keys {keys} is asked for{within(place)}, yours is {short_repr(given)}.")
        for name in expected:
            yield from pairs(expected[name], given[name], f"{place}[{name!r}]")
    elif _is_list_of_arrays(expected):
        if not isinstance(given, (list, tuple)) or len(given) != len(expected):
            raise Mismatch(f"a list of {len(expected)} values is asked for{within(place)}, yours is {short_repr(given)}.")
        for k, (each, own) in enumerate(zip(expected, given)):
            yield from pairs(each, own, f"{place}[{k}]")
    else:
        yield place, expected, given


def within(place: str) -> str:
    """A place as the end of a phrase: " in ['W']", or nothing for the whole."""
    return f" in {place}" if place else ""


def shapes(shape):
    """A tuple of lengths as a Shape, in lists and dictionaries of them too. Raises ValueError for anything else.

    >>> shapes({"W": (3, 2), "b": ()})
    {'W': Shape(lengths=(3, 2)), 'b': Shape(lengths=())}
    """
    if isinstance(shape, dict) and shape:
        return {name: shapes(each) for name, each in shape.items()}
    if isinstance(shape, list) and shape:
        return [shapes(each) for each in shape]
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError("a shape is a tuple of lengths, () for a number, or a list or dictionary of such tuples, got "
                         f"{short_repr(shape)}")
    return Shape(shape)


def _is_list_of_arrays(value):
    """Whether a list holds what cannot be one array: dictionaries, or arrays of several shapes."""
    if not isinstance(value, (list, tuple)):
        return False
    try:
        as_array(value)
    except TypeError:
        return True
    return False
