"""A figure with a slider that needs no kernel: matplotlib draws every frame once, the browser's own range input shows them.

The HTML stands alone (no script, no identifier, no other file), so it is the same in the site, JupyterLab and Colab. Without
JavaScript and in print the first frame stands with its caption.
"""

import html
import io
import re
from dataclasses import dataclass
from urllib.parse import quote

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

STYLE = """\
.lab-slider{margin:1em 0;max-width:100%}
.lab-slider img{display:block;max-width:100%;height:auto}
.lab-slider img[hidden]{display:none!important}
.lab-slider-control{display:flex;flex-wrap:wrap;align-items:center;gap:.75em;min-height:44px}
.lab-slider-control label{display:flex;flex:1;align-items:center;gap:.75em;min-width:12em}
.lab-slider-control input{flex:1;min-width:8em;height:44px;margin:0;cursor:pointer}
.lab-slider-control input:focus-visible{outline:3px solid #0072B2;outline-offset:-3px}
.lab-slider-control output{font-variant-numeric:tabular-nums}
@media (scripting:none){.lab-slider-control{display:none}}
@media print{.lab-slider-control{display:none}}"""

MOVE = ("const f=this.closest('figure'),m=f.querySelectorAll('img'),t=m[this.value].dataset.value;"
        "m.forEach((e,i)=>e.hidden=i!=this.value);"
        "f.querySelector('output').value=t;this.setAttribute('aria-valuetext',t)")


@dataclass(frozen=True, repr=False)
class Slider:
    """Frames drawn already, shown as HTML. values: each frame's value as text ("h = 0.5"). alts: what each frame shows, in
    words. frames: each as SVG. size: of a frame in CSS pixels. start: the frame shown first."""

    parameter: str
    values: list
    frames: list
    alts: list
    caption: str
    size: tuple
    start: int

    def _repr_html_(self) -> str:
        images = "\n".join(self._image(i) for i in range(len(self.frames)))
        return f"""<figure class="lab-slider">
<style>
{STYLE}
</style>
{images}
<div class="lab-slider-control" style="max-width:{self.size[0]}px">
<label><span>Choose {html.escape(self.parameter)}</span>
<input type="range" min="0" max="{len(self.frames) - 1}" step="1" value="{self.start}" autocomplete="off" \
aria-valuetext="{html.escape(self.values[self.start])}" oninput="{html.escape(MOVE)}"></label>
<output aria-live="off" style="min-width:{max(map(len, self.values))}ch">{html.escape(self.values[self.start])}</output>
</div>
<figcaption>{html.escape(self.caption)}</figcaption>
</figure>"""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

    def __repr__(self):
        return f"{self.caption} [{self.values[self.start]}: {self.alts[self.start]}]"

    def _image(self, i):
        width, height = self.size
        hidden = "" if i == self.start else " hidden"
        return (f'<img width="{width}" height="{height}" decoding="sync" alt="{html.escape(self.alts[i])}" '
                f'data-value="{html.escape(self.values[i])}" src="{_data_uri(self.frames[i])}"{hidden}>')


def slider(draw, *, caption: str, alt, start: int = 0, width=4.6, height=3.1, rows=1, cols=1, format="{:g}",
           **parameter) -> Slider:
    """A figure with a slider over the values of one parameter: slider(draw, h=[1, 0.5, 0.1], caption=…, alt=…).

    draw: a function draw(ax, value) that draws one frame on empty axes (an array of axes, squeezed, if rows * cols > 1).
    caption: what to see. alt: what is there for someone who cannot see it: a text, or a function from the value to a text.
    start: the index of the frame shown first. width, height: of a frame in inches. format: how a value is written. parameter:
    its name and two or more values, in the order of the slider from left to right; an underscore in the name is shown as a
    space.

    Returns a `Slider`, which a notebook shows as HTML. The axes take the same place in every frame, as large as all of them
    allow. No figure is left open. Set limits in `draw`, or the scale changes from frame to frame.

    Raises TypeError for no parameter or more than one; ValueError for fewer than two values, an empty caption or alt, or a
    start that is no frame; RuntimeError naming the value where `draw` raises.

    >>> frames = slider(lambda ax, h: ax.plot([0, 1], [0, h]), h=[1, 0.5], caption="Steepness.", alt=lambda h: f"slope {h}")
    >>> frames
    Steepness. [h = 1: slope 1]
    """
    name, values = _parameter(parameter)
    _check_texts(draw, caption, alt)
    if not 0 <= start < len(values):
        raise ValueError(f"start is the index of a frame, 0 to {len(values) - 1}, got {start}")
    shown = name.replace("_", " ")
    texts = [f"{shown} = {format.format(value)}" for value in values]
    alts = [alt(value) if callable(alt) else alt for value in values]
    if blank := [text for text, words in zip(texts, alts) if not (isinstance(words, str) and words.strip())]:
        raise ValueError(f"alt gives no text for {blank[0]}: say what is there")
    figures = [_drawn(draw, value, text, width, height, rows, cols) for value, text in zip(values, texts)]
    _align(figures)
    size = round(96 * width), round(96 * height)
    return Slider(shown, texts, [_svg(figure) for figure in figures], alts, caption, size, start)


