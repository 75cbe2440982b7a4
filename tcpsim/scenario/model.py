"""The scenario language, version 1: every key, what it holds, and what it means, as pydantic models.

The JSON schema is made from these models, so a description here is what an editor shows. How single values are written
is told in `scalars`, `patterns` and `notation`; what becomes of a scenario must not be known here.
"""

from os import PathLike
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from tcpsim.scenario.expectations import Expectations
from tcpsim.scenario.forms import ByName, Gathered, Model, Short, Written, nearest, one_or_many, shown, wrong
from tcpsim.scenario.notation import InjectedSegment
from tcpsim.scenario.patterns import AimedPattern, DirectionKey, HostName, NewHostName, SegmentPattern
from tcpsim.scenario.profile import ProfileChoice
from tcpsim.scenario.scalars import (
    AbsoluteTime,
    Address,
    Duration,
    Port,
    Probability,
    Rate,
    Seed,
    SequenceNumbers,
    Time,
    microseconds,
    whole_number,
)
from tcpsim.scenario.steps import Programs

VERSION: Final = 1


# ---- hosts and the network -----------------------------------------------------------------------------------------


class Host(Model):
    """A host; `client` and `server` need not be described to be there."""

    address: Address | None = Field(
        default=None, description="Its IPv4 or IPv6 address. By default one of those kept for documentation."
    )
    port: Port | None = Field(
        default=None,
        description="The port it connects from and listens on where its program names none. By default 40000 for the "
        "client, 80 for the server; 80 for another host whose program begins with listen, or else 40000.",
    )
    iss: SequenceNumbers | None = Field(
        default=None,
        description="Its initial sequence numbers, one for each connection it makes, in order; then RFC 6528's "
        "generator goes on. By default 100 for the client, 300 for the server, and generated for others.",
    )
    profile: ProfileChoice | None = Field(
        default=None, description="Its own profile, or what it changes in the common one."
    )
    clients: Annotated[int, whole_number("a number of clients", 1, 10_000)] | None = Field(
        default=None,
        description="So many hosts like this one, named name-1, name-2, …, with addresses following on; each runs the "
        "programs given for the name.",
    )


class Path(Model):
    """What the network does to segments, in netem's words."""

    delay: AbsoluteTime | None = Field(default=None, description="How long a segment takes, one way. By default 20ms.")
    jitter: AbsoluteTime | None = Field(default=None, description="The delay varies by so much, either way, evenly.")
    loss: Probability | None = Field(default=None, description="How likely a segment is lost.")
    duplicate: Probability | None = Field(default=None, description="How likely a segment arrives twice.")
    reorder: Probability | None = Field(default=None, description="How likely a segment overtakes: it takes no delay.")
    corrupt: Probability | None = Field(default=None, description="How likely a segment is damaged, and so dropped.")
    rate: Rate | None = Field(default=None, description="Bits a second: segments queue behind each other.")
    idle_timeout: AbsoluteTime | None = Field(
        default=None,
        description="A middlebox (a NAT, a firewall) forgets a conversation after so long without a segment of it; "
        "from then on it loses all of it in silence but a SYN, which it takes for a new one.",
    )


class Network(Path):
    """The network: the same for all, and then what differs in one direction."""

    directions: ByName[DirectionKey, Path] = Field(
        default_factory=dict, alias="<directions>", description="What differs in one direction: client -> server."
    )


_NETWORK: Final = Gathered("<directions>", frozenset(Path.keys()), lambda key: "->" in key)


# ---- faults --------------------------------------------------------------------------------------------------------


def _read_nth(value: Any) -> frozenset[int] | None:
    if value == "all":
        return None
    numbers = value if isinstance(value, list | frozenset) else [value]
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int):
            raise wrong(f"{shown(number)} counts nothing; write nth: 2, nth: [1, 2] or nth: all")
        if number < 1:
            raise wrong(f"counting begins at 1; there is no segment number {shown(number)}")
    if not numbers:
        raise wrong("an empty list aims at nothing; write nth: 2, nth: [1, 2] or nth: all")
    return frozenset(numbers)


def _write_nth(nth: frozenset[int] | None) -> Any:
    if nth is None:
        return "all"
    return next(iter(nth)) if len(nth) == 1 else sorted(nth)


