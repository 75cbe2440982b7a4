"""`expect:` — what must be seen in a run, each expectation one model.

Lives here: how expectations are written. How they are checked against a trace is told in `expect`.
"""

from typing import Annotated, Any, ClassVar, Final, Self, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from tcpsim.scenario.forms import ByName, Gathered, Model, Named, Short, Written, nearest, one_or_many, shown, wrong
from tcpsim.scenario.notation import WireLines
from tcpsim.scenario.patterns import PATTERN_SCHEMA, Pattern, WhoKey
from tcpsim.scenario.scalars import (
    ERRNOS,
    STATE_SPELLINGS,
    TIME_SCHEMA,
    Count,
    Duration,
    StateName,
    Time,
    microseconds,
    read_errno,
    read_state,
)
from tcpsim.scenario.steps import OctetsOrText
from tcpsim.tcp import drops
from tcpsim.tcp.effects import Drop
from tcpsim.tcp.states import State


class Expectation(Model):
    """Something that must hold at the end of a run."""

    KIND: ClassVar[str] = ""
    because: str = Field(default="", description="Why it must be so, in a sentence.")


# ---- bounds --------------------------------------------------------------------------------------------------------


def _no_room(low: Duration | int, high: Duration | int) -> PydanticCustomError:
    return wrong(f"at least {low} and at most {high}: nothing lies between them")


class Amount(Model):
    """A duration between bounds."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    at_least: Time | None = Field(default=None, description="No shorter than this.")
    at_most: Time | None = Field(default=None, description="No longer than this.")

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        low, high = self.at_least, self.at_most
        if low and high and low.unit == high.unit and low.amount > high.amount:
            raise _no_room(low, high)
        return self


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


class Between(Model):
    """A count between bounds."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    at_least: Count | None = Field(default=None, description="No fewer than this.")
    at_most: Count | None = Field(default=None, description="No more than this.")

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise _no_room(low, high)
        return self


COUNT_SCHEMA: Final[dict[str, Any]] = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
CountBetween: TypeAlias = Annotated[Between, Short(_lengthen_amount, COUNT_SCHEMA, _shorten_amount)]


# ---- states --------------------------------------------------------------------------------------------------------

StateKey: TypeAlias = Annotated[State, Written(read_state, {"type": "string", "pattern": STATE_SPELLINGS}, str)]


class States(Expectation):
    """The states that a connection passes through."""

    KIND: ClassVar[str] = "states"
    states: Named[WhoKey, Annotated[tuple[StateName, ...], Field(strict=False), Field(min_length=1)]] = Field(
        description="Every state that the host's connection passes through, first to last."
    )


class FinalStates(Expectation):
    """The state that a connection ends in."""

    KIND: ClassVar[str] = "final"
    final: Named[WhoKey, StateName] = Field(description="The state that the host's connection is in at the end.")


class StateTimes(Model):
    """For each host, states and times."""

    hosts: Named[WhoKey, Named[StateKey, TimeAmount]] = Field(alias="<hosts>")
    within: Time = Field(
        default=microseconds(0), description="How far off it may be, either way. By default not at all."
    )


class TimeInState(Expectation):
    """How long a connection is in a state."""

    KIND: ClassVar[str] = "time_in_state"
    time_in_state: Annotated[StateTimes, Gathered("<hosts>", frozenset({"within"}))] = Field(
        description="How long the host's connection is in a state, all visits together: {client: {TIME-WAIT: 2msl}}."
    )


class StatesThen(Model):
    """For each host a state, and the moment."""

    hosts: Named[WhoKey, StateName] = Field(alias="<hosts>")
    at: Time = Field(description="When: after all that happens then.")


class StateThen(Expectation):
    """The state that a connection is in at a moment."""

    KIND: ClassVar[str] = "state"
    state: Annotated[StatesThen, Gathered("<hosts>", frozenset({"at"}))] = Field(
        description="The state that the host's connection is in at a moment: {client: ESTABLISHED, at: 1s}. Before it "
        "is opened it is CLOSED, or LISTEN where somebody listens."
    )


def _read_living(value: Any) -> State:
    state = read_state(value)
    if state is State.CLOSED:
        raise wrong("a connection that is CLOSED is there no more; count those that are, in a state or any")
    return state


_LIVING: Final = Written(_read_living, {"type": "string", "pattern": STATE_SPELLINGS}, str)


_BOUNDS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "at_least": {**COUNT_SCHEMA, "description": "No fewer than this."},
        "at_most": {**COUNT_SCHEMA, "description": "No more than this."},
    },
    "additionalProperties": False,
    "minProperties": 1,
}
_COUNT_SCHEMA: Final[dict[str, Any]] = {"anyOf": [COUNT_SCHEMA, _BOUNDS_SCHEMA]}


class CountByState(Model):
    """How many connections are in each of some states."""

    states: ByName[Annotated[State, _LIVING], CountBetween] = Field(default_factory=dict, alias="<states>")
    any: CountBetween | None = Field(default=None, description="In whatever state; listeners are not counted.")


