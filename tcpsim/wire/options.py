"""TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018), as small immutable values in the order they stand on the wire.

A segment carries a tuple of them, so nothing of the wire is lost on the way in or out: two spellings of the same
facts (a NOP more, another order) are two different tuples. A segment without options carries `()`.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class EndOfOptions:
    """Kind 0: the list of options ends here. All that may follow is more of it, as padding (RFC 9293 §3.1, MUST-69)."""


@dataclass(frozen=True, slots=True)
class NoOperation:
    """Kind 1: one octet of padding."""


@dataclass(frozen=True, slots=True)
class MaximumSegmentSize:
    """Kind 2: the largest segment, in octets of data, that the sender of this SYN can receive (RFC 9293 §3.7.1)."""

    octets: int


@dataclass(frozen=True, slots=True)
class WindowScale:
    """Kind 3: how far to shift left the windows that the sender of this SYN will announce (RFC 7323 §2.2).

    The octet as sent; a receiver takes more than 14 for 14 (§2.3).
    """

    shift: int


@dataclass(frozen=True, slots=True)
class SackPermitted:
    """Kind 4: the sender of this SYN understands selective acknowledgments (RFC 2018 §2)."""


@dataclass(frozen=True, slots=True)
class Sack:
    """Kind 5: blocks received beyond the acknowledgment number, each (left edge, right edge) (RFC 2018 §3)."""

    blocks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Timestamps:
    """Kind 8: the sender's clock, and the clock it echoes (RFC 7323 §3.2)."""

    value: int
    echo: int


@dataclass(frozen=True, slots=True)
class UnknownOption:
    """Any other kind, or a known one with a length that is not its own, as it came: kind, and what follows the length.

    A receiver ignores it (RFC 9293 §3.1, MUST-6).
    """

    kind: int
    octets: bytes


Option: TypeAlias = (
    EndOfOptions | NoOperation | MaximumSegmentSize | WindowScale | SackPermitted | Sack | Timestamps | UnknownOption
)
