"""Profiles are data: defaults are the RFC's, and what the RFC demands of a parameter holds in each."""

from dataclasses import FrozenInstanceError, fields

import pytest

from tcpsim.tcp.profiles import (
    FREEBSD,
    HOUR,
    LINUX,
    MILLISECOND,
    MINUTE,
    PARAMETERS,
    PROFILES,
    RFC9293,
    SECOND,
    TEACHING,
    Profile,
)

REAL = [RFC9293, LINUX, FREEBSD]


def test_the_default_is_the_rfc() -> None:
    assert Profile() == RFC9293
    assert PROFILES == {"rfc9293": RFC9293, "linux": LINUX, "freebsd": FREEBSD, "teaching": TEACHING}
    assert [field.name for field in fields(Profile)] == ["name", *PARAMETERS]


def test_changes_make_another_profile() -> None:
    changed = RFC9293.with_changes(msl=SECOND)
    assert (changed.msl, RFC9293.msl) == (SECOND, 2 * MINUTE)
    with pytest.raises(TypeError):
        RFC9293.with_changes(mls=SECOND)
    with pytest.raises(FrozenInstanceError):
        RFC9293.msl = 1  # type: ignore[misc]


@pytest.mark.row("P01")
@pytest.mark.row("Q14")
@pytest.mark.row("Q20")
def test_the_values_that_the_rfc_names() -> None:
    assert RFC9293.msl == 2 * MINUTE
    assert RFC9293.rto_initial == RFC9293.rto_min == SECOND
    assert RFC9293.rto_after_lost_syn == 3 * SECOND
    assert RFC9293.r1 >= 3
    assert RFC9293.r2 >= 100 * SECOND
    assert RFC9293.r2_syn >= 3 * MINUTE
    assert RFC9293.user_timeout == 5 * MINUTE
    assert (RFC9293.keep_alive, RFC9293.keep_alive_idle) == (False, 2 * HOUR)
    assert RFC9293.mss_default == 536


@pytest.mark.row("R10")
@pytest.mark.row("S02")
@pytest.mark.parametrize("profile", REAL, ids=lambda profile: profile.name)
def test_what_must_hold_in_each(profile: Profile) -> None:
    assert profile.rto_max >= 60 * SECOND  # RFC 6298 (2.5)
    assert profile.rto_min <= profile.rto_initial <= profile.rto_max
    assert profile.delayed_ack is None or profile.delayed_ack < 500 * MILLISECOND  # MUST-40
    assert not profile.keep_alive  # MUST-25
    assert profile.keep_alive_idle >= 2 * HOUR  # MUST-28
    assert profile.keep_alive_probes > 1  # MUST-29
    assert profile.window_scale is None or 0 <= profile.window_scale <= 14
    assert profile.rfc5961
