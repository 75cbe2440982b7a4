"""`expect:` — what must be seen in a run, each expectation one model.

Lives here: how expectations are written. How they are checked against a trace is told in `expect`.
"""

from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import Discriminator, Field, Tag

from tcpsim.scenario.forms import Gathered, Model, Short, Written, nearest, one_or_many, shown, wrong
from tcpsim.scenario.notation import WireLines
from tcpsim.scenario.patterns import PATTERN_SCHEMA, Pattern, WhoKey
from tcpsim.scenario.scalars import (
    ERRNOS,
    TIME_SCHEMA,
    Count,
    StateName,
    Time,
    microseconds,
    read_errno,
)
from tcpsim.scenario.steps import OctetsOrText


class Expectation(Model):
    """Something that must hold at the end of a run."""

    KIND: ClassVar[str] = ""
    because: str = Field(default="", description="Why it must be so, in a sentence.")


# ---- states --------------------------------------------------------------------------------------------------------


class States(Expectation):
    """The states that a connection passes through."""

    KIND: ClassVar[str] = "states"
    states: dict[WhoKey, Annotated[tuple[StateName, ...], Field(strict=False), Field(min_length=1)]] = Field(
        description="Every state that the host's connection passes through, first to last.", min_length=1
    )


class FinalStates(Expectation):
    """The state that a connection ends in."""

    KIND: ClassVar[str] = "final"
    final: dict[WhoKey, StateName] = Field(
        description="The state that the host's connection is in at the end.", min_length=1
    )


class Amount(Model):
    """A duration between bounds."""

    at_least: Time | None = Field(default=None, description="No shorter than this.")
    at_most: Time | None = Field(default=None, description="No longer than this.")


def _lengthen_amount(value: Any) -> Any:
    if isinstance(value, dict | Amount):
        if value == {}:
            raise wrong("needs at_least, at_most, or both")
        return value
    return {"at_least": value, "at_most": value}


def _shorten_amount(value: Any) -> Any:
    bounds = (value.get("at_least"), value.get("at_most")) if isinstance(value, dict) else (None, value)
    return bounds[0] if bounds[0] == bounds[1] else value


TimeAmount: TypeAlias = Annotated[Amount, Short(_lengthen_amount, TIME_SCHEMA, _shorten_amount)]


class StateTimes(Model):
    """For each host, states and times."""

    hosts: dict[WhoKey, dict[StateName, TimeAmount]] = Field(alias="<hosts>", min_length=1)
    within: Time = Field(
        default=microseconds(0), description="How far off it may be, either way. By default not at all."
    )


class TimeInState(Expectation):
    """How long a connection is in a state."""

    KIND: ClassVar[str] = "time_in_state"
    time_in_state: Annotated[StateTimes, Gathered("<hosts>", frozenset({"within"}))] = Field(
        description="How long the host's connection is in a state, all visits together: {client: {TIME-WAIT: 2msl}}."
    )


# ---- segments ------------------------------------------------------------------------------------------------------


class Between(Model):
    """A count between bounds."""

    at_least: Count | None = Field(default=None, description="No fewer than this.")
    at_most: Count | None = Field(default=None, description="No more than this.")


COUNT_SCHEMA: Final[dict[str, Any]] = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
CountBetween: TypeAlias = Annotated[Between, Short(_lengthen_amount, COUNT_SCHEMA, _shorten_amount)]


class HowMany(Expectation):
    """How many segments of a kind a host sends."""

    KIND: ClassVar[str] = "count"
    count: dict[Pattern, CountBetween] = Field(
        description="How many segments of a kind the host's TCP sends, retransmissions included: {server SYN-ACK: 2}.",
        min_length=1,
    )


class Never(Expectation):
    """A segment that is never sent."""

    KIND: ClassVar[str] = "never"
    never: Annotated[tuple[Pattern, ...], Field(strict=False), Field(min_length=1), one_or_many(PATTERN_SCHEMA)] = (
        Field(description="Segments that no TCP sends in the whole run: any RST. One, or a list.")
    )


