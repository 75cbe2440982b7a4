"""The retransmission time-out: RFC 6298, in integer microseconds. When to send again, not what.

The estimator keeps the round-trip time's smoothed mean and deviation; the back-off doubles what they say each time the
timer expires, and is kept until a segment that was sent only once is acknowledged (Karn's algorithm, RFC 6298 §3).
"""

from tcpsim.tcp.profiles import Profile


class RetransmissionTimeout:
    """SRTT, RTTVAR and RTO of one connection, in µs. `srtt` is -1 until the first measurement."""

    __slots__ = ("rto", "rttvar", "srtt")

    def __init__(self, initial: int) -> None:
        self.srtt = -1
        self.rttvar = 0
        self.rto = initial

    def copy(self) -> "RetransmissionTimeout":
        """An independent copy."""
        other = RetransmissionTimeout(self.rto)
        other.srtt = self.srtt
        other.rttvar = self.rttvar
        return other

    def measure(self, sample: int, profile: Profile) -> None:
        """A round trip took `sample` µs: RFC 6298 (2.2) for the first, (2.3) for those that follow."""
        # Written with if, where min() and max() would cost a call each for every acknowledgment.
        srtt = self.srtt
        if srtt < 0:
            srtt = sample
            rttvar = sample // 2
        else:
            # RTTVAR first: it is computed with the old SRTT.
            off = srtt - sample if srtt >= sample else sample - srtt
            rttvar = (3 * self.rttvar + off) // 4
            srtt = (7 * srtt + sample) // 8
        self.srtt = srtt
        self.rttvar = rttvar
        deviation = 4 * rttvar
        if deviation < profile.rto_variance_min:  # noqa: PLR1730
            deviation = profile.rto_variance_min
        rto = srtt + deviation
        if rto < profile.rto_min:  # noqa: PLR1730
            rto = profile.rto_min  # (2.4)
        if rto > profile.rto_max:  # noqa: PLR1730
            rto = profile.rto_max  # (2.5)
        self.rto = rto

    def back_off(self, profile: Profile) -> None:
        """The timer expired: RFC 6298 (5.5), up to the maximum of (2.5)."""
        self.rto = min(self.rto * 2, profile.rto_max)

    def begin_data_after_lost_syn(self, profile: Profile) -> None:
        """The SYN had to be sent again: RFC 6298 (5.7) begins the data with 3 s."""
        if self.srtt < 0:
            self.rto = max(profile.rto_initial, profile.rto_after_lost_syn)
