"""Sequence numbers: arithmetic modulo 2³² (RFC 9293 §3.4).

The space is a circle, so "less than" means "behind by less than half the circle". Nothing else in tcpsim may compare
sequence numbers as plain integers: at the wrap, plain comparison is wrong.

The functions are for those who read or script a conversation. The package itself calls none of them: it writes
`(a - b) & MASK`, the distance from b forward to a, in place, which means the same and spares a call for each segment.

Numbers exactly half the circle apart have no order: each comes before the other. Windows are at most 2³⁰ octets
(RFC 7323 §2.3), so numbers that TCP has reason to compare are never that far apart, unless one is forged.
"""

MASK = 0xFFFF_FFFF
HALF = 0x8000_0000
FARTHEST = 1 << 30  # the largest window (RFC 7323 §2.3)


def relative(number: int, base: int) -> int | None:
    """`number` counted from `base`, an initial sequence number; None where it does not belong to that incarnation.

    Then it is an old number or a forged one, best shown as it is: one before `base`, or farther after it than the
    largest window reaches.
    """
    distance = (number - base) & MASK
    return distance if distance < FARTHEST else None


def seq_add(number: int, octets: int) -> int:
    """The sequence number `octets` after `number` (before it, when negative)."""
    return (number + octets) & MASK


def seq_diff(a: int, b: int) -> int:
    """The signed distance from `b` to `a`, from −2³¹ to 2³¹ − 1: positive when `a` comes after `b`."""
    return ((a - b + HALF) & MASK) - HALF


def seq_lt(a: int, b: int) -> bool:
    """Whether `a` comes before `b` on the circle."""
    return seq_diff(a, b) < 0


def seq_le(a: int, b: int) -> bool:
    """Whether `a` comes before `b` on the circle, or is `b`."""
    return seq_diff(a, b) <= 0


def seq_gt(a: int, b: int) -> bool:
    """Whether `a` comes after `b` on the circle."""
    return seq_diff(a, b) > 0


def seq_ge(a: int, b: int) -> bool:
    """Whether `a` comes after `b` on the circle, or is `b`."""
    return seq_diff(a, b) >= 0


def in_window(number: int, start: int, size: int) -> bool:
    """Whether start ≤ number < start + size on the circle; never, for a window of zero octets."""
    return (number - start) & MASK < size
