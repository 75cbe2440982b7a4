"""Profiles are data: defaults are the RFC's, what the RFC demands holds in each, and every value is documented."""

import tomllib
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from tcpsim.scenario.profile import parameter_text
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


# ---- docs/profiles.md says the same ------------------------------------------------------------------------

DOCUMENT = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
CATALOGUE = tomllib.loads((Path(__file__).parents[1] / "conformance" / "rows.toml").read_text("utf-8"))
NAMES = list(PROFILES)
Row = dict[str, str]


def rows(first: str) -> list[Row]:
    """The rows of every table of the document whose first column is headed so, each by the heads of its columns."""
    found: list[Row] = []
    head: list[str] = []
    for line in DOCUMENT.splitlines():
        cells = [cell.strip() for cell in line[1:-1].split("|")] if line.startswith("|") else []
        if not cells or not head:
            head = cells
        elif head[0] == first and set(line) - set("|-"):
            found.append(dict(zip(head, cells, strict=True)))
    return found


def as_told(name: str) -> list[str]:
    """What the four cells of a parameter must say: one that is as the RFC's is empty."""
    values = [parameter_text(name, getattr(PROFILES[profile], name)) for profile in NAMES]
    return [f"`{values[0]}`", *("" if value == values[0] else f"`{value}`" for value in values[1:])]


def told(row: Row) -> list[str]:
    return [row[profile] for profile in NAMES]


def test_every_parameter_is_told_of_once() -> None:
    assert sorted(row["parameter"] for row in rows("parameter")) == sorted(f"`{name}`" for name in PARAMETERS)


@pytest.mark.parametrize("row", rows("parameter"), ids=lambda row: row["parameter"])
def test_what_is_told_of_a_parameter_is_so(row: Row) -> None:
    assert told(row) == as_told(row["parameter"].strip("`"))
    assert row["what it does"]
    assert row["source"]


@pytest.mark.parametrize("row", rows(""), ids=lambda row: row[""])
def test_each_of_the_twelve_ambiguities_is_a_parameter_or_says_why_not(row: Row) -> None:
    name = row["parameter"].strip("`")
    if name == "–":
        assert row["what may be chosen"].startswith("none: ")
    else:
        assert told(row) == as_told(name)
    for number in row["rows"].split(", "):
        assert number in CATALOGUE


def test_the_ambiguities_are_twelve() -> None:
    assert [row[""] for row in rows("")] == [str(number) for number in range(1, 13)]


def test_every_capture_that_is_named_is_there() -> None:
    folder = Path(__file__).parent.parent / "data" / "captures"
    kept = {name.name.partition(".")[0] for name in folder.glob("*.pcap")}
    named = {name for row in rows("matched, with the capture it is compared with") for name in row[""].split("`")[1::2]}
    assert named == kept
