"""A formula in words, for what cannot hold one: the name of a table's column, the index of the search.

    >>> spoken("<math><msub><mi>η</mi><mi>k</mi></msub></math>")
    'eta sub k'
"""

import re
import unicodedata
from xml.etree import ElementTree

WORDS = {
    "∂": "partial", "∇": "nabla gradient", "∑": "sum", "∏": "product", "∫": "integral", "→": "to", "∞": "infinity",
    "⊙": "hadamard odot", "⊗": "otimes tensor product", "∘": "compose", "≈": "approximately", "≤": "at most", "≥": "at least",
    "≠": "not equal", "∈": "in", "√": "square root", "′": "prime", "‖": "norm", "∥": "norm", "⊤": "transpose", "ℝ": "R real",
}  # fmt: skip
BETWEEN = {"msub": "sub", "msup": "to the", "mfrac": "over", "munder": "under", "mover": "over", "mroot": "root"}


def spoken(mathml: str) -> str:
    return " ".join(words(ElementTree.fromstring(mathml)).split())


def words(element) -> str:
    parts = [words(child) for child in element] or [name(element.text or "")]
    if element.tag == "msup" and len(parts) == 2 and parts[1] in ("prime", "transpose"):
        return " ".join(parts)
    return f" {BETWEEN.get(element.tag, '')} ".join(parts)


def name(text: str) -> str:
    """Bold and italic letters as plain ones, Greek letters and signs by their names."""
    return " ".join(map(sign, unicodedata.normalize("NFKC", text))) if not text.isascii() else text


def sign(character: str) -> str:
    if character in WORDS:
        return WORDS[character]
    called = unicodedata.name(character, "")
    if called.startswith("GREEK"):
        return called.split("LETTER ")[-1].removesuffix(" SYMBOL").lower().replace("lamda", "lambda")
    return character if character.isalnum() else " "


LINKS = {"msub": "_", "msup": "^", "mfrac": "/"}


def linear(mathml: str) -> str:
    """A formula in one line of signs, as results of a search show it: `∂ L/∂ w_k`."""
    line = " ".join(signs(ElementTree.fromstring(mathml)).split())
    return re.sub(r"(?<=[(\[]) | (?=[)\],.;′])", "", line)


def signs(element) -> str:
    parts = [signs(child) for child in element] or [unicodedata.normalize("NFKC", element.text or "")]
    if element.tag == "msup" and parts[-1] == "′":
        return "".join(parts)
    return LINKS.get(element.tag, " ").join(parts)
