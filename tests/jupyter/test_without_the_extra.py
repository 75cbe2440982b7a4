"""Without the extra, one sentence says how to install it; and nothing heavy is imported before it is wanted."""

import subprocess
import sys
from typing import Any

import pytest

import tcpsim
from tcpsim.jupyter import sliders as sliders_room
from tcpsim.views.page import widget as widget_room

APPS: Any = {"client": ["connect"], "server": ["listen"]}


def test_the_stepper_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    widget_room._stepper.cache_clear()
    with pytest.raises(
        ImportError, match=r"^the stepper in a notebook needs anywidget: pip install 'tcpsim\[jupyter\]'$"
    ):
        tcpsim.run(tcpsim.build(apps=APPS)).step()


def test_sliders_say_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    sys.modules["tcpsim.jupyter.sliders"]._sliders.cache_clear()
    with pytest.raises(ImportError, match=r"^sliders need ipywidgets: pip install 'tcpsim\[jupyter\]'$"):
        tcpsim.sliders(tcpsim.build(apps=APPS))
    assert sliders_room is tcpsim.sliders


def test_nothing_is_imported_before_it_is_wanted() -> None:
    script = (
        "import sys, tcpsim; tcpsim.sliders; tcpsim.run;"
        "print({'IPython', 'ipywidgets', 'anywidget', 'traitlets', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "set()\n"
