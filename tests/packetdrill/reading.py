"""Scripts of a line or two, read: what tests of the language begin with."""

from pathlib import Path
from typing import Any, Final

import pytest

from tcpsim.packetdrill import Mistake, Script, ScriptError, load, parse
from tcpsim.packetdrill.script import Action, Call, Event, Inbound, Outbound, SegmentPattern

SCRIPTS: Final = Path(__file__).parent / "scripts"


def script(name: str, **defines: str) -> Script:
    """One of the scripts that stand beside these tests."""
    return load(SCRIPTS / f"{name}.pkt", defines)


def event(text: str) -> Event:
    """The one event that the text is."""
    (only,) = parse(text, "test.pkt").events
    return only


def action(text: str) -> Action:
    """What happens at the time 0."""
    return event(f"0 {text}").action


def call(text: str) -> Call:
    found = action(text)
    assert isinstance(found, Call)
    return found


def value(text: str) -> Any:
    """What a call is given."""
    (only,) = call(f"close({text}) = 0").arguments
    return only


def segment(text: str) -> SegmentPattern:
    """A segment, with its direction in front."""
    match action(text):
        case Inbound(SegmentPattern() as found) | Outbound(found):
            return found
    raise AssertionError(f"{text} is no segment")


def mistakes(text: str, **defines: str) -> tuple[Mistake, ...]:
    """All that is wrong with a script, which cannot be read."""
    with pytest.raises(ScriptError) as caught:
        parse(text, "test.pkt", defines)
    assert str(caught.value)
    return caught.value.mistakes


def mistake(text: str, **defines: str) -> Mistake:
    """The one thing that is wrong with a script."""
    (only,) = mistakes(text, **defines)
    return only
