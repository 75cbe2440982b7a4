"""The segment: what it counts, that it cannot change, and that it is worth what it holds."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from wire_strategies import quick, segments

from tcpsim.wire import ACK, FIN, PSH, RST, SYN, URG, MaximumSegmentSize, Segment, Timestamps, WindowScale


def segment(flags: int = ACK, payload: bytes = b"", seq: int = 100, **more: Any) -> Segment:
    return Segment("192.0.2.1", 40_000, "192.0.2.2", 80, seq, 300, flags, 65_535, payload, **more)


@pytest.mark.row("A01")
@pytest.mark.parametrize(
    ("flags", "payload", "length"),
    [
        (SYN, b"", 1),
        (SYN | ACK, b"", 1),
        (FIN | ACK, b"", 1),
        (ACK, b"hello", 5),
        (FIN | ACK, b"hello", 6),
        (SYN | FIN, b"hello", 7),
        (ACK | PSH | URG | RST, b"", 0),
    ],
)
def test_syn_fin_and_data_occupy_sequence_space_and_nothing_else_does(flags: int, payload: bytes, length: int) -> None:
    options = (MaximumSegmentSize(1460),)
    assert segment(flags, payload, options=options, up=3).length == length
    assert segment(flags, payload).end == 100 + length


@pytest.mark.row("A03")
@pytest.mark.row("A04")
def test_the_end_wraps() -> None:
    assert segment(SYN, seq=0xFFFF_FFFF).end == 0
    assert segment(FIN, b"abc", seq=0xFFFF_FFFE).end == 2


@pytest.mark.parametrize(
    ("flags", "payload", "kind"),
    [
        (SYN, b"", "SYN"),
        (SYN | ACK, b"", "SYN-ACK"),
        (SYN | RST, b"", "RST"),
        (RST | ACK, b"", "RST"),
        (FIN | ACK, b"", "FIN"),
        (FIN | ACK | PSH, b"hello", "FIN"),
        (ACK | PSH, b"hello", "DATA"),
        (0, b"hello", "DATA"),
        (ACK, b"", "ACK"),
        (0, b"", "none"),
    ],
)
def test_its_kind(flags: int, payload: bytes, kind: str) -> None:
    assert segment(flags, payload).kind == kind


def test_an_option_is_found_by_its_class() -> None:
    syn = segment(SYN, options=(MaximumSegmentSize(1460), WindowScale(7), WindowScale(8)))
    assert syn.option(WindowScale) == WindowScale(7)
    assert syn.option(Timestamps) is None


def test_a_copy_with_changes() -> None:
    first = segment()
    second = first.replace(seq=101, payload=b"x")
    assert (second.seq, second.payload, second.ack) == (101, b"x", first.ack)
    assert first.seq == 100
    with pytest.raises(TypeError, match="a segment has no field colour, urgent; it has src, sport, dst"):
        first.replace(urgent=1, colour="red")


@pytest.mark.parametrize("name", ["seq", "flags", "payload", "length", "new"])
def test_it_cannot_be_changed(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"a segment is immutable: use segment\.replace\({name}=…\)"):
        setattr(segment(), name, 1)
    with pytest.raises(AttributeError, match="a segment is immutable"):
        delattr(segment(), name)


def test_it_cannot_be_built_again() -> None:
    fixed = segment()
    with pytest.raises(AttributeError):
        Segment.__init__(fixed, *segment(SYN).fields())
    assert fixed == segment()


@quick
@given(segments, segments)
def test_it_is_equal_when_every_field_is(one: Segment, other: Segment) -> None:
    twin = Segment(*one.fields())
    assert twin == one
    assert hash(twin) == hash(one)
    assert (one == other) is (one.fields() == other.fields())
    assert len({one, twin, one.replace(up=one.up ^ 1)}) == 2


def test_it_equals_nothing_that_is_no_segment() -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]  # not needed

    assert segment() != segment().fields()
    assert segment() == Anything()  # the other side has its say


@quick
@given(segments)
def test_it_travels_between_processes(original: Segment) -> None:
    again = pickle.loads(pickle.dumps(original))  # noqa: S301 - our own
    assert again == original
    assert type(again) is type(original)


def test_its_copy_is_itself() -> None:
    original = segment(SYN, options=(MaximumSegmentSize(1460),))
    assert copy.copy(original) is original
    assert copy.deepcopy([original])[0] is original


def test_it_is_a_segment_and_shows_itself() -> None:
    assert isinstance(segment(), Segment)
    assert type(segment()).__name__ == "Segment"
    assert repr(segment(PSH | ACK, b"hello")) == (
        "<Segment 192.0.2.1:40000 > 192.0.2.2:80 P. 100:105(5) ack 300 win 65535>"
    )
