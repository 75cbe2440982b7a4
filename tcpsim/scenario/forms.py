"""How the language's values may be written, and how a mistake in one is said.

Lives here: the base of all models, which answers every mistake in one sentence; scalars that are read from text;
short forms; keys that are names. Must not be known here: what the keys of the language are.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

JsonSchema = dict[str, Any]


# ---- mistakes ------------------------------------------------------------------------------------------------------


def wrong(message: str, *, key: str | None = None, line: int | None = None) -> PydanticCustomError:
    """A mistake, to be raised by whoever reads a value.

    It lies in the value; or, with `key`, in that key of the value ("": in the key that the value stands under); or,
    with `line`, in that line of its text, counted from 0.
    """
    return PydanticCustomError("wrong", "{message}", {"message": message, "key": key, "line": line})


def all_wrong(problems: list[PydanticCustomError], value: Any) -> ValidationError:
    """Several mistakes in one value, to be raised together."""
    details = [InitErrorDetails(type=problem, loc=(), input=value) for problem in problems]
    return ValidationError.from_exception_data("scenario", details)


def nearest(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean 'drop'?`; when no word comes near, `; ` and `otherwise` and all the words, or nothing."""
    known = {str(candidate).lower(): str(candidate) for candidate in words}
    matches = difflib.get_close_matches(word.lower()[:80], known, n=1, cutoff=0.6)
    if matches:
        return f"; did you mean '{known[matches[0]]}'?"
    return f"; {otherwise} {listed(known.values(), last='and')}" if otherwise else ""


def listed(words: Iterable[str], *, last: str = "or") -> str:
    """`a, b or c`; of very many words only the first."""
    known = list(words)
    if len(known) > 16:
        return f"{', '.join(known[:12])}, …"
    *first, final = known or ["nothing"]
    return f"{', '.join(first)} {last} {final}" if first else final