def _lengthen_count(value: Any) -> Any:
    if isinstance(value, dict | CountByState):
        if value == {}:
            raise wrong("counts nothing; write how many, or how many in which state: {SYN-RECEIVED: 16}")
        if not (isinstance(value, dict) and value.keys() <= set(Between.keys())):
            return value
    return {"any": value}


def _shorten_count(value: Any) -> Any:
    return value["any"] if isinstance(value, dict) and value.keys() == {"any"} else value


class ConnectionsThen(Model):
    """For each host numbers of connections, and the moment."""

    hosts: Named[
        WhoKey,
        Annotated[
            CountByState,
            Gathered("<states>", frozenset({"any"})),
            Short(_lengthen_count, _COUNT_SCHEMA, _shorten_count),
        ],
    ] = Field(alias="<hosts>")
    at: Time | None = Field(default=None, description="When: after all that happens then. By default at the end.")


class Connections(Expectation):
    """How many connections a host has, at a moment."""

    KIND: ClassVar[str] = "connections"
    connections: Annotated[ConnectionsThen, Gathered("<hosts>", frozenset({"at"}))] = Field(
        description="How many connections a host has, or how many in a state: {server: {SYN-RECEIVED: 16}, at: 1s}."
    )


# ---- segments ------------------------------------------------------------------------------------------------------


class HowMany(Expectation):
    """How many segments of a kind a host sends."""

    KIND: ClassVar[str] = "count"
    count: Named[Pattern, CountBetween] = Field(
        description="How many segments of a kind the host's TCP sends, retransmissions included: {server SYN-ACK: 2}."
    )


class Never(Expectation):
    """A segment that is never sent."""

    KIND: ClassVar[str] = "never"
    never: Annotated[tuple[Pattern, ...], Field(strict=False), Field(min_length=1), one_or_many(PATTERN_SCHEMA)] = (
        Field(description="Segments that no TCP sends in the whole run: any RST. One, or a list.")
    )


ANY_REASON: Final = "any"
NONE: Final = "none"
REASONS: Final = tuple(dict.fromkeys(drop.caption for drop in vars(drops).values() if isinstance(drop, Drop)))


def _read_reason(value: Any) -> str:
    if value not in (ANY_REASON, *REASONS):
        near = nearest(str(value), REASONS) or f"; reasons are {', '.join(REASONS)}"
        raise wrong(f"TCP drops no segment for {shown(value)}{near}")
    return str(value)


def _lengthen_reason(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    return {ANY_REASON: 0} if value == NONE else {_read_reason(value): {"at_least": 1}}


def _shorten_reason(value: Any) -> Any:
    ((reason, count), *more) = value.items()
    if more or (reason, count) == (ANY_REASON, 0):
        return value if more else NONE
    return reason if count == {"at_least": 1} else value


_REASON: Final = Written(_read_reason, {"type": "string", "enum": [ANY_REASON, *REASONS]})


class Dropped(Expectation):
    """The segments that a host's TCP drops."""

    KIND: ClassVar[str] = "dropped"
    dropped: Named[
        WhoKey,
        Annotated[
            dict[Annotated[str, _REASON], CountBetween],
            Field(min_length=1),
            Short(_lengthen_reason, {"enum": [*REASONS, ANY_REASON, NONE]}, _shorten_reason),
        ],
    ] = Field(
        description="Why a host's TCP drops a segment, in the words of the timeline: {server: old timestamp}; or how "
        "many for each reason: {server: {accept queue full: 3}}; or none."
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

    intervals: Named[
        Pattern, Annotated[tuple[Time, ...], Field(strict=False), Field(min_length=1), one_or_many(TIME_SCHEMA)]
    ] = Field(alias="<segments>")
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
    received: Named[WhoKey, OctetsOrText] = Field(
        description="All that the host's programs receive on a connection: text, {octets: 1000}, or {hex: 00ff}."
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
    error: Named[WhoKey, Errors] = Field(
        description="An errno that one of the host's calls fails with; none if none does; a list: exactly these."
    )


# ---- any of them ---------------------------------------------------------------------------------------------------

_KINDS: Final[dict[str, type[Expectation]]] = {
    kind.KIND: kind
    for kind in (
        States,
        FinalStates,
        StateThen,
        Connections,
        HowMany,
        Received,
        TimeInState,
        Error,
        Never,
        Dropped,
        Wire,
        Retransmitted,
    )
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
    | Annotated[StateThen, Tag("<state>")]
    | Annotated[Connections, Tag("<connections>")]
    | Annotated[HowMany, Tag("<count>")]
    | Annotated[Received, Tag("<received>")]
    | Annotated[TimeInState, Tag("<time_in_state>")]
    | Annotated[Error, Tag("<error>")]
    | Annotated[Never, Tag("<never>")]
    | Annotated[Dropped, Tag("<dropped>")]
    | Annotated[Wire, Tag("<wire>")]
    | Annotated[Retransmitted, Tag("<retransmitted>")],
    Discriminator(_tag),
    Short(_one_kind),
]
Expectations: TypeAlias = Annotated[tuple[AnyExpectation, ...], Field(strict=False)]