_ORDINAL: Final = {"type": "integer", "minimum": 1}
_NTH_SCHEMA: Final = {"anyOf": [_ORDINAL, {"type": "array", "items": _ORDINAL, "minItems": 1}, {"const": "all"}]}
Nth: TypeAlias = Annotated[frozenset[int] | None, Written(_read_nth, _NTH_SCHEMA, _write_nth)]


class AimedFault(Model):
    """Something that happens to the n-th segment of a kind that a host sends."""

    nth: Nth = Field(
        default=frozenset({1}),
        description="Which of them, counted from 1: a number, a list, or all. By default the first.",
    )

    @property
    def aim(self) -> SegmentPattern:
        """The segments that it is aimed at."""
        raise NotImplementedError


IcmpName: TypeAlias = Literal[
    "network unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed",
    "source route failed",
    "administratively prohibited",
    "time exceeded",
    "parameter problem",
    "source quench",
]


class Drop(AimedFault):
    """The network loses the segment."""

    drop: AimedPattern = Field(description="The network loses this segment: server SYN-ACK.")
    icmp: IcmpName | None = Field(
        default=None, description="What a router on the way says of it to its sender. By default nothing."
    )

    @property
    def aim(self) -> SegmentPattern:
        return self.drop


class Duplicate(AimedFault):
    """The segment arrives twice."""

    duplicate: AimedPattern = Field(description="The network delivers this segment twice: client FIN.")
    after: Time = Field(default=microseconds(0), description="How long after the first the second one arrives.")

    @property
    def aim(self) -> SegmentPattern:
        return self.duplicate


class Delay(AimedFault):
    """The segment takes longer."""

    delay: AimedPattern = Field(description="This segment takes longer: client DATA.")
    by: Time = Field(description="How much longer.")

    @property
    def aim(self) -> SegmentPattern:
        return self.delay


class Corrupt(AimedFault):
    """The segment is damaged on its way."""

    corrupt: AimedPattern = Field(description="This segment is damaged: its checksum fails, and the receiver drops it.")

    @property
    def aim(self) -> SegmentPattern:
        return self.corrupt


_FAULTS: Final = ("drop", "duplicate", "delay", "corrupt")


def _one_fault(value: Any) -> Any:
    if isinstance(value, AimedFault):
        return value
    if not isinstance(value, dict):
        raise wrong(f"a fault is a mapping such as {{drop: server SYN-ACK}}, not {shown(value)}")
    kinds = [key for key in value if key in _FAULTS]
    if len(kinds) > 1:
        raise wrong(f"one fault each: put '{kinds[1]}' under a '-' of its own", key=kinds[1])
    if not kinds:
        unknown = next((str(key) for key in value if key not in {"nth", "after", "by"}), "")
        message = f"unknown key '{unknown}'" if unknown else "a fault without aim"
        raise wrong(f"{message}{nearest(unknown, _FAULTS, 'there are')}", key=unknown or None)
    return value


def _fault_tag(value: Any) -> str:
    return f"<{next(kind for kind in _FAULTS if (kind in value if isinstance(value, dict) else hasattr(value, kind)))}>"


AnyFault: TypeAlias = Annotated[
    Annotated[Drop, Tag("<drop>")]
    | Annotated[Duplicate, Tag("<duplicate>")]
    | Annotated[Delay, Tag("<delay>")]
    | Annotated[Corrupt, Tag("<corrupt>")],
    Discriminator(_fault_tag),
    Short(_one_fault),
]


# ---- injections and events -----------------------------------------------------------------------------------------


class Injection(Model):
    """A segment that nobody's TCP sent: an old duplicate, an attack."""

    at: Time = Field(description="When it is put on the wire.")
    segment: InjectedSegment = Field(
        description="The segment, in packetdrill's notation: client > S @90(0). A bare address may send it, too, and "
        "ports may be written: 203.0.113.7:1024 > server:80 S @0(0)."
    )
    data: str | None = Field(default=None, description="The octets it carries, as text. By default filler.")
    times: Annotated[int, whole_number("a number of times", 1, 100_000)] = Field(
        default=1, description="How many of them, one after the other."
    )
    every: Time = Field(default=microseconds(1000), description="How long after each other.")
    counting: Literal["address", "port"] | None = Field(
        default=None, description="What counts up from one to the next: the sender's address or its port."
    )


class Event(Model):
    """Something that happens to hosts."""

    at: Time = Field(description="When it happens.")
    happened: dict[HostName, Literal["crash", "reboot", "kill", "unplug", "plug"]] = Field(
        alias="<hosts>",
        min_length=1,
        description="A host, and what happens to it. crash: it stops at once, silently. reboot: it is back and has "
        "forgotten everything. kill: its programs end, and its kernel closes their sockets. unplug: its cable is out. "
        "plug: it is in again.",
    )


