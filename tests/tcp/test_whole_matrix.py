"""Every situation × every kind of segment × every number at an edge: is it what the rows say? (RFC 9293 §3.10.7)

What is right is computed in `oracle`, the situations are in `situations`, a `cell` is put to an endpoint. One test is
one situation, one kind of segment and one setting; it tells of the cells that differ, each with the rows it breaks.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import cell
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome import Outcome, Said, Situation
from situations import NUMBERS, PLACES, WITH_A_HOLE, Setting, endpoint

from tcpsim.tcp.profiles import RFC9293

KINDS: Final = {
    "SYN": "S",
    "SYN,ACK": "S.",
    "ACK": ".",
    "FIN": "F",
    "FIN,ACK": "F.",
    "RST": "R",
    "RST,ACK": "R.",
    "no flags": "-",
    "SYN,FIN": "SF",
    "SYN,FIN,ACK": "SF.",
    "SYN,RST": "SR",
    "PSH,ACK": "P.",
    "URG,ACK": "U.",
}
OCTETS: Final = (0, 5)
UP: Final = 3  # the urgent pointer of a segment with URG
WND: Final = 4000  # SEG.WND, another than the peer has offered before

AS_IN_793 = RFC9293.with_changes(rfc5961=False, rfc1337=False)
OTHERWISE = RFC9293.with_changes(syn_ack_to_duplicate_syn=True, figure_7=True, syn_in_time_wait="drop", syn_fin="drop")
SETTINGS: Final = {
    "plain": Setting(),
    "text across": Setting(NUMBERS["text across"]),
    "window 0": Setting(NUMBERS["FINs last"], 0),
    "window 3": Setting(NUMBERS["text across"], 3),
    "no RFC 5961": Setting(NUMBERS["SYNs last"], None, RFC9293.with_changes(rfc5961=False)),
    "no RFC 1337": Setting(NUMBERS["FINs last"], None, RFC9293.with_changes(rfc1337=False)),
    "ambiguities": Setting(NUMBERS["SYNs last"], None, OTHERWISE),
}
MORE: Final = {
    **{name: Setting(numbers) for name, numbers in NUMBERS.items() if name not in SETTINGS},
    **{f"window {octets}": Setting(window=octets) for octets in (1, 2, 4, 5, 6, 7)},
    "window 0, plain": Setting(window=0),
    "no RFC 5961, plain": Setting(profile=RFC9293.with_changes(rfc5961=False)),
    "neither, window 3": Setting(NUMBERS["FINs last"], 3, AS_IN_793),
    "window 5, edge across": Setting((0xFFFF_FFFF, 0xFFFF_FFFA), 5),
    "neither, text across": Setting(NUMBERS["text across"], None, AS_IN_793),
    "ambiguities, window 6": Setting(NUMBERS["FINs last"], 6, OTHERWISE),
    "challenge": Setting(profile=RFC9293.with_changes(syn_in_time_wait="challenge", rfc5961=False)),
}
HOLES: Final = {name: setting for name, setting in SETTINGS.items() if setting.window is None}
MORE_HOLES: Final = {name: setting for name, setting in MORE.items() if setting.window in {None, 6, 7}}


def cells(at: Situation, flags: str) -> Iterator[Said]:
    """Every number at an edge, and the one that makes the segment the last that was received."""
    edge = at.rcv_nxt + at.rcv_wnd
    for octets in OCTETS:
        length = octets + ("S" in flags) + ("F" in flags)
        numbers = (at.rcv_nxt - length, at.rcv_nxt - 1, at.rcv_nxt, at.rcv_nxt + 1, edge - 1, edge, edge + 1)
        for seq in dict.fromkeys(numbers):
            for ack in _acknowledgments(at, flags):
                said = Said(flags, seq, ack, octets, WND, UP if "U" in flags else 0)
                if _same_stream(at, said):
                    yield said


def _acknowledgments(at: Situation, flags: str) -> tuple[int | None, ...]:
    if "." not in flags:
        return (None,)
    oldest = at.una - at.max_wnd  # RFC 5961 §5
    numbers = (oldest - 1, oldest, at.una - 1, at.una, at.una + 1, at.nxt - 1, at.nxt, at.nxt + 1)
    return tuple(dict.fromkeys(numbers))


def _same_stream(at: Situation, said: Said) -> bool:
    """Whether it fits what is held above a hole: the peer sends one stream with one FIN at its end."""
    if at.held is None or "R" in said.flags:
        return True
    end = said.seq + ("S" in said.flags) + said.octets
    if "F" in said.flags:
        return end == at.held[1] if at.fin_held else end >= at.held[1]
    return not at.fin_held or not said.octets or end <= at.held[1]


def each(held_in: dict[str, Setting], places: Iterable[str]) -> pytest.MarkDecorator:
    params = [
        pytest.param(place, flags, setting, id=f"{place}: {kind}: {name}")
        for place in places
        for kind, flags in KINDS.items()
        for name, setting in held_in.items()
    ]
    return pytest.mark.parametrize(("place", "flags", "setting"), params)


def mistakes(place: str, flags: str, setting: Setting) -> str:
    at, _ = endpoint(place, setting)
    wrong = [told for said in cells(at, flags) if (told := cell.mistake(place, said, setting))]
    return "\n".join((f"{len(wrong)} cells are not as the rows say", *wrong[:5])) if wrong else ""


@each(SETTINGS, PLACES)
def test_what_the_rows_say(place: str, flags: str, setting: Setting) -> None:
    assert not mistakes(place, flags, setting)


@pytest.mark.slow
@each(MORE, PLACES)
def test_what_the_rows_say_at_other_numbers(place: str, flags: str, setting: Setting) -> None:
    assert not mistakes(place, flags, setting)


@each(HOLES, WITH_A_HOLE)
def test_what_the_rows_say_below_a_hole(place: str, flags: str, setting: Setting) -> None:
    assert not mistakes(place, flags, setting)


@pytest.mark.slow
@each(MORE_HOLES, WITH_A_HOLE)
def test_what_the_rows_say_below_a_hole_at_other_numbers(place: str, flags: str, setting: Setting) -> None:
    assert not mistakes(place, flags, setting)


def test_how_a_cell_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here by an oracle that has nothing happen."""
    monkeypatch.setattr(cell, "expected", lambda at, _said, _profile: Outcome(at))
    told = cell.mistake("ESTABLISHED", Said("F.", seq=1, ack=1, octets=5, wnd=WND), Setting(NUMBERS["SYNs last"]))
    assert told.splitlines() == [
        "ESTABLISHED (ISS 4294967295, IRS 4294967295)",
        "    at        SND.UNA 1, SND.NXT 1, RCV.NXT 1, RCV.WND 65535",
        "    arrives   F. 1:6(5) ack 1 win 4000",
        "    expected  state: ESTABLISHED",
        "    expected  path: stays",
        "    expected  sent: nothing",
        "    expected  delivered: 0",
        "    expected  told: []",
        "    expected  snd_wnd: 65535",
        "    expected  rcv_nxt: 1",
        "    expected  rcv_wnd: 65535",
        "    got       state: CLOSE-WAIT",
        "    got       path: CLOSE-WAIT",
        "    got       sent: . 1(0) ack 7 win 65529",
        "    got       delivered: 5",
        "    got       told: ['connection closing']",
        "    got       snd_wnd: 4000",
        "    got       rcv_nxt: 7",
        "    got       rcv_wnd: 65529",
        "    by rows   –",
    ]


