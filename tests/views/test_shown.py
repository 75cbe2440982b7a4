"""What `plot` and `statechart` return is a picture where a notebook shows it, and axes like any other."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tcpsim

SCENARIO = Path(__file__).parents[2] / "scenarios" / "opening" / "three-way-handshake.yaml"


def test_the_axes_of_a_ladder_are_shown_as_it_is_saved() -> None:
    run = tcpsim.run(SCENARIO)
    bundle = run.plot(theme="dark")._repr_mimebundle_()  # type: ignore[attr-defined]
    assert bundle["image/svg+xml"] == run.picture("svg", theme="dark").decode()
    assert bundle["text/plain"]


def test_those_of_a_statechart_too() -> None:
    shown = tcpsim.run(SCENARIO).statechart("client")
    assert isinstance(shown, Axes)
    assert "ESTABLISHED" in shown._repr_mimebundle_()["image/svg+xml"]  # type: ignore[attr-defined]


def test_axes_that_were_given_are_the_callers_to_show() -> None:
    ax = Figure().add_subplot()
    assert tcpsim.run(SCENARIO).plot(ax) is ax
    assert not hasattr(ax, "_repr_mimebundle_")
