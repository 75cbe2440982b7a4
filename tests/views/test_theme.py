"""Every theme: words and lines can be seen, and nothing is told by colour alone (A6)."""

import pytest

from tcpsim.tcp.states import State
from tcpsim.views.theme import THEMES, theme


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_a6_ink_can_be_seen(name: str) -> None:
    look = theme(name)
    words = (look.text, look.quiet, look.call, look.timer, look.fired, look.alarm)
    strokes = [stroke.colour for stroke in (*look.segments.values(), *look.sides)]
    assert all(contrast(colour, look.paper) >= 4.5 for colour in (*words, *strokes))
    assert all(contrast(colour, look.paper) >= 3 for colour in (look.lifeline, look.outline, look.torn))
    assert all(contrast(look.text, fill) >= 7 for fill in (*look.states.values(), *look.fields))


@pytest.mark.parametrize("name", THEMES)
def test_a6_nothing_is_told_by_colour_alone(name: str) -> None:
    look = theme(name)
    assert set(look.states) == set(State)
    dashes = {stroke.dashes for stroke in look.segments.values()}
    assert len(dashes) == len(look.segments)
    assert look.sides[0].dashes != look.sides[1].dashes


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_state_has_its_own_colour_on_a_screen(name: str) -> None:
    states = theme(name).states
    assert len(set(states.values())) == len(states)


def test_in_print_no_area_is_filled_but_what_must_be_told_apart() -> None:
    look = theme("print")
    assert set(look.states.values()) == {look.paper}
    for colour in (look.text, look.alarm, look.fired, *(stroke.colour for stroke in look.segments.values())):
        assert len({colour[1:3], colour[3:5], colour[5:7]}) == 1


def test_an_unknown_theme_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no theme 'sepia': there are light, dark, print"):
        theme("sepia")