class Wire(Expectation):
    """The segments on the wire."""

    KIND: ClassVar[str] = "wire"
    wire: WireLines = Field(
        description="The segments in the order sent, a line each, in packetdrill's notation. '...' skips any number, "
        "'server > *' is any segment of the server. Only what a line says is compared."
    )


class Intervals(Model):
    """For each pattern, how long after each other it is sent again."""

    intervals: dict[
        Pattern, Annotated[tuple[Time, ...], Field(strict=False), Field(min_length=1), one_or_many(TIME_SCHEMA)]
    ] = Field(alias="<segments>", min_length=1)
    within: Time = Field(
        default=microseconds(0), description="How far off it may be, either way. By default not at all."
    )


class Retransmitted(Expectation):
    """When a segment is sent again."""

    KIND: ClassVar[str] = "retransmitted"
    retransmitted: Annotated[Intervals, Gathered("<segments>", frozenset({"within"}))] = Field(
        description="How long after the first time it is sent again: {server SYN-ACK: 1s, within: 100ms}. "
        "A list gives the intervals of several retransmissions: [1s, 2s, 4s]."
    )


# ---- users ---------------------------------------------------------------------------------------------------------


class Received(Expectation):
    """What a host's program receives."""

    KIND: ClassVar[str] = "received"
    received: dict[WhoKey, OctetsOrText] = Field(
        description="All that the host's programs receive on a connection: text, {octets: 1000}, or {hex: 00ff}.",
        min_length=1,
    )


NO_ERROR: Final = "none"


def _read_error(value: Any) -> str:
    return NO_ERROR if value == NO_ERROR else read_errno(value)


_ERROR: Final = Written(_read_error, {"enum": [*ERRNOS, NO_ERROR]})
Errors: TypeAlias = Annotated[
    tuple[Annotated[str, _ERROR], ...], Field(strict=False), Field(min_length=1), one_or_many(_ERROR.schema)
]


class Error(Expectation):
    """The error that a host's program is told."""

    KIND: ClassVar[str] = "error"
    error: dict[WhoKey, Errors] = Field(
        description="An errno that one of the host's calls fails with; none if none does; a list: exactly these.",
        min_length=1,
    )


# ---- any of them ---------------------------------------------------------------------------------------------------

_KINDS: Final[dict[str, type[Expectation]]] = {
    kind.KIND: kind for kind in (States, FinalStates, HowMany, Received, TimeInState, Error, Never, Wire, Retransmitted)
}


def _one_kind(value: Any) -> Any:
    if isinstance(value, Expectation):
        return value
    if not isinstance(value, dict):
        raise wrong(f"an expectation is a mapping such as {{final: {{client: CLOSED}}}}, not {shown(value)}")
    kinds = [key for key in value if key in _KINDS]
    if len(kinds) > 1:
        raise wrong(f"one expectation each: put '{kinds[1]}' under a '-' of its own", key=kinds[1])
    if not kinds:
        unknown = next((str(key) for key in value if key != "because"), "")
        message = f"unknown expectation '{unknown}'" if unknown else "expects nothing"
        raise wrong(f"{message}{nearest(unknown, _KINDS, 'there are')}", key=unknown or None)
    return value


def _tag(value: Any) -> str:
    kind = value.KIND if isinstance(value, Expectation) else next(key for key in value if key in _KINDS)
    return f"<{kind}>"


AnyExpectation: TypeAlias = Annotated[
    Annotated[States, Tag("<states>")]
    | Annotated[FinalStates, Tag("<final>")]
    | Annotated[HowMany, Tag("<count>")]
    | Annotated[Received, Tag("<received>")]
    | Annotated[TimeInState, Tag("<time_in_state>")]
    | Annotated[Error, Tag("<error>")]
    | Annotated[Never, Tag("<never>")]
    | Annotated[Wire, Tag("<wire>")]
    | Annotated[Retransmitted, Tag("<retransmitted>")],
    Discriminator(_tag),
    Short(_one_kind),
]
Expectations: TypeAlias = Annotated[tuple[AnyExpectation, ...], Field(strict=False)]