AnyEvent: TypeAlias = Annotated[Event, Gathered("<hosts>", frozenset({"at"}))]


# ---- the scenario --------------------------------------------------------------------------------------------------


class World(Model):
    """The keys that say what the world is like, and what happens in it; a variant under `what_if` may change them."""

    profile: ProfileChoice = Field(
        default=ProfileChoice(),
        description="How every host's TCP behaves: rfc9293 (default), linux, freebsd or teaching, or one of them with "
        "parameters changed: {base: linux, msl: 5s, delayed_ack: off}.",
    )
    seed: Seed = Field(default=0, description="Where chance begins. Only needed where something is random.")
    seeds: Annotated[int, whole_number("a number of seeds", 1, 100_000)] = Field(
        default=1,
        description="tcpsim check runs it with so many seeds: seed, seed + 1, …; all that is expected must hold each "
        "time. Everything else takes the first.",
    )
    hosts: dict[NewHostName, Host] = Field(
        default_factory=dict, description="The hosts. client and server exist without being described."
    )
    network: Annotated[Network, _NETWORK] = Field(
        default_factory=Network, description="What the network does to segments, everywhere and in single directions."
    )
    apps: dict[HostName, Programs] = Field(
        default_factory=dict,
        description="Each host's program: socket calls, one after the other, that block as real ones do.",
    )
    faults: Annotated[tuple[AnyFault, ...], Field(strict=False)] = Field(
        default=(), description="Faults aimed at the n-th segment of a kind that a host sends."
    )
    inject: Annotated[tuple[Injection, ...], Field(strict=False)] = Field(
        default=(), description="Segments that nobody's TCP sent: old duplicates, attacks."
    )
    events: Annotated[tuple[AnyEvent, ...], Field(strict=False)] = Field(
        default=(), description="Things that happen to hosts: crash, reboot, kill, unplug, plug."
    )
    until: Time | None = Field(
        default=None,
        description="The run ends then, even if something is going on. By default when all is quiet.",
    )


class Variant(World):
    """The same experiment with another rule."""

    about: str = Field(default="", description="What goes wrong then, or goes otherwise, in a sentence.")
    expect: Expectations = Field(min_length=1, description="What must be seen then.")


def _read_version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(f"the version of the language is a number; write tcpsim: {VERSION}")
    if value != VERSION:
        raise wrong(f"version {shown(value)} of the language is not understood here; only version {VERSION} is")
    return value


def _read_reference(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise wrong(f"{shown(value)} is not a reference; write one like 9293 §3.5")
    return str(value)


_REFERENCE: Final = Written(_read_reference, {"type": ["string", "integer"]})
References: TypeAlias = Annotated[
    tuple[Annotated[str, _REFERENCE], ...], Field(strict=False), one_or_many(_REFERENCE.schema)
]


class Scenario(World):
    """An experiment, and what must be seen in it."""

    tcpsim: Annotated[int, Written(_read_version, {"const": VERSION})] = Field(
        description="The version of the language: 1."
    )
    title: str = Field(default="", description="What a person would call this experiment.")
    about: str = Field(default="", description="What it shows, in a sentence.")
    rfc: References = Field(default=(), description="Where the RFCs tell of it: [9293 §3.5, 6298 §2.1].")
    expect: Expectations = Field(default=(), description="What must be seen.")
    what_if: dict[str, Variant] = Field(
        default_factory=dict,
        description="The same experiment with another rule, by name, and what must be seen then: "
        "{two-way handshake: {profile: {…}, expect: […]}}.",
    )

    def to_yaml(self) -> str:
        """The scenario as YAML text, laid out as a person would: `loads` makes the same scenario of it."""
        from tcpsim.scenario.write import write  # which knows this class

        return write(self)

    def _repr_markdown_(self) -> str:
        """What a notebook shows: the YAML."""
        return f"````yaml\n{self.to_yaml()}````\n"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the scenario to a YAML file, whole or not at all. Raises OSError where it cannot be written."""
        from pathlib import Path

        from tcpsim.scenario.saving import write_whole

        write_whole(Path(path), self.to_yaml().encode())


__all__ = ["VERSION", "Duration", "Host", "Scenario", "Variant", "World"]
