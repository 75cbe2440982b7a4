"""`profile:` — a named profile, or one with parameters changed: `{base: linux, msl: 5s, delayed_ack: off}`.

The parameters are not listed here. They are the fields of `tcpsim.tcp.profiles.Profile`, and how one is written follows
from the type of its field: a time needs a unit, a yes-or-no is on or off, an optional one may be off, a range has
two ends.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, create_model
from pydantic_core import CoreSchema, core_schema

from tcpsim.scenario.forms import JsonSchema, Model, Written, listed, nearest, shown, wrong
from tcpsim.scenario.scalars import ABSOLUTE_TIME_SCHEMA, SWITCH, duration_text, read_absolute_duration
from tcpsim.tcp.profiles import PARAMETERS, PROFILES, RFC9293, Bounds, Profile

_ANY_NUMBER: Final = Bounds(0, 1 << 30)
_LAST_PORT: Final = 65_535
_PORT_RANGE: Final = re.compile(r"([1-9][0-9]{0,4})-([1-9][0-9]{0,4})")


# ---- how each type of parameter is written -------------------------------------------------------------------------


def _read_time(value: Any) -> int:
    return int(read_absolute_duration(value).amount)


def _read_interval(value: Any) -> int:
    time = _read_time(value)
    if not time:
        raise wrong(f"begins anew whenever it is over, and would never be with {shown(value)}; write 1us or more")
    return time


def _number(bounds: Bounds) -> Written:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not bounds.low <= value <= bounds.high:
            raise wrong(f"is a whole number from {bounds.low:,} to {bounds.high:,}, not {shown(value)}")
        return value

    return Written(read, {"type": "integer", "minimum": bounds.low, "maximum": bounds.high})


def _read_ports(value: Any) -> tuple[int, int]:
    written = _PORT_RANGE.fullmatch(value) if isinstance(value, str) else None
    first, last = (int(port) for port in written.groups()) if written else (0, 0)
    if not 0 < first <= last <= _LAST_PORT:
        raise wrong(f"is the first and the last port, such as '49152-65535', not {shown(value)}")
    return first, last


def _ports_text(ports: tuple[int, int]) -> str:
    return f"{ports[0]}-{ports[1]}"


_TIME: Final = Written(_read_time, ABSOLUTE_TIME_SCHEMA, duration_text)
_INTERVAL_SCHEMA: Final = {
    **ABSOLUTE_TIME_SCHEMA,
    "pattern": ABSOLUTE_TIME_SCHEMA["pattern"].replace("^", r"^(?!0+(\.0+)?[^0-9.])"),
}
_INTERVAL: Final = Written(_read_interval, _INTERVAL_SCHEMA, duration_text)
_PORTS: Final = Written(_read_ports, {"type": "string", "pattern": f"^{_PORT_RANGE.pattern}$"}, _ports_text)


def _choice(choices: tuple[str, ...]) -> Written:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise wrong(f"is {listed(choices)}, not {shown(value)}{nearest(str(value), choices)}")
        return value

    return Written(read, {"enum": list(choices)})


def _or_off(written: Written) -> Written:
    def read(value: Any) -> Any:
        return None if value is False or value == "off" else written.read(value)

    def write(value: Any) -> Any:
        return "off" if value is None else written.write(value)

    return Written(read, {"anyOf": [written.schema, {"enum": ["off", False]}]}, write)


def _written(annotation: Any) -> Written:
    """How a parameter is written, by the type of its field in the profile."""
    if get_origin(annotation) in (Union, UnionType):
        return _or_off(_written(next(inner for inner in get_args(annotation) if inner is not NoneType)))
    if get_origin(annotation) is Literal:
        return _choice(get_args(annotation))
    if get_origin(annotation) is Annotated:
        notes = get_args(annotation)[1:]
        bounds = next((note for note in notes if isinstance(note, Bounds)), None)
        if "µs" in notes:
            return _INTERVAL if bounds else _TIME
        return _number(bounds or _ANY_NUMBER)
    if get_origin(annotation) is tuple:
        return _PORTS
    return SWITCH if annotation is bool else _number(_ANY_NUMBER)


_TYPES: Final = get_type_hints(Profile, include_extras=True)
_WRITTEN: Final = {name: _written(_TYPES[name]) for name in PARAMETERS}


def parameter_text(name: str, value: Any) -> str:
    """A parameter's value as a scenario writes it: `2min`, `off`, `65535`."""
    return str(_WRITTEN[name].write(value))


def _description(name: str) -> str:
    """What each profile says of a parameter, so that an editor can show it."""
    default = getattr(RFC9293, name)
    values = {profile.name: getattr(profile, name) for profile in PROFILES.values()}
    differing = (f"{profile}: {parameter_text(name, value)}" for profile, value in values.items() if value != default)
    return "; ".join([f"{RFC9293.name}: {parameter_text(name, default)}", *differing])


class _Changes(Model):
    """A profile with some parameters changed."""

    @classmethod
    def keys(cls) -> list[str]:
        return ["base", *PARAMETERS]


@cache
def _changes(names: tuple[str, ...]) -> type[Model]:
    """The model of changes to these parameters: all for the schema, but to read a few, a model of those is made."""
    base = Field(default="", description="The profile that is changed. By default the one around, or rfc9293.")
    fields: dict[str, Any] = {
        name: (Annotated[Any, _WRITTEN[name]], Field(default=None, description=_description(name))) for name in names
    }
    return create_model(
        "ProfileParameters",
        __base__=_Changes,
        __doc__=_Changes.__doc__,
        base=(Annotated[str, _choice(tuple(PROFILES))], base),
        **fields,
    )


# ---- the choice ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A profile by name ("": the one around), and the parameters changed in it; times are µs, None is off."""

    base: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    def over(self, around: Profile) -> Profile:
        """The profile chosen, where `around` holds when no other is named."""
        profile = PROFILES[self.base] if self.base else around
        return profile.with_changes(**self.changes)

    def merged_over(self, around: "ProfileChoice") -> "ProfileChoice":
        """This choice, made on top of another."""
        return self if self.base else ProfileChoice(around.base, {**around.changes, **self.changes})

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _choose, serialization=core_schema.plain_serializer_function_ser_schema(_short_form)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        # What stands within another schema is written once, and referred to.
        within = core_schema.no_info_after_validator_function(_choose, TypeAdapter(_changes(PARAMETERS)).core_schema)
        return {"anyOf": [{"enum": list(PROFILES)}, handler(within)]}


def _choose(value: Any) -> ProfileChoice:
    if isinstance(value, ProfileChoice):
        value = _short_form(value)
    if isinstance(value, str):
        if value not in PROFILES:
            raise wrong(f"there is no profile {shown(value)}{nearest(value, PROFILES, 'there are')}")
        return ProfileChoice(value)
    given = tuple(name for name in PARAMETERS if name in value) if isinstance(value, dict) else ()
    changes: Any = _changes(given).model_validate(value)
    return ProfileChoice(changes.base, {name: getattr(changes, name) for name in given})


def _short_form(choice: ProfileChoice) -> Any:
    changes = {name: _WRITTEN[name].write(value) for name, value in choice.changes.items()}
    if not changes:
        return choice.base or {}
    return {"base": choice.base, **changes} if choice.base else changes
