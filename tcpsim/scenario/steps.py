"""`apps:` — programs of ordinary socket calls: `[connect, {send: hello}, {recv: 2}, close]`.

Lives here: the model of each call, and the three ways to write a host's programs. Must not be known here: what the
calls do.
"""

import re
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic_core import CoreSchema, core_schema

from tcpsim.scenario.forms import JsonSchema, Model, Short, Written, nearest, shown, wrong
from tcpsim.scenario.patterns import HostName
from tcpsim.scenario.scalars import Count, Errno, Octets, Port, Switch, Time, microseconds, whole_number

# ---- octets --------------------------------------------------------------------------------------------------------

MOST_CALLS: Final = 1_000_000  # that one program makes, its repeats written out
_FILLER: Final = b"abcdefghijklmnopqrstuvwxyz"


def _read_hex(value: Any) -> str:
    if isinstance(value, int | float):
        raise wrong("hexadecimal digits that look like a number need quotes")
    if not isinstance(value, str) or not re.fullmatch("([0-9A-Fa-f]{2} ?)*", value):
        raise wrong(f"{shown(value)} is not hexadecimal; write pairs of digits: 00ff")
    return value


HexDigits: TypeAlias = Annotated[str, Written(_read_hex, {"type": "string", "pattern": "^([0-9A-Fa-f]{2} ?)*$"})]


