"""Chance that can be copied, hashed and repeated: splitmix64, in a dozen lines.

`random.Random` carries 2.5 KB of state, which a world that is copied thousands of times cannot afford; this carries
one integer. The algorithm is Steele, Lea and Flood's SplittableRandom (OOPSLA 2014). It is not for secrets.
"""

from typing import Final

_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF


class Chance:
    """A stream of random numbers that follows from its seed alone, on every machine."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & _MASK

    def copy(self) -> "Chance":
        """A stream that goes on just as this one would."""
        return Chance(self.state)

    def bits(self) -> int:
        """64 random bits."""
        self.state = (self.state + 0x9E37_79B9_7F4A_7C15) & _MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
        return z ^ (z >> 31)

    def happens(self, probability: float) -> bool:
        """True with this probability (0 to 1). Draws nothing when the answer is certain."""
        if probability <= 0.0:
            return False
        return probability >= 1.0 or (self.bits() >> 11) * 2.0**-53 < probability

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + self.bits() % (high - low + 1)