def shown(value: Any) -> str:
    """A value as a sentence can hold it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return f"'{value}'" if len(value) <= 50 else f"'{value[:48]}…'"
    text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number so large"
    return text if len(text) <= 50 else f"{text[:48]}…"


# ---- models --------------------------------------------------------------------------------------------------------


class Model(BaseModel):
    """A mapping of the language. Every mistake in it is one sentence, whatever pydantic calls it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _say_it_plainly(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            details = [_plain(cls, detail) for detail in error.errors(include_url=False) if not _follows(detail)]
            raise ValidationError.from_exception_data(cls.__name__, details) from None

    @classmethod
    def keys(cls) -> list[str]:
        """The keys that may be written; a key in angle brackets stands for names, and cannot."""
        keys = [info.alias or name for name, info in cls.model_fields.items()]
        return [key for key in keys if not key.startswith("<")]


def _follows(detail: Any) -> bool:
    """Whether an error only follows from others: a list whose items are all mistaken is not empty."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _plain(model: type[Model], detail: Any) -> InitErrorDetails:
    context = detail.get("ctx") or {}
    if "message" in context:
        problem = wrong(context["message"], key=context["key"], line=context["line"])
    elif detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        problem = wrong(f"unknown key '{key}'{nearest(key, model.keys(), 'the keys here are')}", key="")
    else:
        problem = wrong(_sentence(detail, context))
    return InitErrorDetails(type=problem, loc=detail["loc"], input=None)


def _sentence(detail: Any, context: Any) -> str:
    """What is wrong, for pydantic's own kinds of errors."""
    found = shown(detail["input"])
    match detail["type"]:
        case "missing":
            name = str(detail["loc"][-1])
            return f"names no {name[1:-1]}" if name.startswith("<") else f"'{name}' is missing"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"must be a mapping (key: value), not {found}"
        case "tuple_type" | "list_type":
            return f"must be a list, not {found}"
        case "string_type":
            return f"must be text, not {found}; put it in quotes"
        case "int_type" | "int_from_float":
            return f"must be a whole number, not {found}"
        case "bool_type":
            return f"must be true or false, not {found}"
        case "none_required":
            return f"takes nothing, but {found} is given"
        case "greater_than_equal":
            return f"must be at least {context['ge']:,}, not {found}"
        case "less_than_equal":
            return f"must be at most {context['le']:,}, not {found}"
        case "too_short":
            return "must not be empty"
        case "literal_error":
            return f"must be {context['expected'].replace(chr(39), '')}, not {found}"
    return f"{found} is not understood here"


# ---- annotations: how a value is written ---------------------------------------------------------------------------


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A value that is read from one scalar. `read` raises `wrong(…)`; `write` gives the scalar back."""

    read: Callable[[Any], Any]
    schema: JsonSchema
    write: Callable[[Any], Any] = _as_it_is

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return dict(self.schema)


@dataclass(frozen=True, slots=True, eq=False)
class WrittenWithNames:
    """Like `Written`, where host names stand in the text: `read` is also given the names that there are."""

    read: Callable[[Any, "Names"], Any]
    schema: JsonSchema
    write: Callable[[Any], Any] = str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: Any, info: ValidationInfo) -> Any:
            return self.read(value, info.context if isinstance(info.context, Names) else ANY_NAMES)

        return core_schema.with_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return dict(self.schema)


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """A value that has a short form besides its long one: `lengthen` turns the short one into the long one.

    `schema` describes the short form, `shorten` writes it where that is possible.
    """

    lengthen: Callable[[Any], Any]
    schema: JsonSchema | None = None
    shorten: Callable[[Any], Any] = _as_it_is

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self.lengthen,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda value, long_form: self.shorten(long_form(value))
            ),
        )

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        long_form = handler(core)
        return {"anyOf": [self.schema, long_form]} if self.schema else long_form


def one_or_many(item: JsonSchema) -> Short:
    """A list that may be written without brackets when it has one item. `item` is the schema of that item."""

    def lengthen(value: Any) -> Any:
        return value if isinstance(value, list | tuple) or value is None else [value]

    def shorten(value: Any) -> Any:
        return value[0] if len(value) == 1 else list(value)

    return Short(lengthen, item, shorten)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """A mapping in which names stand beside fixed keys: the names are gathered under one key that nobody can write.

    `keys` are the fixed keys; `is_name` tells a name from a misspelt key. In JSON schema the gathered names become
    the pattern properties of the mapping itself.
    """

    under: str
    keys: frozenset[str]
    is_name: Callable[[str], bool] = field(default=lambda _: True)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self._gather,
            handler(source),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                lambda value, long_form: self._spread(long_form(value))
            ),
        )

    def _gather(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        names = {key: inner for key, inner in value.items() if key not in self.keys and self.is_name(str(key))}
        rest = {key: inner for key, inner in value.items() if key not in names}
        return {**rest, self.under: names} if names else rest

    def _spread(self, value: Any) -> Any:
        names = value.pop(self.under, None) if isinstance(value, dict) else None
        return {**value, **names} if names else value


@dataclass(frozen=True, slots=True, eq=False)
class _Once:
    """A mapping whose keys may be spelt in several ways: a key that means what another does is a mistake."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._read, handler(source))

    def _read(self, value: Any, read: Callable[[Any], Any]) -> Any:
        known = read(value)
        if isinstance(value, dict) and len(known) < len(value):
            raise all_wrong(list(_said_again(value, read)), value)
        return known


def _said_again(value: dict[str, Any], read: Callable[[Any], Any]) -> Iterator[PydanticCustomError]:
    written: dict[Any, str] = {}
    for key, inner in value.items():
        [meant] = read({key: inner})
        if meant in written:
            yield wrong(f"'{key}' means the same as '{written[meant]}'; one of them is enough", key=key)
        else:
            written[meant] = key


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
ByName: TypeAlias = Annotated[dict[_Key, _Value], _Once()]
Named: TypeAlias = Annotated[dict[_Key, _Value], Field(min_length=1), _Once()]


# ---- host names ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Names:
    """The host names of a scenario. Empty: any name will do, because nobody has said which there are."""

    hosts: tuple[str, ...] = ()

    def check(self, name: str) -> str:
        """The name. Raises `wrong(…)`, naming those that there are, if it is not one of them."""
        if self.hosts and name not in self.hosts:
            raise wrong(f"there is no host '{name}'{nearest(name, self.hosts, 'the hosts are')}")
        return name

    def __contains__(self, name: str) -> bool:
        return name in self.hosts if self.hosts else True


ANY_NAMES: Final = Names()
