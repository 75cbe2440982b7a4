"""What a reader may choose of a ladder."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from stories import lost_syn_ack, plain_handshake, three_hosts

from tcpsim.views.ladder import ladder, picture
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.options import Options
from tcpsim.views.theme import THEMES, theme


def words(**options: bool | str) -> list[str]:
    return [text.words for text in layout(lost_syn_ack(), options=Options(**options)).all_texts()]  # type: ignore[arg-type]


def test_absolute_numbers_are_those_of_the_wire() -> None:
    told = words(absolute=True)
    assert "SYN 100:100(0) <mss 1460>" in told
    assert "PSH-ACK 101:106(5) ack 301" in told


def test_the_window_on_every_label() -> None:
    assert "ACK 1:1(0) ack 1" in words()
    assert "ACK 1:1(0) ack 1 win 65535" in words(window=True)


def test_lanes_are_left_out() -> None:
    whole = layout(lost_syn_ack())
    assert all((whole.states, whole.timers, whole.marks, whole.blocked))
    assert not layout(lost_syn_ack(), options=Options(states=False)).states
    assert not layout(lost_syn_ack(), options=Options(timers=False)).timers
    bare = layout(lost_syn_ack(), options=Options(states=False, timers=False, apps=False))
    assert not any((bare.states, bare.timers, bare.marks, bare.blocked))
    assert [arrow.gid for arrow in bare.arrows] == [arrow.gid for arrow in whole.arrows]
    way = {
        name: abs(drawn.arrows[0].target.x - drawn.arrows[0].origin.x)
        for name, drawn in {"a": whole, "b": bare}.items()
    }
    assert way["b"] > 1.5 * way["a"]  # what the lanes leave is the arrows'


def test_a_crash_is_shown_though_calls_are_not() -> None:
    drawn = layout(three_hosts(), options=Options(apps=False, states=False))
    assert [mark.text.words for mark in drawn.marks] == ["crash, 2.000 s"]


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_has_its_own_paper_and_ink(name: str) -> None:
    look = theme(name)
    svg = picture(plain_handshake(), "svg", theme=name).decode()
    assert f"fill: {look.paper}" in svg
    assert f"fill: {look.text}" in svg


def test_on_given_axes_dark_ink_has_dark_paper() -> None:
    figure = Figure(figsize=(8, 5))
    canvas = FigureCanvasAgg(figure)
    ladder(plain_handshake(), ax=figure.subplots(), theme="dark")
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    width, height = canvas.get_width_height()
    place = 4 * (width * (height // 3) + width // 2)
    assert max(pixels[place : place + 3]) < 100


def test_what_there_is_not_is_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match="no theme 'sepia': there are light, dark, print"):
        ladder(plain_handshake(), theme="sepia")
    with pytest.raises(ValueError, match="there is no language 'xx'"):
        ladder(plain_handshake(), lang="xx")
    with pytest.raises(ValueError, match="cannot draw as 'gif': the formats are svg, png, pdf"):
        picture(plain_handshake(), "gif")
    with pytest.raises(TypeError, match="colour"):
        ladder(plain_handshake(), colour="red")  # type: ignore[call-arg]


def test_in_chinese_the_words_are_chinese_and_tcps_own_are_not() -> None:
    told = words(lang="zh")
    assert "丢失" in told
    assert "SYN-SENT" in told
    assert "PSH-ACK 1:6(5) ack 1" in told
    assert any(text.startswith("980 ms") and text != "980 ms later" for text in told)
