"""A slider is HTML that stands alone: one frame seen, every frame described, moved by the browser's own input."""

import gzip
import os
import re
import subprocess
import sys
from urllib.parse import unquote
from xml.etree import ElementTree

import html5lib
import numpy as np
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from matplotlib import pyplot as plt
from matplotlib import rc_context

from labsupport import figures, slider

HTML = "{http://www.w3.org/1999/xhtml}"


def secant(ax, h):
    figures.dress(ax, "x", "f(x)", origin=True)
    ax.set(xlim=(-1, 3), ylim=(-2, 7), title=f"h = {h:.2g}")
    figures.curve(ax, lambda x: np.sin(3 * x) + x**2, -1, 3, label="f")
    figures.curve(ax, lambda x: x * np.cos(x), -1, 3, label="g")
    figures.secant(ax, lambda x: np.sin(3 * x) + x**2, 1, h)
    ax.legend()


def line(ax, value):
    ax.plot([0, 1], [0, value])


def three(**changes):
    return slider(line, **{"h": [1, 0.5, 0.25], "caption": "A line.", "alt": lambda h: f"slope {h}", **changes})


def parsed(shown):
    return html5lib.parse(shown._repr_html_())


def frames(shown):
    return parsed(shown).findall(f".//{HTML}img")


def svg(img):
    kind, data = img.get("src").split(",", 1)
    assert kind == "data:image/svg+xml" and not re.search(r'[\s<>"#]', data)
    return unquote(data)


@pytest.mark.parametrize("start", [0, 2])
def test_exactly_one_frame_is_seen_and_each_is_described(start):
    images = frames(three(start=start))
    assert [i for i, img in enumerate(images) if img.get("hidden") is None] == [start]
    assert [img.get("alt") for img in images] == ["slope 1", "slope 0.5", "slope 0.25"]
    assert [img.get("alt") for img in frames(three(alt="a line"))] == ["a line"] * 3


def test_the_input_is_labelled_and_says_its_value():
    page = parsed(three(start=1, h=[1, 0.5, 0.25]))
    label = page.find(f".//{HTML}label")
    control = label.find(f"{HTML}input")  # inside its label: bound without an id
    assert "".join(label.itertext()).strip() == "Choose h"
    assert (control.get("min"), control.get("max"), control.get("value")) == ("0", "2", "1")
    assert control.get("aria-valuetext") == page.find(f".//{HTML}output").text == "h = 0.5"
    assert page.find(f".//{HTML}figcaption").text == "A line."
    assert not [e for e in page.iter() if e.get("id")] and not page.findall(f".//{HTML}script")


def test_names_and_texts_of_any_characters_arrive_as_they_are():
    shown = slider(line, learning_rate=[1, 2], format="{:.1f} <&>", caption='"a" < b & c', alt='<img> "quoted"')
    page = parsed(shown)
    assert page.find(f".//{HTML}output").text == "learning rate = 1.0 <&>"
    assert page.find(f".//{HTML}figcaption").text == '"a" < b & c'
    assert len(frames(shown)) == 2 and frames(shown)[0].get("alt") == '<img> "quoted"'


def test_every_frame_is_svg_of_the_same_size_with_axes_in_the_same_place():
    def growing(ax, k):  # tick labels of different widths would move the axes
        ax.plot([0, 10**k])

    roots = [ElementTree.fromstring(svg(img)) for img in frames(slider(growing, k=[0, 3, 6], caption="c", alt="a"))]
    width, height = figures.SETTINGS["figure.figsize"]
    assert {root.get("viewBox") for root in roots} == {f"0 0 {72 * width:g} {72 * height:g}"}
    clips = [root.find(".//{*}clipPath/{*}rect").attrib for root in roots]
    assert clips[0] == clips[1] == clips[2]


def test_no_identifier_in_a_frame_is_used_twice_or_missing():
    text = svg(frames(three())[0])
    defined, used = re.findall(r" id='(.*?)'", text), set(re.findall(r"(?:href='|url\()#(.*?)['\)]", text))
    assert len(defined) == len(set(defined)) and set(defined) == used


def test_twelve_frames_of_two_curves_are_small():
    with rc_context():
        figures.style()
        html = slider(secant, h=np.geomspace(1.5, 0.01, 12), caption="c", alt="a")._repr_html_().encode()
    assert len(html) < 300_000 and len(gzip.compress(html)) < 60_000


def test_frames_in_small_look_as_matplotlib_drew_them():
    """Rounding moves no point by more than a hundredth of a point: compare each number with the file unshortened."""
    from labsupport.slider import _drawn, compact

    with rc_context({"svg.hashsalt": "x"}):
        import io

        figure = _drawn(secant, 0.5, "", 5.4, 3.4, 1, 1)
        figure.savefig(buffer := io.StringIO(), format="svg")
    whole = re.sub(r"<metadata>.*?</metadata>", "", buffer.getvalue(), flags=re.DOTALL)
    before, after = (outlines(text) for text in (whole, compact(whole)))
    assert [name for name, _ in before] == [name for name, _ in after]
    np.testing.assert_allclose(*([n for _, corners in lines for n in np.ravel(corners)] for lines in (before, after)), atol=0.00501)


