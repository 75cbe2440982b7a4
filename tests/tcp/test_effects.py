"""What an endpoint answers, as values."""

from tcpsim.tcp.effects import EXPIRED, STOPPED, Timer, TimerExpired, TimerStopped


def test_every_timer_has_a_label_and_its_effects() -> None:
    assert len({timer.label for timer in Timer}) == len(Timer)
    assert [Timer.RETRANSMISSION.label, Timer.TIME_WAIT.label] == ["RTO", "2MSL"]
    for timer in Timer:
        assert STOPPED[timer] == TimerStopped(timer)
        assert EXPIRED[timer] == TimerExpired(timer)
