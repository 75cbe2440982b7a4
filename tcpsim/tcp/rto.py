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
        if self.srtt < 0:
            self.srtt = sample
            self.rttvar = sample // 2
        else:
            # RTTVAR first: it is computed with the old SRTT.
            self.rttvar = (3 * self.rttvar + abs(self.srtt - sample)) // 4
            self.srtt = (7 * self.srtt + sample) // 8
        deviation = 4 * self.rttvar
        granularity = profile.clock_granularity
        rto = self.srtt + (max(granularity, deviation))
        rto = max(rto, profile.rto_min)  # (2.4)
        self.rto = min(profile.rto_max, rto)  # (2.5)

    def back_off(self, profile: Profile) -> None:
        """The timer expired: RFC 6298 (5.5), up to the maximum of (2.5)."""
        self.rto = min(self.rto * 2, profile.rto_max)

    def begin_data_after_lost_syn(self, profile: Profile) -> None:
        """The SYN had to be sent again: RFC 6298 (5.7) begins the data with 3 s."""
        if self.srtt < 0:
            self.rto = max(profile.rto_initial, profile.rto_after_lost_syn)