# ---- not only at the edges ---------------------------------------------------------------------------------

numbers = st.integers(0, 0xFFFF_FFFF) | st.sampled_from([0xFFFF_FFFF, 0xFFFF_FFF0, 0, 0x7FFF_FFFF, 0x8000_0000])
profiles = st.builds(
    RFC9293.with_changes,
    rfc5961=st.booleans(),
    rfc1337=st.booleans(),
    syn_ack_to_duplicate_syn=st.booleans(),
    figure_7=st.booleans(),
    syn_in_time_wait=st.sampled_from(["reopen", "challenge", "drop"]),
    syn_fin=st.sampled_from(["accept", "drop"]),
    user_timeout=st.sampled_from([None, 300_000_000]),
)
windows = st.none() | st.integers(0, 12)
near = st.integers(-15, 15)
# Numbers half the circle apart have no order (§3.4), and `far` is counted from places up to a window away.
_HALF_LESS_A_WINDOW = (1 << 31) - (1 << 17)
far = st.integers(-_HALF_LESS_A_WINDOW, _HALF_LESS_A_WINDOW)


@st.composite
def segments(draw: st.DrawFn, at: Situation) -> Said:
    """Anything at all, most often near the numbers that decide."""
    flags = "".join(letter for letter in "SFRPU" if draw(st.integers(0, 3)) == 0)
    flags += "." if draw(st.integers(0, 4)) else ""
    octets = draw(st.sampled_from([0, 0, 1, 5]) | st.integers(0, 20))
    length = octets + ("S" in flags) + ("F" in flags)
    edge = at.rcv_nxt + at.rcv_wnd
    seq = draw(st.sampled_from([at.rcv_nxt, at.rcv_nxt, at.rcv_nxt - length, edge, edge - length])) + draw(
        st.just(0) | near | near | far
    )
    ack = draw(st.sampled_from([at.una, at.nxt, at.nxt, at.una - at.max_wnd])) + draw(st.just(0) | near | far)
    wnd = draw(st.sampled_from([0, 1, WND, 65_535]) | st.integers(0, 20))
    return Said(flags or "-", seq, ack if "." in flags else None, octets, wnd, draw(st.integers(1, 30)))


def any_segment_anywhere(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(PLACES)))
    setting = Setting((data.draw(numbers), data.draw(numbers)), data.draw(windows), data.draw(profiles))
    at, _ = endpoint(place, setting)
    told = cell.mistake(place, data.draw(segments(at)), setting)
    assert not told, told


@settings(derandomize=True, deadline=None, database=None, max_examples=400)
@given(st.data())
def test_any_segment_anywhere(data: st.DataObject) -> None:
    any_segment_anywhere(data)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, database=None, max_examples=5_000)
@given(st.data())
def test_very_many_segments_anywhere(data: st.DataObject) -> None:
    any_segment_anywhere(data)
