"""The scalars of the language: durations, probabilities, rates, states, errnos, addresses and numbers with bounds.

Each is read from what YAML gives, refused with what would be right, and written back so that it reads the same.
Must not be known here: hosts, segments, and where in a scenario a scalar stands.
"""

import ipaddress
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, TypeAlias

from tcpsim.scenario.forms import Short, Written, listed, nearest, one_or_many, shown, wrong
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.states import State

# ---- durations -----------------------------------------------------------------------------------------------------

_MICROSECONDS: Final = {"us": 1, "µs": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_OF_PROFILE: Final = ("msl", "rto")
LONGEST: Final = 1_000_000 * 3_600_000_000  # µs: a million hours, over a century
_NUMBER_AND_UNIT: Final = re.compile(r"([0-9]{1,30}(?:\.[0-9]{1,30})?) ?([A-Za-zµ%]+)")
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Duration:
    """A time: so many µs, or a multiple of a parameter of the profile (`2msl`, `1rto`, which is the initial RTO)."""

    amount: Fraction
    unit: str = "us"

    def microseconds(self, profile: Profile) -> int:
        """The time in whole µs, for a host with this profile."""
        if self.unit == "us":
            return int(self.amount)
        return round(self.amount * (profile.msl if self.unit == "msl" else profile.rto_initial))

    def __str__(self) -> str:
        if self.unit != "us":
            return f"{_decimal(self.amount)}{self.unit}"
        return duration_text(int(self.amount))


def microseconds(amount: int) -> Duration:
    """A duration of so many µs."""
    return Duration(Fraction(amount))


def duration_text(amount: int) -> str:
    """µs as a person would write them: `20ms`, `1.5s`, `2min`. Reads back as the same number of µs."""
    if amount == 0:
        return "0ms"
    for unit in ("h", "min", "s", "ms"):
        if amount % _MICROSECONDS[unit] == 0:
            return f"{amount // _MICROSECONDS[unit]}{unit}"
    for unit in ("s", "ms"):
        if amount > _MICROSECONDS[unit]:
            return f"{_decimal(Fraction(amount, _MICROSECONDS[unit]))}{unit}"
    return f"{amount}us"


def _decimal(number: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, in decimals."""
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_duration(value: Any) -> Duration:
    """A duration from what YAML gives. Raises `wrong(…)`."""
    if isinstance(value, Duration):
        return value
    if _is_number(value) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise wrong(f"{value} has no unit; write {str(value).lstrip('+-')}ms or {str(value).lstrip('+-')}s")
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a duration; write one like 20ms, 1.5s or 2min")
    if value.startswith("-"):
        raise wrong(f"{shown(value)} is negative; time does not run backwards")
    match = _NUMBER_AND_UNIT.fullmatch(value)
    if match is None:
        raise wrong(f"{shown(value)} is not a duration; write one like 20ms, 1.5s or 2min")
    number, unit = Fraction(match[1]), match[2]
    if unit in _OF_PROFILE:
        return _bounded(Duration(number, unit), number * _MICROSECONDS["h"], value)
    if unit not in _MICROSECONDS:
        units = [*_MICROSECONDS, *_OF_PROFILE]
        raise wrong(f"{shown(value)} has an unknown unit '{unit}'{nearest(unit, units, 'units are')}")
    amount = number * _MICROSECONDS[unit]
    if amount.denominator != 1:
        raise wrong(f"{shown(value)} is finer than a microsecond, and virtual time has nothing finer")
    return _bounded(Duration(amount), amount, value)


def _bounded(duration: Duration, length: Fraction, text: str) -> Duration:
    if length > LONGEST:
        raise wrong(f"{shown(text)} is longer than a million hours, which no scenario needs")
    return duration


def read_absolute_duration(value: Any) -> Duration:
    """A duration that means the same to every profile. Raises `wrong(…)`."""
    duration = read_duration(value)
    if duration.unit != "us":
        raise wrong(f"{shown(value)}: {duration.unit} means something to a host's TCP, not here; write it in ms or s")
    return duration


def _duration_schema(units: str, words: str) -> dict[str, Any]:
    pattern = rf"^[0-9]+(\.[0-9]+)? ?({units})$"
    return {"type": "string", "pattern": pattern, "description": f"A duration with its unit: {words}."}


TIME_SCHEMA: Final = _duration_schema("us|µs|ms|s|min|h|msl|rto", "20ms, 1.5s, 2min, 100us, 2msl, 1rto")
ABSOLUTE_TIME_SCHEMA: Final = _duration_schema("us|µs|ms|s|min|h", "20ms, 1.5s, 2min, 100us")
Time: TypeAlias = Annotated[Duration, Written(read_duration, TIME_SCHEMA, str)]
AbsoluteTime: TypeAlias = Annotated[Duration, Written(read_absolute_duration, ABSOLUTE_TIME_SCHEMA, str)]


# ---- probabilities and rates ---------------------------------------------------------------------------------------


def read_probability(value: Any) -> float:
    """A probability between 0 and 1, from a percentage. Raises `wrong(…)`."""
    if _is_number(value) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise wrong(f"{value} has no unit; write {_as_percentage(value)}%")
    match = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] != "%":
        raise wrong(f"{shown(value)} is not a probability; write one like 10%")
    percent = Fraction(match[1])
    if percent > 100:
        raise wrong(f"{shown(value)} is more than 100%")
    return float(percent / 100)


def _as_percentage(value: Any) -> str:
    """What a bare number was most likely meant to be: 0.1 is 10%, 10 is 10%."""
    number = Fraction(str(value)) if _NUMBER.fullmatch(str(value)) else Fraction(10)
    return _decimal(number * 100) if 0 < number < 1 else _decimal(min(abs(number), Fraction(100)))


def probability_text(value: float) -> str:
    """A probability as a percentage that reads back as the same number."""
    text = f"{Decimal(repr(value)) * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


Probability: TypeAlias = Annotated[
    float,
    Written(
        read_probability,
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%$", "description": "A probability in percent: 10%."},
        probability_text,
    ),
]

_BITS: Final = {"bit": 1, "kbit": 1_000, "mbit": 1_000_000, "gbit": 1_000_000_000}


def read_rate(value: Any) -> int:
    """A rate in bits a second. Raises `wrong(…)`."""
    if _is_number(value) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise wrong(f"{value} has no unit; write {value}kbit or {value}mbit")
    match = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _BITS:
        near = nearest(match[2], _BITS) if match else ""
        raise wrong(f"{shown(value)} is not a rate; write one like 10mbit (bit, kbit, mbit, gbit a second){near}")
    bits = Fraction(match[1]) * _BITS[match[2].lower()]
    if bits.denominator != 1 or not 1 <= bits <= 10**15:
        raise wrong(f"{shown(value)} is out of range; a rate is a whole number of bits from 1bit to 1000000gbit")
    return int(bits)


def rate_text(value: int) -> str:
    """Bits a second in netem's words."""
    unit = next(unit for unit in ("gbit", "mbit", "kbit", "bit") if value % _BITS[unit] == 0)
    return f"{value // _BITS[unit]}{unit}"


Rate: TypeAlias = Annotated[
    int,
    Written(
        read_rate,
        {
            "type": "string",
            "pattern": r"^[0-9]+(\.[0-9]+)? ?[kKmMgG]?[bB][iI][tT]$",
            "description": "Bits a second: 10mbit, 64kbit.",
        },
        rate_text,
    ),
]


# ---- numbers with bounds -------------------------------------------------------------------------------------------


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole_number(what: str, low: int, high: int) -> Written:
    """A whole number between two bounds; `what` begins the sentence that refuses another."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(f"{what} is a whole number, not {shown(value)}")
        if not low <= value <= high:
            raise wrong(f"{what} lies between {low:,} and {high:,}; {shown(value)} does not")
        return value

    return Written(read, {"type": "integer", "minimum": low, "maximum": high})


LARGEST_SEED: Final = (1 << 64) - 1
Port: TypeAlias = Annotated[int, whole_number("a port", 1, 65_535)]
SequenceNumber: TypeAlias = Annotated[int, whole_number("a sequence number", 0, 0xFFFF_FFFF)]
Octets: TypeAlias = Annotated[int, whole_number("a number of octets", 1, 1 << 24)]
Count: TypeAlias = Annotated[int, whole_number("a count", 0, 1_000_000)]
Seed: TypeAlias = Annotated[int, whole_number("a seed", 0, LARGEST_SEED)]

SequenceNumbers: TypeAlias = Annotated[
    tuple[SequenceNumber, ...],
    Short(lambda value: tuple(value) if isinstance(value, list) else value),
    one_or_many({"type": "integer", "minimum": 0, "maximum": 0xFFFF_FFFF}),
]


def read_switch(value: Any) -> bool:
    """On or off, or true or false. Raises `wrong(…)`."""
    if isinstance(value, bool):
        return value
    if value not in ("on", "off"):
        raise wrong(f"is switched on or off; {shown(value)} is neither")
    return bool(value == "on")


SWITCH: Final = Written(read_switch, {"enum": ["on", "off", True, False]}, lambda value: "on" if value else "off")
Switch: TypeAlias = Annotated[bool, SWITCH]


# ---- addresses -----------------------------------------------------------------------------------------------------


def read_address(value: Any) -> str:
    """An IPv4 or IPv6 address in its usual spelling. Raises `wrong(…)`."""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not an address; write one like 192.0.2.1 or 2001:db8::1")
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        raise wrong(f"{shown(value)} is not an address; write one like 192.0.2.1 or 2001:db8::1") from None
    if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255" or "%" in value:
        raise wrong(f"{shown(value)} is not the address of one host")
    return str(address)


Address: TypeAlias = Annotated[
    str,
    Written(read_address, {"type": "string", "description": "An IPv4 or IPv6 address: 192.0.2.1, 2001:db8::1."}),
]


# ---- states and errnos ---------------------------------------------------------------------------------------------

_STATES: Final = {re.sub("[-_]", "", state): state for state in State} | {
    "SYNRCVD": State.SYN_RECEIVED,
    "SYNRECV": State.SYN_RECEIVED,
    "ESTAB": State.ESTABLISHED,
    "CLOSE": State.CLOSED,
}


def read_state(value: Any) -> State:
    """A state in any of the usual spellings: FIN-WAIT-1, FIN_WAIT1, SYN_RCVD, SYN-RECV. Raises `wrong(…)`."""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a state; states are {listed(State, last='and')}")
    state = _STATES.get(re.sub("[-_ ]", "", value).upper())
    if state is None:
        raise wrong(f"{shown(value)} is not a state{nearest(value, State, 'states are')}")
    return state


def _spellings() -> str:
    """A pattern for every spelling of every state that is understood."""
    words = []
    for name in _STATES:
        letters = [f"[{letter}{letter.lower()}]" if letter.isalpha() else letter for letter in name]
        words.append("[-_ ]?".join(letters))
    return f"^({'|'.join(words)})$"


STATE_SPELLINGS: Final = _spellings()
STATE_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"enum": [str(state) for state in State]}, {"type": "string", "pattern": STATE_SPELLINGS}],
    "description": "A state of RFC 9293 §3.3.2; FIN_WAIT_1, FIN_WAIT1 and SYN_RCVD are understood as well.",
}
StateName: TypeAlias = Annotated[State, Written(read_state, STATE_SCHEMA, str)]

ERRNOS: Final = (
    "EADDRINUSE", "EADDRNOTAVAIL", "EAGAIN", "EALREADY", "EBADF", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET",
    "EDESTADDRREQ", "EHOSTDOWN", "EHOSTUNREACH", "EINPROGRESS", "EINVAL", "EISCONN", "EMSGSIZE", "ENETDOWN",
    "ENETUNREACH", "ENOBUFS", "ENOTCONN", "EPIPE", "ETIMEDOUT", "EWOULDBLOCK",
)  # fmt: skip


def read_errno(value: Any) -> str:
    """The name of an errno that a socket call may fail with. Raises `wrong(…)`."""
    if not isinstance(value, str) or value not in ERRNOS:
        near = nearest(str(value), ERRNOS) or "; write one like ECONNRESET or ETIMEDOUT"
        raise wrong(f"{shown(value)} is not an error that a socket call gives{near}")
    return value


Errno: TypeAlias = Annotated[str, Written(read_errno, {"enum": list(ERRNOS)})]
