"""`tcpsim run`: timelines and documents on stdout, talk on stderr; one bad FILE does not stop the others."""

import io
import json
import sys
from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, IDLE_FAULT, MISTAKEN, WITHOUT_END, Terminal

from tcpsim.cli import experiment


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


VARIANT = """
what_if:
  a closed port:
    about: Nobody listens.
    apps:
      client: [{connect: , error: ECONNREFUSED}]
      server: []
    expect:
      - error: {client: ECONNREFUSED}
"""


def stdin_of(octets: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8")


# ---- what is printed, and the exit status ---------------------------------------------------------------------------


def test_a_scenario_that_holds(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("run", "a.yaml")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("It holds ")
    assert "expected  client ends in ESTABLISHED  held" in answer.out
    assert "\x1b" not in answer.out


def test_an_expectation_that_fails_is_1_and_told_once_in_the_timeline_and_counted_on_stderr(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("run", "a.yaml")
    assert answer.status == 1
    assert "✕ expected  client ends in CLOSED" in answer.out
    assert answer.said == ["tcpsim: a.yaml: 1 of 2 expectations failed"]


def test_a_variant_is_run_by_its_name(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS + VARIANT)
    answer = terminal.types("run", "a.yaml")
    assert answer.status == 0
    assert answer.err == 'tcpsim: what if? tcpsim run a.yaml --what-if "a closed port"\n'
    answer = terminal.types("run", "a.yaml", "--what-if", "a closed port")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("It holds — a closed port ")
    assert "Nobody listens." in answer.out
    assert "ECONNREFUSED" in answer.out


def test_a_variant_that_is_not_there_is_2_and_the_others_are_named(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS + VARIANT)
    answer = terminal.types("run", "a.yaml", "--what-if", "an open port")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "tcpsim: a.yaml: there is no variant 'an open port'; those there are: a closed port\n"
    terminal.has("b.yaml", HOLDS)
    answer = terminal.types("run", "b.yaml", "--what-if", "an open port")
    assert answer.err == "tcpsim: b.yaml: there is no variant 'an open port'; the file has no what_if\n"


def test_a_fault_that_never_met_its_segment_is_1(terminal: Terminal) -> None:
    terminal.has("a.yaml", IDLE_FAULT)
    answer = terminal.types("run", "a.yaml")
    assert answer.status == 1
    assert answer.said == ["tcpsim: a.yaml: faults[0] never met its segment: drop: client RST"]


def test_an_endless_program_is_1_and_says_which_bound_it_hit_and_what_was_going_on(terminal: Terminal) -> None:
    terminal.has("a.yaml", WITHOUT_END)
    answer = terminal.types("run", "a.yaml")
    assert answer.status == 1
    assert "stopped at the bound of 86,400 s of virtual time" in answer.err
    assert "client ESTABLISHED with 192.0.2.2:80" in answer.err


def test_mistakes_are_2_all_told_with_their_places_and_nothing_is_printed(terminal: Terminal) -> None:
    terminal.has("a.yaml", MISTAKEN)
    answer = terminal.types("run", "a.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert "a.yaml:5:1: netwrk: unknown key 'netwrk'; did you mean 'network'?" in answer.said
    assert any(line.startswith("a.yaml:6:7: seed: ") for line in answer.said)


def test_one_bad_file_does_not_stop_the_others_and_the_worst_status_counts(terminal: Terminal) -> None:
    terminal.has("bad.yaml", MISTAKEN)
    terminal.has("fails.yaml", FAILS)
    terminal.has("holds.yaml", HOLDS)
    answer = terminal.types("run", "fails.yaml", "bad.yaml", "nowhere.yaml", "holds.yaml")
    assert answer.status == 2
    assert "\n\nIt holds " in answer.out
    assert answer.out.index("It fails") < answer.out.index("It holds")
    assert "tcpsim: nowhere.yaml: there is no such file" in answer.said
    assert terminal.types("run", "fails.yaml", "holds.yaml").status == 1


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "the file is empty"),
        (b"\x7fELF\x00\xff", "not UTF-8"),
        (b"tcpsim: 1\n#" + b"x" * (10 << 20), "larger than 1 MiB"),
        (b"a: &a [x]\nb: *a\n", "aliases"),
        (b"[" * 100_000, "nested more than 64 deep"),
        (b"tcpsim: 2\n", "version 2"),
        (b"tcpsim: 1\nfaults: [{drop: server SYN-RST}]\n", "SYN-RST"),
    ],
    ids=["empty", "binary", "10 MB", "alias", "deep", "version", "flags"],
)
def test_hostile_files(terminal: Terminal, octets: bytes, why: str) -> None:
    (terminal.home / "a.yaml").write_bytes(octets)
    answer = terminal.types("run", "a.yaml")
    assert (answer.status, answer.out) == (2, "")
    assert why in answer.err
    assert len(answer.said) < 20


def test_a_directory_is_no_scenario(terminal: Terminal) -> None:
    answer = terminal.types("run", terminal.home)
    assert (answer.status, answer.out) == (2, "")
    assert answer.said[0].endswith("this is a directory, not a scenario file")


def test_names_cannot_act_upon_the_terminal(terminal: Terminal) -> None:
    answer = terminal.types("run", "\x1b[31mred\udcff.yaml")
    assert answer.said == [r"tcpsim: \x1b[31mred\udcff.yaml: there is no such file"]


def test_titles_cannot_act_upon_the_terminal(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS.replace("It holds", r'"\e]0;mine\a two\nlines"'))
    answer = terminal.types("run", "a.yaml")
    assert answer.status in {0, 2}  # the language may well refuse it
    assert not {"\x1b", "\x07"} & set(answer.out + answer.err)


# ---- stdin ----------------------------------------------------------------------------------------------------------


def test_a_dash_is_stdin(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(HOLDS.encode()))
    answer = terminal.types("run", "-")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("It holds")


def test_mistakes_on_stdin_have_places_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(b"tcpsim: 1\nx: 1\n"))
    assert terminal.types("run", "-").said[0].startswith("stdin:2:1: x: unknown key")


