"""The stepper as a widget, in a real browser, in the place of a notebook: anywidget's model is a small stand-in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reader import Reader

import tcpsim

LOST = Path(__file__).parents[2] / "scenarios" / "loss" / "syn-ack-lost.yaml"

NOTEBOOK = """\
<!DOCTYPE html><html lang="en"><head><style>%(css)s</style></head><body data-jp-theme-light="%(light)s">
<input id="cell"><div id="one"></div><div id="two"></div>
<script>
class Model {
  constructor(values) { this.values = values; this.heard = {}; this.saved = 0; }
  get(name) { return this.values[name]; }
  set(name, value) {
    if (this.values[name] === value) return;
    this.values[name] = value;
    (this.heard[`change:${name}`] || []).forEach(f => f());
  }
  on(name, f) { (this.heard[name] ||= []).push(f); }
  off(name, f) { this.heard[name] = (this.heard[name] || []).filter(g => g !== f); }
  save_changes() { this.saved += 1; }
}
</script>
<script type="module">%(esm)s
window.widget = widget;
window.models = [1, 2].map(() => new Model(%(values)s));
window.cleanups = ["one", "two"].map((id, n) => widget.render({ model: models[n], el: document.getElementById(id) }));
</script></body></html>
"""


def notebook(*, light: bool = True) -> str:
    """A page with two steppers of one run in it, as a notebook would have them."""
    pytest.importorskip("anywidget", reason="no widget tests: pip install 'tcpsim[jupyter]'")
    stepper = tcpsim.run(LOST).step()
    values = json.dumps({"run": stepper.run, "markup": stepper.markup, "step": stepper.step}).replace("<", "\\u003c")
    esm = stepper._esm.replace("export default", "const widget =")
    return NOTEBOOK % {"css": stepper._css, "esm": esm, "values": values, "light": str(light).lower()}


@pytest.fixture
def reader(chromium: Any, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(chromium).opens(notebook(), tmp_path)
    yield reader
    reader.leaves()


def steps(reader: Reader) -> list[str]:
    return [str(each.get_attribute("data-step")) for each in reader.page.locator(".tcpsim").all()]


def test_each_has_its_own_step_and_python_knows_it(reader: Reader) -> None:
    assert steps(reader) == ["0", "0"]
    reader.page.locator("#one [data-part=forward]").click(click_count=3)
    reader.page.locator("#two [data-part=last]").click()
    assert steps(reader) == ["3", "33"]
    assert reader.page.evaluate("models.map(model => model.get('step'))") == [3, 33]
    assert reader.page.evaluate("models[0].saved") >= 3


def test_python_may_set_the_step(reader: Reader) -> None:
    reader.page.evaluate("models[0].set('step', 12)")
    assert steps(reader) == ["12", "0"]
    assert "1.040 s" in reader.reads("#one [data-part=clock]")


def test_it_plays_though_python_hears_of_every_step(reader: Reader) -> None:
    reader.page.locator("#one [data-part=speed]").select_option("250")
    reader.page.locator("#one [data-part=play]").click()
    reader.waits_for(3)


def test_keys_are_for_the_stepper_that_has_the_focus_and_for_no_cell(reader: Reader) -> None:
    reader.page.focus("#cell")
    reader.presses("ArrowRight", "End", "Space")
    assert steps(reader) == ["0", "0"]
    reader.page.focus("#two [data-part=diagram]")
    reader.presses("ArrowRight", "ArrowRight")
    assert steps(reader) == ["0", "2"]


def test_it_leaves_nothing_behind(reader: Reader) -> None:
    reader.page.locator("#one [data-part=play]").click()
    reader.page.evaluate("cleanups.forEach(cleanup => cleanup())")
    assert reader.page.evaluate("models[0].heard['change:step'].length") == 0
    before = steps(reader)
    reader.page.wait_for_timeout(1_500)
    assert steps(reader) == before


@pytest.mark.parametrize(("light", "paper"), [(True, "rgb(255, 255, 255)"), (False, "rgb(17, 22, 28)")])
def test_it_has_the_theme_of_the_notebook(chromium: Any, tmp_path: Path, light: bool, paper: str) -> None:
    reader = Reader(chromium, color_scheme="light" if not light else "dark").opens(notebook(light=light), tmp_path)
    style = "getComputedStyle(document.querySelector('.tcpsim')).backgroundColor"
    assert reader.page.evaluate(style) == paper, "whatever the system's theme is"
    reader.leaves()
