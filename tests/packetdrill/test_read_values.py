"""Values: how a call's arguments may be written, what number they stand for, and how they are written again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import script, value

from tcpsim.packetdrill.expressions import (
    Anything,
    Apply,
    Array,
    Either,
    Field,
    Integer,
    Struct,
    Text,
    UnknownNameError,
    Value,
    Word,
    number,
    written,
)
from tcpsim.packetdrill.script import Call

CONSTANTS = {"O_RDWR": 2, "O_NONBLOCK": 0x800, "ECONNRESET": 104}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("...", Anything()),
        ("3", Integer(3)),
        ("-1", Integer(-1)),
        ("0x1F", Integer(31, hexadecimal=True)),
        ("SO_ERROR", Word("SO_ERROR")),
        ('"GET /"', Text(b"GET /")),
        ('"GET "...', Text(b"GET ", more=True)),
        ('"a" "b"\n"c"', Text(b"abc")),
        (r'"\x00\x7f\0\101\n\r\t\"\\\q"', Text(b'\x00\x7f\x00A\n\r\t"\\q')),
        ('"é"', Text("é".encode())),
        ('"// no /* comment `"', Text(b"// no /* comment `")),
        ("A|B | C", Either((Word("A"), Word("B"), Word("C")))),
        ("[]", Array(())),
        ("[ECONNRESET]", Array((Word("ECONNRESET"),))),
        ("{onoff=1, linger=0}", Struct((Field("onoff", Integer(1)), Field("linger", Integer(0))))),
        ("{..., 10}", Struct((Anything(), Integer(10)))),
        ("{events=A|B, ptr=0}", Struct((Field("events", Either((Word("A"), Word("B")))), Field("ptr", Integer(0))))),
        ("[TCP_NLA_BUSY=5]", Array((Field("TCP_NLA_BUSY", Integer(5)),))),
        ("msg_name(...)=...", Field("msg_name", Anything(), count=Anything())),
        ("msg_iov(1)=[{...,0}]", Field("msg_iov", Array((Struct((Anything(), Integer(0))),)), count=Integer(1))),
        ("htons(8080)", Apply("htons", Integer(8080))),
        ('inet_addr("192.0.2.1")', Apply("inet_addr", Text(b"192.0.2.1"))),
        ("sizeof(struct tcp_info)", Apply("sizeof", Word("tcp_info"))),
    ],
)
def test_values(text: str, expected: Value) -> None:
    assert value(text) == expected


def test_a_field_is_found_by_its_name() -> None:
    pollfd = value("{fd=3, events=POLLIN}")

    assert pollfd.get("fd") == Integer(3)
    assert pollfd.get("revents") is None


def test_the_values_of_a_script() -> None:
    calls = {
        happening.action.name: happening.action
        for happening in script("values").events
        if type(happening.action) is Call
    }

    assert calls["write"].arguments[1] == Text(b'GET /\r\nAB\x00"')
    assert calls["recv"].arguments[1:] == (Text(b"hello", more=True), Integer(100), Integer(0, hexadecimal=True))
    message = calls["sendmsg"].arguments[1]
    assert isinstance(message, Struct)
    assert message.get("msg_iov") == Array((Struct((Anything(), Integer(0))), Struct((Anything(), Integer(40)))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("0x10", 16),
        ("ECONNRESET", 104),
        ("O_RDWR | O_NONBLOCK", 0x802),
        ("O_RDWR|1", 3),
        ("htons(8080)", 8080),
        ("htonl(0x7f000001)", 0x7F000001),
    ],
)
def test_numbers(text: str, expected: int) -> None:
    assert number(value(text), CONSTANTS) == expected


def test_a_word_that_nobody_knows_has_no_number() -> None:
    with pytest.raises(UnknownNameError) as caught:
        number(value("O_RDWR|O_SECRET"), CONSTANTS)

    assert caught.value.name == "O_SECRET"


@pytest.mark.parametrize("text", ["...", "[1]", "{a=1}", '"5"', "sizeof(int)", "[1]|2"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        number(value(text), CONSTANTS)


NAMES = st.from_regex("[A-Z][A-Z_]{0,5}", fullmatch=True)
PLAIN: st.SearchStrategy[Any] = st.one_of(
    st.just(Anything()),
    st.builds(Integer, st.integers(-(2**63), 2**63)),
    st.builds(Integer, st.integers(0, 2**64), hexadecimal=st.just(True)),
    st.builds(Word, NAMES),
    st.builds(Text, st.binary(max_size=8), st.booleans()),
)


def _nested(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Array, several),
        st.builds(Struct, several),
        st.builds(Apply, NAMES, parts),
        st.builds(Either, st.lists(PLAIN, min_size=2, max_size=3).map(tuple)),
        st.builds(Field, NAMES, parts, st.none() | parts),
    )


@given(st.recursive(PLAIN, _nested, max_leaves=8))
def test_what_is_written_is_read_again(original: Value) -> None:
    assert value(written(original)) == original