def outlines(svg) -> list:
    """Every line and curve of a picture, with absolute corners: ("lineTo", ((1.0, 2.0),)), …"""
    pen = RecordingPen()
    for path in re.findall(r' d="(.*?)"', svg, flags=re.DOTALL):
        parse_path(path, pen)
    return pen.value


def test_drawing_twice_in_two_processes_gives_the_same_bytes():
    code = ("from labsupport import slider; import sys; "
            "sys.stdout.write(slider(lambda ax, h: ax.plot([0, h]), h=[1, 2], caption='c', alt='a')._repr_html_())")
    first, second = (subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                                    env=os.environ | {"PYTHONHASHSEED": str(seed)}).stdout for seed in (1, 2))
    assert first == second and b"dc:date" not in first


def test_no_figure_is_left_open_and_no_setting_changed():
    before = dict(plt.rcParams)
    three()
    assert plt.get_fignums() == [] and dict(plt.rcParams) == before


def test_several_axes_are_given_as_an_array():
    def pair(axes, h):
        assert axes.shape == (2,)
        [line(ax, h) for ax in axes]

    slider(pair, h=[1, 2], cols=2, caption="c", alt="a")


def test_more_than_twenty_frames_raise_no_warning():
    assert len(slider(line, h=range(25), caption="c", alt="a").frames) == 25


def test_a_notebook_gets_html_and_a_terminal_the_caption():
    bundle = three()._repr_mimebundle_()
    assert bundle["text/plain"] == repr(three()) == "A line. [h = 1: slope 1]"
    assert bundle["text/html"].startswith('<figure class="lab-slider">')


def opens_its_own(ax, h):
    plt.figure()


def breaks_at_zero(ax, h):
    ax.plot([1 / h])


@pytest.mark.parametrize("call, error, words", [
    (lambda: slider(line, caption="c", alt="a"), TypeError, "exactly one parameter.*given: none"),
    (lambda: three(k=[1, 2]), TypeError, "given: h, k"),
    (lambda: three(h=[1]), ValueError, "two or more values of h, got 1"),
    (lambda: three(h=3), TypeError, "h must be a list of values, got int 3"),
    (lambda: three(caption=" "), ValueError, "needs a caption"),
    (lambda: three(alt=""), ValueError, "needs alt"),
    (lambda: three(alt=lambda h: "steep" if h > 0.5 else None), ValueError, "alt gives no text for h = 0.5"),
    (lambda: slider(line, h=[1, 2], caption="c"), TypeError, "alt"),
    (lambda: three(start=3), ValueError, "0 to 2, got 3"),
    (lambda: slider(3, h=[1, 2], caption="c", alt="a"), TypeError, "draw must be a function"),
    (lambda: slider(breaks_at_zero, h=[1, 0], caption="c", alt="a"), RuntimeError, "draw failed for h = 0: ZeroDivisionError"),
    (lambda: slider(opens_its_own, h=[1, 2], caption="c", alt="a"), RuntimeError, "opened a figure of its own for h = 1"),
    (lambda: slider(lambda ax, h: ax.twinx() if h > 1 else None, h=[1, 2], caption="c", alt="a"), ValueError, "same number of axes"),
])
def test_bad_input_is_told_at_the_door(call, error, words):
    with pytest.raises(error, match=words):
        call()
    assert plt.get_fignums() == []


@pytest.fixture
def shown(browser):
    """Shows sliders in a page of their own: shown(slider, …, settings of the browser's context)."""
    contexts = []

    def show(*sliders, **settings):
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.set_content("<!doctype html><title>t</title><style>#page img{display:inline}</style><main id=page>" + "".join(s._repr_html_() for s in sliders))
        return page

    yield show
    for context in contexts:
        context.close()


def state(page, k=0):
    figure = page.locator("figure").nth(k)
    seen = [img.get_attribute("alt") for img in figure.locator("img").all() if img.is_visible()]
    return seen, figure.locator("output").text_content(), figure.locator("input").get_attribute("aria-valuetext")


def test_arrow_keys_move_one_slider_and_not_its_neighbour(shown):
    page = shown(three(), three())
    page.get_by_label("Choose h").first.focus()
    for key, h in [("ArrowRight", 0.5), ("ArrowRight", 0.25), ("ArrowRight", 0.25), ("ArrowLeft", 0.5), ("Home", 1), ("End", 0.25)]:
        page.keyboard.press(key)
        assert state(page) == ([f"slope {h}"], f"h = {h}", f"h = {h}")
        assert state(page, 1)[0] == ["slope 1"]


def test_nothing_moves_when_a_frame_changes_and_the_page_of_a_phone_does_not_scroll_sideways(shown):
    page = shown(three(), viewport={"width": 375, "height": 700})
    boxes = lambda: [page.locator(s).bounding_box() for s in ("img:visible", "input", "figcaption")]
    before = boxes()
    page.locator("input").press("ArrowRight")
    assert boxes() == before and before[1]["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")


@pytest.mark.parametrize("how", ["without JavaScript", "in print"])
def test_where_it_cannot_move_the_first_frame_stands_with_its_caption(shown, how):
    page = shown(three(), java_script_enabled=how != "without JavaScript")
    if how == "in print":
        page.emulate_media(media="print")
    assert not page.locator("input").is_visible() and page.locator("figcaption").is_visible()
    assert [img.get_attribute("alt") for img in page.locator("img").all() if img.is_visible()] == ["slope 1"]
