"""The stepper as a widget in a notebook (anywidget): the page's own markup, looks and script, and one thing more.

`step` is the number of the frame that is shown: Python reads it, and sets it. Lives here: the widget's class, made when
somebody first wants one, for anywidget need not be there. Must not be known here: what is in a run.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tcpsim.views.page.document import script, source

WITHOUT_THE_EXTRA = "the stepper in a notebook needs anywidget: pip install 'tcpsim[jupyter]'"


def widget(run: Mapping[str, Any], markup: str, palette: str) -> Any:
    """The widget that shows a stepper. Raises ImportError, saying how to install it, without anywidget."""
    return _stepper()(run=dict(run), markup=f"<style>{palette}</style>{markup}")


@cache
def _stepper() -> Any:
    try:
        from anywidget import AnyWidget
        from traitlets import Dict, Int, Unicode
    except ImportError:
        raise ImportError(WITHOUT_THE_EXTRA) from None

    class Stepper(AnyWidget):  # type: ignore[misc, unused-ignore] # without its types, any base will do
        """A run to go through step by step; `step` is the number of the frame that is shown, from 0."""

        _esm = script("widget.js")
        _css = source("stepper.css")
        run = Dict().tag(sync=True)
        markup = Unicode().tag(sync=True)
        step = Int(0).tag(sync=True)

    return Stepper
