"""YAML 1.2 without its traps: what is read, what is refused, and where; and a file that cannot be read says why."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tcpsim.scenario import ScenarioError, load, loads, yaml_source
from tcpsim.scenario.yaml_source import Mark, parse, path_text, resolve

LOADERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def every_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser in C and the one in Python."""
    monkeypatch.setattr(yaml_source, "_LOADER", request.param)


def messages(text: str) -> list[str]:
    try:
        return [problem.message for problem in parse(text, "x.yaml").problems]
    except ScenarioError as error:
        return [problem.message for problem in error.problems]


# ---- scalars -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 17),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("2001-01-01", "2001-01-01"),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: Any) -> None:
    found = resolve(text)
    assert (found, type(found)) == (value, type(value))


def test_a_number_too_long_to_be_one_is_a_word() -> None:
    assert resolve("9" * 5000) == "9" * 5000


@pytest.mark.usefixtures("every_parser")
def test_quoted_scalars_are_text() -> None:
    source = parse("a: '1'\nb: \"true\"\nc: |\n  2\nd: 3\n", "x.yaml")
    assert source.root.value == {"a": "1", "b": "true", "c": "2\n", "d": 3}


# ---- places --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("every_parser")
def test_every_key_and_value_has_its_place() -> None:
    root = parse("a: 1\nb:\n  - c: [x, yy]\n", "x.yaml").root
    assert root.keys["b"] == (Mark(1, 0), Mark(1, 1))
    inner = root.at(("b", 0, "c", 1))
    assert inner is not None
    assert (inner.value, inner.start, inner.end) == ("yy", Mark(2, 11), Mark(2, 13))


@pytest.mark.usefixtures("every_parser")
def test_places_count_characters_not_octets() -> None:
    inner = parse("握手: {ü: x}", "x.yaml").root.at(("握手", "ü"))
    assert inner is not None
    assert inner.start == Mark(0, 8)


def test_paths_are_written_as_a_person_would() -> None:
    assert path_text(("faults", 0, "drp")) == "faults[0].drp"
    assert path_text(("network", "client -> server", "loss")) == 'network["client -> server"].loss'


# ---- refused -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("every_parser")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "the key 'a' is given twice, first in line 1"),
        ("a: &x 1", "anchors (&name) are not part of this language"),
        ("a: *x", "aliases (*name) are not part of this language"),
        ("<<: {b: 1}", "merge keys (<<) are not part of this language"),
        ("a: !!int 3", "tags (!name) are not part of this language"),
        ("a: !<x> [1]", "tags (!name) are not part of this language"),
        ("a: 1\n---\nb: 2", "a second document; a file holds one scenario"),
        ("? [a]\n: 1", "a key must be a word, not a list or a mapping"),
        ("? {a: b}\n: 1", "a key must be a word, not a list or a mapping"),
        ('"": 1', "a key must be a word"),
        ("", "the file is empty; its first line is 'tcpsim: 1'"),
        ("# only a comment\n", "the file is empty"),
        ("- a\n- b", "a scenario is a mapping, 'key: value' on each line"),
        ("hello", "a scenario is a mapping"),
        ("a: [1, 2", "this is not YAML"),
        ("a: b: c", "a text with ': ' in it must be put in quotes"),
        ("a:\n\tb: 1", "indent with spaces, not tabs"),
        ("a: 'x", "this is not YAML"),
        ("a: \x00", "the character U+0000 has no place in a text file"),
        ("a: \x1b[31m", "the character U+001B has no place in a text file"),
        ("[" * 200, "nested more than 64 deep"),
        ("a: " + "[" * 100_000, "nested more than 64 deep"),
        ("{a: " * 10_000, "nested more than 64 deep"),
        ("- " * 10_000, "nested more than 64 deep"),
    ],
)
def test_what_could_mislead_is_refused(text: str, message: str) -> None:
    assert any(message in found for found in messages(text)), messages(text)


@pytest.mark.usefixtures("every_parser")
def test_what_is_refused_does_not_hide_the_rest() -> None:
    found = messages("a: &x 1\na: 2\nb: !!str 3\nc: *x\n")
    assert [message.split()[0] for message in found] == ["anchors", "the", "tags", "aliases"]


def test_a_bomb_of_aliases_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert len(messages("\n".join(lines))) == yaml_source.MAXIMUM_COMPLAINTS


def test_what_was_refused_already_is_not_complained_of_twice() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("tcpsim: 1\nseed: *x\nnetwork: {loss: 0.1}\n")
    assert [problem.message.split(";")[0] for problem in caught.value.problems] == [
        "aliases (*name) are not part of this language",
        "0.1 has no unit",
    ]


# ---- files ---------------------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yaml") == f"{tmp_path / 'none.yaml'}: there is no such file"


def test_a_directory(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: this is a directory, not a scenario file"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("tcpsim: 1\n")

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == f"{path}: no permission to read this file"


def test_a_path_that_can_be_no_path() -> None:
    assert refusal(Path("a\0b")).startswith("a\0b: cannot be read: ")


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"# x\n" * (10 << 18))
    assert refusal(path) == f"{path}: larger than 1 MiB; a scenario is at most that long"


def test_a_file_of_exactly_a_mebibyte_is_read(tmp_path: Path) -> None:
    path = tmp_path / "full.yaml"
    path.write_bytes(b"tcpsim: 1\n#".ljust((1 << 20) - 1, b"x") + b"\n")
    assert load(path).tcpsim == 1


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "latin1.yaml"
    path.write_bytes(b"tcpsim: 1\ntitle: fa\xe7ade\n")
    assert refusal(path) == f"{path}: line 2 is not UTF-8 text (octet 0xe7)"


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(bytes(range(128)))
    assert "the character U+0000 has no place in a text file" in refusal(path)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbftcpsim: 1\r\ntitle: x\r\n")
    assert load(path).title == "x"