def test_stdin_without_end_is_not_read_without_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(_Endless()))
    answer = terminal.types("run", "-")
    assert answer.said == ["tcpsim: stdin: larger than 1 MiB; a scenario is at most that long"]


class _Endless(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 < size < 1 << 24
        return b"#" * size


def test_a_closed_stdin(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    answer = terminal.types("run", "-")
    assert (answer.status, answer.said) == (2, ["tcpsim: -: stdin is closed"])


def test_stdin_can_be_read_only_once(terminal: Terminal) -> None:
    answer = terminal.types("run", "-", "-")
    assert (answer.status, answer.said) == (2, ["tcpsim: -: stdin can be read only once"])


# ---- --json ---------------------------------------------------------------------------------------------------------


def test_one_document_for_one_file(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("run", "a.yaml", "--json")
    document = json.loads(answer.out)
    assert (document["format"], document["about"]["title"], document["ok"]) == ("tcpsim-trace", "It fails", False)
    assert answer.status == 1
    assert answer.said == ["tcpsim: a.yaml: FAILED: client ends in CLOSED; client ended in ESTABLISHED"]


def test_a_list_of_documents_for_several_even_where_some_are_bad(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    terminal.has("b.yaml", FAILS)
    answer = terminal.types("run", "a.yaml", "--json", "nowhere.yaml", "b.yaml")
    assert [document["about"]["title"] for document in json.loads(answer.out)] == ["It holds", "It fails"]
    assert answer.status == 2


def test_no_document_of_what_could_not_be_read(terminal: Terminal) -> None:
    answer = terminal.types("run", "nowhere.yaml", "--json")
    assert (answer.status, answer.out) == (2, "")


# ---- changing the experiment ----------------------------------------------------------------------------------------


def test_values_are_changed_by_their_dotted_names(terminal: Terminal) -> None:
    changes = ["--set", "network.delay=50ms", "--set", "profile.msl=5s", "--set", "hosts.client.iss=7", "--seed", "9"]
    answer = terminal.types("run", HANDSHAKE, *changes, "--set", "expect=[]")
    assert (answer.status, answer.err) == (0, "")
    assert "rfc9293 changed, delay 50 ms, seed 9" in answer.out


def test_of_a_key_set_twice_the_last_holds(terminal: Terminal) -> None:
    changes = ["--set", "network.delay=1ms", "--set", "network={delay: 2ms}", "--set", "network.delay=3ms"]
    assert "delay 3 ms" in terminal.types("run", HANDSHAKE, "--set", "expect=[]", *changes).out


def test_a_profile_and_a_change_in_it(terminal: Terminal) -> None:
    answer = terminal.types("run", HANDSHAKE, "--set", "profile.msl=1s", "--profile", "linux", "--set", "expect=[]")
    assert "linux changed" in answer.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--profile", "nope"], "--profile: there is no profile 'nope'; there are rfc9293, linux"),
        (["--seed", "-1"], "--seed: a seed lies between 0 and"),
        (["--seed", str(1 << 64)], "--seed: a seed lies between 0 and"),
        (["--seed", "9" * 5000], "--seed: a seed lies between 0 and"),
        (["--set", "network.delay=50"], "--set network.delay: 50 has no unit; write 50ms or 50s"),
        (["--set", "network.delay="], "--set network.delay: nothing is written here"),
        (["--set", "netwrk.delay=5ms"], "--set netwrk: unknown key 'netwrk'; did you mean 'network'?"),
        (["--set", "faults.9.nth=2"], "--set faults.9.nth: "),
        (["--set", "title={a"], "--set title: '{a' is not a value that YAML could hold"),
        (["--set", "tcpsim=2"], "--set tcpsim: version 2"),
    ],
)
def test_mistakes_in_changes_name_the_option(terminal: Terminal, options: list[str], message: str) -> None:
    terminal.has("a.yaml", HOLDS + "faults: [{drop: client SYN}]\n")
    answer = terminal.types("run", "a.yaml", *options)
    assert (answer.status, answer.out) == (2, "")
    assert answer.said[0].startswith(f"tcpsim: a.yaml: {message}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "network.delay"], "'network.delay' is not key=value"),
        (["--set", "=5"], "'=5' is not key=value"),
        (["--set", "network..delay=5ms"], "'network..delay=5ms' is not key=value"),
        (["--seed", "x"], "'x' is not a whole number"),
        (["--seed", "1.5"], "'1.5' is not a whole number"),
        (["--width", "-5"], "'-5' is not a number of columns from 40 to 1000"),
        (["--width", "9" * 5000], "is not a number of columns"),
        (["--plot", ""], "the name of a file is empty"),
        ([""], "the name of a file is empty"),
        (["--nope"], "unrecognized arguments: --nope"),
        (["--js"], "unrecognized arguments: --js"),
    ],
)
def test_what_is_no_option(terminal: Terminal, options: list[str], message: str) -> None:
    answer = terminal.types("run", HANDSHAKE, *options)
    assert (answer.status, answer.out) == (2, "")
    assert message in answer.said[0]
    assert answer.said[1].startswith("(try 'tcpsim")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "1", "--set", "seed=2"], "--seed and --set seed both say what it is; one is enough"),
        (["--profile", "linux", "--set", "profile=linux"], "--profile and --set profile both say what it is"),
        (["--json", "--plot", "-"], "--json and --plot - both want stdout"),
        (["--json", "--ascii"], "--ascii is about the timeline, and with --json none is printed"),
        (["--plot", "-", "--width", "80"], "--width is about the timeline, and with --plot - none is printed"),
    ],
)
def test_options_that_cannot_all_have_their_way(terminal: Terminal, options: list[str], message: str) -> None:
    answer = terminal.types("run", HANDSHAKE, *options)
    assert (answer.status, answer.out) == (2, "")
    assert answer.said[0].startswith(f"tcpsim: {message}")


# ---- how it looks ---------------------------------------------------------------------------------------------------


def test_width_and_ascii(terminal: Terminal) -> None:
    wide = terminal.types("run", HANDSHAKE, "--width", "120", "--ascii").out
    assert max(map(len, wide.splitlines())) == 120
    assert wide.isascii()


def test_colour_when_asked_for(terminal: Terminal) -> None:
    assert "\x1b[" in terminal.types("run", HANDSHAKE, "--color", "always").out
    assert "\x1b" not in terminal.types("run", HANDSHAKE, "--color", "never").out


def test_interrupted_is_130(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "run", interrupted)
    answer = terminal.types("run", HANDSHAKE)
    assert (answer.status, answer.out, answer.said) == (130, "", ["tcpsim: interrupted"])