class Data(Model):
    """Octets: as text, or so many of filler, or in hexadecimal."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    text: str | None = Field(default=None, description="The octets as text, in UTF-8.")
    octets: Octets | None = Field(default=None, description="So many octets, abc…zabc…")
    hex: HexDigits | None = Field(default=None, description="The octets in hexadecimal: 00ff.")

    @property
    def content(self) -> bytes:
        """The octets themselves."""
        if self.octets is not None:
            return (_FILLER * (self.octets // len(_FILLER) + 1))[: self.octets]
        return bytes.fromhex(self.hex) if self.hex is not None else (self.text or "").encode()


def _lengthen_data(value: Any) -> Any:
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, bool | int | float):
        raise wrong(
            f'{shown(value)} is a number; put text in quotes ("{value}"), or write {{octets: 1000}} for so many'
        )
    if (
        isinstance(value, dict)
        and len(value.keys() & {"text", "octets", "hex"}) != 1
        and value.keys() <= set(Data.keys())
    ):
        raise wrong("octets are given in one way: text, octets or hex")
    return value


def _shorten_data(value: Any) -> Any:
    return value["text"] if isinstance(value, dict) and value.keys() == {"text"} else value


OctetsOrText: TypeAlias = Annotated[
    Data, Short(_lengthen_data, {"type": "string", "description": "The octets as text, in UTF-8."}, _shorten_data)
]


# ---- calls ---------------------------------------------------------------------------------------------------------


class Step(Model):
    """One socket call."""

    VERB: ClassVar[str] = ""


class Call(Step):
    """A call that may be expected to fail."""

    error: Errno | None = Field(
        default=None, description="The call is expected to fail with this errno, and the program goes on."
    )


class ConnectTo(Model):
    """Where to connect, and from where."""

    host: HostName | None = Field(default=None, description="The host to connect to. By default the other one.")
    port: Port | None = Field(default=None, description="Its port. By default the port of that host.")
    from_port: Port | None = Field(
        default=None, alias="from", description="The local port. By default the host's, then ephemeral ones."
    )
    blocking: Switch = Field(
        default=True, description="Off: a non-blocking socket's connect, which returns at once; later calls wait."
    )
    data: OctetsOrText | None = Field(
        default=None, description="Octets to go with the SYN, as far as it has room: text, {octets: 1000}, {hex: 00ff}."
    )


class ListenOn(Model):
    """Where to listen."""

    port: Port | None = Field(default=None, description="The local port. By default the host's.")
    backlog: Count | None = Field(
        default=None, description="How many connections may wait for accept. By default the profile's."
    )
    reuse: Switch = Field(
        default=False, description="SO_REUSEADDR: listen though connections of that port have not all ended."
    )


def _nothing(value: Any) -> Any:
    return {} if value is None else value


def _the_write_side(value: Any) -> Any:
    return "write" if value is None else value


def _unless_write(value: Any) -> Any:
    return None if value == "write" else value


class Connect(Call):
    """Open a connection, and wait for the handshake."""

    VERB: ClassVar[str] = "connect"
    connect: Annotated[ConnectTo, Short(_nothing, {"type": "null"})] = Field(description="Open a connection actively.")


class Listen(Call):
    """Open a port for connections."""

    VERB: ClassVar[str] = "listen"
    listen: Annotated[ListenOn, Short(_nothing, {"type": "null"})] = Field(description="Open a port passively.")


class AcceptFrom(Model):
    """Which connections to take."""

    half_open: Switch = Field(
        default=False, description="On: also one in SYN-RECEIVED, as RFC 9293's passive OPEN has it; no socket does."
    )


class Accept(Call):
    """Wait for a connection; the calls that follow are about it."""

    VERB: ClassVar[str] = "accept"
    accept: Annotated[AcceptFrom, Short(_nothing, {"type": "null"})] = Field(description="Wait for a connection.")


class Send(Call):
    """Hand octets to TCP."""

    VERB: ClassVar[str] = "send"
    send: OctetsOrText = Field(description="Hand octets to TCP: text, {octets: 1000}, or {hex: 00ff}.")
    more: Switch = Field(
        default=False,
        description="MSG_MORE: more will follow; what fills no segment waits for it, or for close, for half a second.",
    )


def _read_amount(value: Any) -> int | None:
    if value == "eof":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1 << 24:
        raise wrong(f"{shown(value)} cannot be received; write how many octets ({{recv: 5}}), or {{recv: eof}}")
    return value


class Recv(Call):
    """Wait for so many octets, or for the end of the stream."""

    VERB: ClassVar[str] = "recv"
    recv: Annotated[
        int | None,
        Written(
            _read_amount,
            {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1 << 24}, {"const": "eof"}]},
            lambda octets: "eof" if octets is None else octets,
        ),
    ] = Field(description="Wait for so many octets, or with eof for the end of the stream.")


class Wait(Step):
    """Do nothing for a while."""

    VERB: ClassVar[str] = "wait"
    wait: Time = Field(description="Do nothing for so long.")


class Shutdown(Call):
    """Send no more, and go on receiving."""

    VERB: ClassVar[str] = "shutdown"
    shutdown: Annotated[Literal["write", "read"], Short(_the_write_side, {"type": "null"}, _unless_write)] = Field(
        description="Send no more (half-close); what the peer sends is still received. With read: receive no more; "
        "TCP is not told, and acknowledges what comes."
    )


class Close(Call):
    """Close the connection."""

    VERB: ClassVar[str] = "close"
    close: None = Field(description="Close the connection: send what is queued, then a FIN, and receive no more.")


class Abort(Call):
    """Reset the connection."""

    VERB: ClassVar[str] = "abort"
    abort: None = Field(description="Reset the connection at once.")


class StopListening(Call):
    """Close the listener."""

    VERB: ClassVar[str] = "stop_listening"
    stop_listening: None = Field(
        description="Close the listener itself. Connections that were accepted go on; the others are reset."
    )


class Serve(Step):
    """Accept connection after connection, and run the same steps on each, side by side."""

    VERB: ClassVar[str] = "serve"
    serve: "Annotated[tuple[AnyStep, ...], Field(strict=False)]" = Field(
        description="Accept connection after connection, and run these steps on each, side by side.", min_length=1
    )


class Repeat(Step):
    """The same steps again and again."""

    VERB: ClassVar[str] = "repeat"
    repeat: Annotated[int, whole_number("a number of rounds", 1, MOST_CALLS)] = Field(
        description="Run the steps under do so many times, round after round: {repeat: 40, do: [connect, close]}."
    )
    do: "Annotated[tuple[AnyStep, ...], Field(strict=False)]" = Field(
        description="The steps of one round.", min_length=1
    )


def calls_in(steps: "tuple[AnyStep, ...]") -> int:
    """How many calls the steps make, repeats counted as often as they go round; what is served counts once."""
    return sum(
        step.repeat * calls_in(step.do) if isinstance(step, Repeat) else 1 + calls_in(getattr(step, "serve", ()))
        for step in steps
    )


_STEPS: Final[dict[str, type[Step]]] = {
    step.VERB: step
    for step in (Connect, Listen, Accept, Send, Recv, Wait, Shutdown, Close, Abort, StopListening, Serve, Repeat)
}
ALONE: Final = ("connect", "listen", "accept", "shutdown", "close", "abort", "stop_listening")


def _lengthen_step(value: Any) -> Any:
    if isinstance(value, str):
        if value in ALONE:
            return {value: None}
        if value in _STEPS:
            raise wrong(f"'{value}' needs to know what; write {{{value}: …}}")
        raise wrong(f"there is no call {shown(value)}{nearest(value, _STEPS, 'there are')}")
    if not isinstance(value, dict):
        raise wrong(f"a step is a call such as connect or {{send: hello}}, not {shown(value)}")
    verbs = [key for key in value if key in _STEPS]
    if len(verbs) > 1:
        raise wrong(f"one call each: put '{verbs[1]}' under a '-' of its own", key=verbs[1])
    if not verbs:
        unknown = next(iter(value), "")
        message = f"there is no call {shown(str(unknown))}{nearest(str(unknown), _STEPS, 'there are')}"
        raise wrong(message, key=str(unknown) if unknown else None)
    return value


def _shorten_step(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((verb, argument),) = value.items()
    return verb if argument is None or argument == {} else value


def _tag(value: Any) -> str:
    verbs = [value.VERB] if isinstance(value, Step) else [key for key in value if key in _STEPS]
    return f"<{verbs[0]}>"


def _short_step(value: Any) -> Any:
    return value if isinstance(value, Step) else _lengthen_step(value)


AnyStep: TypeAlias = Annotated[
    Annotated[Connect, Tag("<connect>")]
    | Annotated[Listen, Tag("<listen>")]
    | Annotated[Accept, Tag("<accept>")]
    | Annotated[Send, Tag("<send>")]
    | Annotated[Recv, Tag("<recv>")]
    | Annotated[Wait, Tag("<wait>")]
    | Annotated[Shutdown, Tag("<shutdown>")]
    | Annotated[Close, Tag("<close>")]
    | Annotated[Abort, Tag("<abort>")]
    | Annotated[StopListening, Tag("<stop_listening>")]
    | Annotated[Serve, Tag("<serve>")]
    | Annotated[Repeat, Tag("<repeat>")],
    Discriminator(_tag),
    Short(_short_step, {"enum": list(ALONE)}, _shorten_step),
]
Steps: TypeAlias = Annotated[tuple[AnyStep, ...], Field(strict=False)]


# ---- programs ------------------------------------------------------------------------------------------------------


class Program(Model):
    """Steps that a host begins at some time."""

    at: Time = Field(default=microseconds(0), description="When the program begins. By default at once.")
    do: Steps = Field(description="The steps, one after the other.")


class _Programs:
    """The annotation of a host's programs: a list of steps, or one program, or a list of programs."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        forms = {
            "<steps>": Steps,
            "<program>": Program,
            "<programs>": Annotated[tuple[Program, ...], Field(strict=False)],
        }
        union = core_schema.tagged_union_schema(
            {tag: handler.generate_schema(form) for tag, form in forms.items()}, discriminator=_form
        )
        return core_schema.no_info_before_validator_function(
            _one_form,
            core_schema.no_info_after_validator_function(_as_programs, union),
            serialization=core_schema.plain_serializer_function_ser_schema(_shorten_programs),
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {"anyOf": handler(core)["oneOf"]}


def _one_form(value: Any) -> Any:
    if not isinstance(value, list | tuple | dict | Program):
        raise wrong(f"a host runs a list of steps, [connect, close], not {shown(value)}")
    if isinstance(value, list | tuple) and any(map(_is_whole, value)) and not all(map(_is_whole, value)):
        raise wrong("steps stand beside whole programs here; put the steps under {do: [...]}")
    return value


def _is_whole(value: Any) -> bool:
    return isinstance(value, Program) or (isinstance(value, dict) and "do" in value and "repeat" not in value)


def _form(value: Any) -> str:
    if isinstance(value, dict | Program):
        return "<program>"
    return "<programs>" if value and _is_whole(value[0]) else "<steps>"


def _as_programs(value: Any) -> tuple[Program, ...]:
    if isinstance(value, Program):
        return (value,)
    if value and isinstance(value[0], Program):
        return tuple(value)
    return (Program.model_construct({"do"}, do=value),)


def _shorten_programs(programs: tuple[Program, ...]) -> Any:
    written = [program.model_dump(by_alias=True, exclude_defaults=True) for program in programs]
    if len(programs) == 1:
        return written[0] if "at" in written[0] else list(written[0]["do"])
    return written


Programs: TypeAlias = Annotated[tuple[Program, ...], _Programs()]