def _parameter(parameter):
    if len(parameter) != 1:
        given = ", ".join(parameter) or "none"
        raise TypeError(f"a slider has exactly one parameter, such as h=[1, 0.5, 0.1]; given: {given}")
    (name, values), = parameter.items()
    try:
        values = list(values)
    except TypeError:
        raise TypeError(f"{name} must be a list of values, got {type(values).__name__} {values!r}") from None
    if len(values) < 2:
        raise ValueError(f"a slider needs two or more values of {name}, got {len(values)}")
    return name, values


def _check_texts(draw, caption, alt):
    if not callable(draw):
        raise TypeError(f"draw must be a function draw(ax, value), got {type(draw).__name__}")
    if not (isinstance(caption, str) and caption.strip()):
        raise ValueError("a slider needs a caption: say what to see")
    if not (callable(alt) or isinstance(alt, str) and alt.strip()):
        raise ValueError("a slider needs alt, a text or a function from the value to a text: say what is there")


def _drawn(draw, value, text, width, height, rows, cols):
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")  # not pyplot's: nothing stays open
    axes = figure.subplots(rows, cols)
    before = set(plt.get_fignums())
    try:
        draw(axes, value)
    except Exception as error:
        raise RuntimeError(f"draw failed for {text}: {type(error).__name__}: {error}") from error
    opened = set(plt.get_fignums()) - before
    if opened:
        [plt.close(number) for number in opened]
        raise RuntimeError(f"draw opened a figure of its own for {text}: draw on the axes it is given")
    return figure


def _align(figures):
    """Give each axes the same box in every frame, inside of all those that each frame's own layout needs: nothing jumps."""
    for figure in figures:
        figure.draw_without_rendering()
    if len({len(figure.axes) for figure in figures}) > 1:
        raise ValueError("draw must make the same number of axes for every value")
    for group in zip(*(figure.axes for figure in figures)):
        boxes = [ax.get_position(original=True) for ax in group]
        x0, y0 = max(b.x0 for b in boxes), max(b.y0 for b in boxes)
        x1, y1 = min(b.x1 for b in boxes), min(b.y1 for b in boxes)
        for ax in group:
            ax.figure.set_layout_engine("none")
            ax.set_position([x0, y0, x1 - x0, y1 - y0])


def _svg(figure):
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "labsupport", "svg.fonttype": "path", "path.simplify": True, "savefig.dpi": 72}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return compact(buffer.getvalue())


# SVG for the wire: matplotlib writes for people and for editors

def compact(svg: str) -> str:
    """The same drawing in fewer characters: numbers rounded to hundredths, paths in steps, names short, nothing for editors."""
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"-?\d+\.\d+(e-?\d+)?", _rounded, svg)
    svg = _short_ids(svg)
    svg = re.sub(r' d="(.*?)"', _short_path, svg, flags=re.DOTALL)
    svg = re.sub(r'style="(.*?)"', _short_style, svg)
    svg = re.sub(r"\s+", " ", svg)
    return re.sub(r"> <", "><", svg).strip()


def _rounded(match):
    # a hundredth of a point is finer than any screen; small numbers are scales, which keep their digits
    number = float(match[0])
    return f"{number:.2f}".rstrip("0").rstrip(".") if abs(number) >= 1 else f"{number:.4g}"


def _short_ids(svg):
    """Keep only the identifiers that are used, numbered in order: short, and the same in every run."""
    used = list(dict.fromkeys(re.findall(r'(?:href="|url\()#(.*?)["\)]', svg)))
    names = {old: f"i{k}" for k, old in enumerate(used)}
    svg = re.sub(r' id="(.*?)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else "", svg)
    return re.sub(r'(href="|url\()#(.*?)(["\)])', lambda m: f"{m[1]}#{names[m[2]]}{m[3]}", svg)


CORNERS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0, "z": 0}  # of the commands that matplotlib writes


def _short_path(match):
    """The same path in steps, which are shorter to write than places; counted in hundredths, so that no error adds up."""
    here = first = (0, 0)
    text = last = ""
    for letter, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", match[1]):
        places = [round(100 * float(number)) for number in numbers.split()]
        if len(places) != 2 * CORNERS.get(letter, -1):
            return match[0]
        corners = list(zip(places[::2], places[1::2]))
        text += _steps(letter.lower() * (letter.lower() != last), corners, here)
        here = corners[-1] if corners else first
        first = here if letter == "M" else first
        last = "l" if letter == "M" else letter.lower()
    return f' d="{text}"'


def _steps(letter, corners, here):
    steps = [_hundredths(n) for x, y in corners for n in (x - here[0], y - here[1])]
    return letter + re.sub(r"^,", "" if letter else ",", "".join(n if n[0] == "-" else "," + n for n in steps))


def _hundredths(n):
    return re.sub(r"^(-?)0\.", r"\1.", f"{n / 100:.2f}".rstrip("0").rstrip(".")) if n else "0"


def _short_style(match):
    return re.sub(r"([:;]) ", r"\1", match[0])


def _data_uri(svg):
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), safe="/:=,;()'+-!$@*~._?")
