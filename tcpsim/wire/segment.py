"""The TCP segment, immutable (RFC 9293 §3.1). It knows nothing of states, time or hosts.

Field names are the RFC's without the "SEG." in front: `seq`, `ack`, `wnd`, `up`; `length` is SEG.LEN, the octets a
segment occupies in sequence space, counting SYN and FIN.
"""

from typing import Any, Final, NoReturn

from tcpsim.wire.flags import ACK, FIN, RST, SYN
from tcpsim.wire.options import Option
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import MASK


class Segment:
    """One TCP segment with its socket pair.

    Numbers are the wire's: `seq` and `ack` in 0 … 2³²−1, `wnd` and `up` in 0 … 65,535, ports in 0 … 65,535, addresses
    as text ("192.0.2.1", "2001:db8::1"). `wnd` is the field as sent, not yet shifted by the window scale. `ack` means
    something only when the ACK bit is set, and `up` only when URG is; otherwise each is what stands in its field,
    normally 0. No range is checked here, where it would cost every segment of every run: `encode_segment` refuses
    what cannot travel.
    """

    __slots__ = ("ack", "flags", "options", "pair", "payload", "seq", "up", "wnd")

    pair: SocketPair
    seq: int
    ack: int
    flags: int
    wnd: int
    payload: bytes
    options: tuple[Option, ...]
    up: int

    def __init__(
        self,
        src: str,
        sport: int,
        dst: str,
        dport: int,
        seq: int,
        ack: int,
        flags: int,
        wnd: int,
        payload: bytes = b"",
        options: tuple[Option, ...] = (),
        up: int = 0,
    ) -> None:
        self.pair = SocketPair(src, sport, dst, dport)
        self.seq = seq
        self.ack = ack
        self.flags = flags
        self.wnd = wnd
        self.payload = payload
        self.options = options
        self.up = up
        # Frozen by becoming a class whose __setattr__ refuses. Measured, this costs nothing, where a frozen
        # dataclass pays a method call for each field.
        self.__class__ = _FrozenSegment  # noqa: PLE0237 - __class__ is no slot of anyone's

    @property
    def src(self) -> str:
        """The source address."""
        return self.pair[0]

    @property
    def sport(self) -> int:
        """The source port."""
        return self.pair[1]

    @property
    def dst(self) -> str:
        """The destination address."""
        return self.pair[2]

    @property
    def dport(self) -> int:
        """The destination port."""
        return self.pair[3]

    @property
    def length(self) -> int:
        """SEG.LEN: octets of data, plus one for SYN and one for FIN (RFC 9293 §3.4). Nothing else is counted."""
        flags = self.flags
        return len(self.payload) + (flags & SYN != 0) + (flags & FIN != 0)

    @property
    def end(self) -> int:
        """The sequence number just after this segment: SEG.SEQ + SEG.LEN, modulo 2³²."""
        return (self.seq + self.length) & MASK

    @property
    def kind(self) -> str:
        """One word for what it is for: `RST`, `SYN-ACK`, `SYN`, `FIN`, `DATA`, `ACK`, or `none` (no flag, no data).

        The first that applies, so a FIN with data is a `FIN`; `ACK` means nothing but an acknowledgment.
        """
        flags = self.flags
        if flags & RST:
            return "RST"
        if flags & SYN:
            return "SYN-ACK" if flags & ACK else "SYN"
        if flags & FIN:
            return "FIN"
        if self.payload:
            return "DATA"
        return "ACK" if flags & ACK else "none"

    def option(self, kind: type[Any]) -> Any:
        """The first option of a class from `tcpsim.wire.options`, or None."""
        for option in self.options:
            if type(option) is kind:
                return option
        return None

    def fields(self) -> tuple[str, int, str, int, int, int, int, int, bytes, tuple[Option, ...], int]:
        """Every field, in the order of the constructor: `Segment(*segment.fields()) == segment`."""
        return (*self.pair, self.seq, self.ack, self.flags, self.wnd, self.payload, self.options, self.up)

    def replace(self, **changes: Any) -> "Segment":
        """A copy with some fields changed. Raises TypeError for a field that does not exist."""
        fields = dict(zip(_FIELD_NAMES, self.fields(), strict=True))
        unknown = changes.keys() - fields.keys()
        if unknown:
            raise TypeError(f"a segment has no field {', '.join(sorted(unknown))}; it has {', '.join(_FIELD_NAMES)}")
        return Segment(**{**fields, **changes})

    def __eq__(self, other: object) -> bool:
        return self.fields() == other.fields() if isinstance(other, Segment) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fields())

    def __repr__(self) -> str:
        from tcpsim.wire.notation import segment_notation

        return f"<Segment {self.src}:{self.sport} > {self.dst}:{self.dport} {segment_notation(self)}>"


_FIELD_NAMES = ("src", "sport", "dst", "dport", "seq", "ack", "flags", "wnd", "payload", "options", "up")


def segment_on(
    pair: SocketPair,
    seq: int,
    ack: int,
    flags: int,
    wnd: int,
    payload: bytes = b"",
    options: tuple[Option, ...] = (),
    up: int = 0,
) -> Segment:
    """A segment of the connection `pair`, from its local to its remote end. It shares the pair: it is not copied."""
    segment = _blank(Segment)
    segment.pair = pair
    segment.seq = seq
    segment.ack = ack
    segment.flags = flags
    segment.wnd = wnd
    segment.payload = payload
    segment.options = options
    segment.up = up
    segment.__class__ = _FrozenSegment
    return segment


_blank = object.__new__


class _FrozenSegment(Segment):
    """What every segment is once it has been built."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a segment is immutable: use segment.replace({name}=…)")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a segment is immutable")

    def __copy__(self) -> Segment:
        return self

    def __deepcopy__(self, memo: object) -> Segment:
        return self  # all it holds is immutable too

    def __reduce__(self) -> tuple[type[Segment], tuple[Any, ...]]:
        return Segment, self.fields()


# What `type()` says of any segment: for a driver that tells effects apart by their class.
FROZEN_SEGMENT: Final[type[Segment]] = _FrozenSegment
_FrozenSegment.__qualname__ = _FrozenSegment.__name__ = "Segment"
