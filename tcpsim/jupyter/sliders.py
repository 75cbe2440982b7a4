"""Sliders: a scenario, run again whenever the reader moves one, with another loss, delay or RTO.

Lives here: which sliders there are, and what each changes in the scenario. Must not be known here: how it is simulated
or drawn. ipywidgets is imported when somebody first wants sliders.
"""

from functools import cache
from os import PathLike
from typing import Any, Final

from tcpsim.api import Run, run
from tcpsim.scenario import Scenario, ScenarioError, load
from tcpsim.scenario.compile import network_of
from tcpsim.tcp.profiles import RFC9293

WITHOUT_THE_EXTRA: Final = "sliders need ipywidgets: pip install 'tcpsim[jupyter]'"
_MS: Final = 1_000  # µs
_CLEAR_OF_EVERYTHING: Final = "max-width: 100%; height: auto"


def sliders(scenario: str | PathLike[str] | Scenario, *, lang: str = "en") -> Any:
    """A scenario with sliders for loss, delay, the first RTO and the seed; moving one runs it again.

    `scenario` is a path or what `load` and `build` return. The widget's `run` is the Run that is shown. A delay or loss
    of a single direction stays what the scenario says. Raises ScenarioError for a scenario that cannot be understood,
    ImportError, saying how to install it, without ipywidgets.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    return _sliders()(scenario, lang)


def changes(scenario: Scenario, loss: float, delay: float, rto: float, seed: int) -> dict[str, str]:
    """What sliders in these places (per cent, ms, ms) change in a scenario, by dotted name: only what differs."""
    loss_now, delay_now, rto_now, seed_now = places(scenario)
    wanted = {
        "network.loss": (loss, loss_now, f"{loss:g}%"),
        "network.delay": (delay, delay_now, f"{delay:g}ms"),
        "profile.rto_initial": (rto, rto_now, f"{rto:g}ms"),
        "seed": (seed, seed_now, f"{seed}"),
    }
    return {name: written for name, (place, before, written) in wanted.items() if place != before}


def places(scenario: Scenario) -> tuple[float, float, float, int]:
    """Where the sliders stand for a scenario as it is: loss in per cent, delay and first RTO in ms, seed."""
    everywhere = network_of(scenario).everywhere
    rto = scenario.profile.over(RFC9293).rto_initial
    return round(float(everywhere.loss) * 100, 3), everywhere.delay / _MS, rto / _MS, scenario.seed


@cache
def _sliders() -> Any:
    """The widget's class."""
    try:
        from ipywidgets import HTML, FloatSlider, IntSlider, VBox
    except ImportError:
        raise ImportError(WITHOUT_THE_EXTRA) from None

    class Sliders(VBox):  # type: ignore[misc, unused-ignore] # without its types, any base will do
        """Four sliders, and the sequence diagram of the scenario as they stand."""

        def __init__(self, scenario: Scenario, lang: str) -> None:
            loss, delay, rto, seed = places(scenario)
            waits: Any = {
                "continuous_update": False,
                "style": {"description_width": "7em"},
                "layout": {"width": "34em"},
            }
            self._scenario = scenario
            self._lang = lang
            self.loss = FloatSlider(loss, min=0, max=max(60, loss), step=1, description="loss, %", **waits)
            self.delay = FloatSlider(delay, min=0, max=max(500, 4 * delay), step=5, description="delay, ms", **waits)
            self.rto = FloatSlider(
                rto, min=100, max=max(5_000, 2 * rto), step=100, description="first RTO, ms", **waits
            )
            self.seed = IntSlider(seed, min=0, max=max(100, seed), description="seed", **waits)
            self._verdict = HTML()
            self._picture = HTML()
            every = (self.loss, self.delay, self.rto, self.seed)
            super().__init__([*every, self._verdict, self._picture])
            for each in every:
                each.observe(self._moved, "value")
            self._moved()

        def _moved(self, _: Any = None) -> None:
            """Run it again, and show what happened now."""
            wanted = changes(self._scenario, self.loss.value, self.delay.value, self.rto.value, self.seed.value)
            try:
                self.run = run(self._scenario, changes=wanted)
                self._picture.value = _picture(self.run, self._lang)
                self._verdict.value = _verdict(self.run)
            except (ScenarioError, ValueError) as error:  # a value that the scenario forbids; too much to draw
                self._picture.value = ""
                self._verdict.value = _paragraph(str(error))

    return Sliders


def _picture(finished: Run, lang: str) -> str:
    """The diagram as markup, as wide as there is room for."""
    svg = finished.picture("svg", lang=lang).decode()
    return svg[svg.index("<svg ") :].replace("<svg ", f'<svg style="{_CLEAR_OF_EVERYTHING}" ', 1)


def _verdict(finished: Run) -> str:
    """How many segments it took, and which expectations no longer hold: a scenario expects what it was written for."""
    count = len(finished.segments)
    broken = sum(not result.held for result in finished.results)
    of = f"; {broken} of {len(finished.results)} expectations no longer hold" if broken else ""
    return _paragraph(
        f"{count:,} segments in {finished.trace.events[-1].time / 1e6:.3f} s{of}" if count else "No segments."
    )


def _paragraph(text: str) -> str:
    from html import escape

    return f"<p>{escape(text)}</p>"
