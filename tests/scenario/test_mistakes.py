"""Every mistake is found, at its place, in one sentence that says what would be right; all of a file at once."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tcpsim.scenario import Problem, ScenarioError, line_of, load, loads

Mistakes = Callable[[str], list[Problem]]


@pytest.fixture(scope="module")
def root() -> Path:
    """The folder of the project."""
    return Path(__file__).parents[2]


@pytest.fixture
def mistakes() -> Mistakes:
    """What is wrong with a scenario whose first line is left out."""

    def find(text: str) -> list[Problem]:
        try:
            loads(f"tcpsim: 1\n{text}", name="test.yaml")
        except ScenarioError as error:
            return error.problems
        return []

    return find


def test_all_mistakes_of_a_file_are_found_at_once_and_in_their_lines(root: Path) -> None:
    path = root / "tests" / "data" / "scenario" / "every-mistake.yaml"
    with pytest.raises(ScenarioError) as caught:
        load(path)
    expected = {
        number: line.partition("  # ")[2].split(" & ")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "  # " in line
    }
    found: dict[int, list[str]] = defaultdict(list)
    for problem in caught.value.problems:
        assert problem.span is not None
        found[problem.span.line].append(problem.message)
    assert found.keys() == expected.keys()
    for line, sentences in expected.items():
        assert len(found[line]) == len(sentences), (line, found[line])
        for sentence in sentences:
            assert any(sentence in message for message in found[line]), (line, sentence, found[line])


def test_mistakes_come_in_the_order_of_the_file(root: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(root / "tests" / "data" / "scenario" / "every-mistake.yaml")
    places = [(problem.span.line, problem.span.column) for problem in caught.value.problems if problem.span]
    assert places == sorted(places)


def test_nothing_of_the_machinery_shows(root: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(root / "tests" / "data" / "scenario" / "every-mistake.yaml")
    for problem in caught.value.problems:
        said = f"{problem.where} {problem.message}"
        for word in ("pydantic", "Input should", "union", "tagged", "Error", "validator", "<", "[key]", "NoneType"):
            assert word not in said.replace("<options>", ""), said


def test_a_mistake_is_printed_with_its_line_and_carets() -> None:
    text = "tcpsim: 1\n\nfaults:\n  - drp: server SYN-ACK\n"
    with pytest.raises(ScenarioError) as caught:
        loads(text, name="lost-syn-ack.yaml")
    assert str(caught.value) == (
        "lost-syn-ack.yaml:4:5: faults[0].drp: unknown key 'drp'; did you mean 'drop'?\n"
        "     4 |   - drp: server SYN-ACK\n"
        "       |     ^^^"
    )


def place(problem: Problem) -> tuple[int, int, int]:
    assert problem.span is not None
    return problem.span.line, problem.span.column, problem.span.end


def test_a_mistake_in_a_value_points_at_the_value(mistakes: Mistakes) -> None:
    [problem] = mistakes("network: {loss: 0.1}")
    assert place(problem) == (2, 17, 20)


def test_a_mistake_in_a_name_points_at_the_name(mistakes: Mistakes) -> None:
    [problem] = mistakes("apps:\n  srv: [connect]")
    assert place(problem) == (3, 3, 6)


def test_a_mistake_in_a_line_of_wire_points_at_that_line(mistakes: Mistakes) -> None:
    [problem] = mistakes("expect:\n  - wire: |\n      client > S 0:0(0)\n\n      server > Q. ack 1\n      ...\n")
    assert place(problem) == (6, 7, 24)
    assert "'Q.' is not a combination of flags" in problem.message


def test_something_missing_points_at_where_it_should_be(mistakes: Mistakes) -> None:
    [problem] = mistakes("faults:\n  - delay: client DATA\n")
    assert (problem.where, problem.message, place(problem)[:2]) == ("faults[0]", "'by' is missing", (3, 5))


def test_the_line_of_anything_can_be_asked_for() -> None:
    text = "tcpsim: 1\nexpect:\n  - never: any RST\n  - final:\n      client: CLOSED\n"
    assert line_of(text, ("expect", 1)) == 4
    assert line_of(text, ("expect", 1, "final", "client")) == 5
    assert line_of(text, ("expect", 7)) is None


def test_carets_stand_under_wide_characters() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("tcpsim: 1\nhosts: {client: {port: 握手}}\n", name="x")
    lines = str(caught.value).splitlines()
    assert lines[2] == "       | " + " " * 23 + "^^^^"


def test_of_a_very_long_line_only_the_part_around_the_mistake_is_printed() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("tcpsim: 1\nevents: [" + "{at: 1s, server: crash}, " * 1000 + "{at: 1, server: crash}]", name="x")
    shown = str(caught.value).splitlines()
    assert max(map(len, shown)) < 130
    assert shown[1][shown[2].index("^")] == "1"


def test_a_file_full_of_mistakes_is_not_printed_to_the_end() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("tcpsim: 1\nevents: [" + "x, " * 1000 + "]", name="x")
    assert len(caught.value.problems) == 1000
    assert str(caught.value).endswith("… and 950 more")


def test_another_version_is_refused_by_name_and_nothing_else_is_said_about_it() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("tcpsim: 2\nfrobnicate: [x]\n")
    [problem] = caught.value.problems
    assert problem.message == "version 2 of the language is not understood here; only version 1 is"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\n", "'tcpsim' is missing; the first line of a scenario is 'tcpsim: 1'"),
        ("tcpsim: '1'\n", "the version of the language is a number; write tcpsim: 1"),
        ("tcpsim: 1.0\n", "the version of the language is a number; write tcpsim: 1"),
        ("tcpsim:\n", "nothing is written here"),
        ("tcpsim: true\n", "the version of the language is a number; write tcpsim: 1"),
    ],
)
def test_the_version_must_be_there(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    assert [problem.message for problem in caught.value.problems] == [message]


# ---- what can only be judged by looking at several parts together ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (
            "hosts: {client: {address: 192.0.2.1}, server: {address: '2001:db8::1'}}",
            "hosts.server.address",
            "'2001:db8::1' is IPv6, but another host has IPv4; one network has one kind",
        ),
        (
            "hosts: {client: {address: 192.0.2.7}, server: {address: 192.0.2.7}}",
            "hosts.server.address",
            "'192.0.2.7' is already the address of client",
        ),
        (
            "hosts: {client: {address: 192.0.2.1, clients: 9}, server: {address: 192.0.2.5}}",
            "hosts.server.address",
            "'192.0.2.5' is already the address of client",
        ),
        (
            "hosts: {client: {address: 255.255.255.250, clients: 9}}",
            "hosts.client.address",
            "after '255.255.255.250' there are not 9 addresses",
        ),
        ("hosts: {client: {clients: 2}, client-1: {}}", "hosts.client-1", "there are two hosts named 'client-1'"),
        (
            "hosts: {a: {}, b: {}, c: {}}\napps: {a: [connect]}",
            "apps.a",
            "connects, but to whom? There are several other hosts; write {connect: {host: …}}",
        ),
        (
            "hosts: {client: {clients: 2}}\napps: {server: [{connect: {host: client}}]}",
            "apps.server",
            "connects to 'client', which are several hosts; name one: client-1",
        ),
        (
            "apps: {client: [{connect: {host: client}}]}",
            "apps.client",
            "connects to itself, and there is no network between a host and itself",
        ),
        (
            "apps: {client: [{serve: [{repeat: 2, do: [{connect: {host: client}}]}]}]}",
            "apps.client",
            "connects to itself, and there is no network between a host and itself",
        ),
        (
            "apps: {client: [{repeat: 1000, do: [{repeat: 500, do: [accept, {send: x}]}, close]}]}",
            "apps.client",
            "makes more than 1,000,000 calls, its repeats written out",
        ),
        (
            "hosts: {client: {clients: 2}}\ninject: [{at: 1ms, segment: client > S 0:0(0)}]",
            "inject[0].segment",
            "'client' are several hosts; name one: client-1",
        ),
        (
            "hosts: {client: {clients: 2}}\ninject: [{at: 1ms, segment: server > S 0:0(0)}]",
            "inject[0].segment",
            "to whom? Write the receiver after '>': server > client-1 …",
        ),
        (
            "inject: [{at: 1ms, segment: client > P. 1:5(4) ack 1, data: toolong}]",
            "inject[0].data",
            "holds 7 octets, but the segment has 4",
        ),
        (
            "inject: [{at: 1ms, segment: 255.255.255.250 > server S 0(0), times: 9, counting: address}]",
            "inject[0].segment",
            "after '255.255.255.250' there are not 9 addresses to count up to",
        ),
        (
            "inject: [{at: 1ms, segment: '2001:db8::9 > server S 0(0)'}]",
            "inject[0].segment",
            "'2001:db8::9' is not IPv4, as the hosts' addresses are",
        ),
        (
            "what_if: {x: {hosts: {client: {address: 10.1.1.1}, server: {address: 10.1.1.1}}, expect: [never: any S]}}",
            "what_if.x.hosts.server.address",
            "'10.1.1.1' is already the address of client",
        ),
    ],
)
def test_parts_that_do_not_fit_together(mistakes: Mistakes, text: str, where: str, message: str) -> None:
    assert [(problem.where, problem.message) for problem in mistakes(text)] == [(where, message)]


def test_a_mistake_in_one_part_does_not_hide_that_others_do_not_fit_together(mistakes: Mistakes) -> None:
    found = mistakes("seed: x\nhosts: {client: {address: 192.0.2.7}, server: {address: 192.0.2.7}}")
    assert [problem.where for problem in found] == ["seed", "hosts.server.address"]


def test_a_mistake_in_one_host_or_program_leaves_the_others_to_talk_to(mistakes: Mistakes) -> None:
    text = """
hosts: {alice: {address: 192.0.2.7}, bob: CLOSED, carol: {port: x, address: 192.0.2.7}, server: {}, 1st: {}}
apps: {alice: [connect], dave: [connct], bob: [close, clse]}
inject: [{at: 1s, segment: alice > server S @7000(0)}, {at: 1s, segment: alice > S @7000(2), data: x}]
"""
    assert [str(problem).splitlines()[0].partition(": ")[2] for problem in mistakes(text)] == [
        "hosts.bob: must be a mapping (key: value), not 'CLOSED'",
        "hosts.carol.port: a port is a whole number, not 'x'",
        "hosts.carol.address: '192.0.2.7' is already the address of alice",
        "hosts.1st: '1st' cannot name a host; a name is a letter, then letters, digits, - and _",
        "apps.dave: there is no host 'dave'; the hosts are alice, bob, carol, server and 1st",
        "apps.dave[0]: there is no call 'connct'; did you mean 'connect'?",
        "apps.bob[1]: there is no call 'clse'; did you mean 'close'?",
        "inject[1].data: holds 1 octet, but the segment has 2",
    ]


@pytest.mark.parametrize("name", ["c.d", "S", "c:1"])
def test_a_host_that_cannot_have_its_name_is_not_taken_for_an_address(mistakes: Mistakes, name: str) -> None:
    problems = mistakes(f"hosts: {{a: {{}}, '{name}': {{}}}}\ninject: [{{at: 1s, segment: '{name} > a S 1(0)'}}]")
    assert problems[0].message.startswith(f"'{name}' cannot name a host")


def test_a_call_alone_may_stand_as_a_key_and_nothing_else_with_its_name(mistakes: Mistakes) -> None:
    assert mistakes("apps: {client: [connect: , {do: [close: ]}]}")[0].message.startswith("steps stand beside")
    assert not mistakes("apps: {client: {do: [{connect: }, {close: }]}}")
    problems = mistakes("hosts: {connect: }\nexpect: [{connections: {server: {listen: }}}]")
    assert [problem.message for problem in problems] == ["nothing is written here"] * 2


@pytest.mark.parametrize(
    ("text", "wheres"),
    [
        ("count: {client SYN: 1, client S: 1, client  SYN: 2, client syn: 3}", ["client  SYN", "client syn"]),
        ("time_in_state: {client: {TIME-WAIT: 1s, TIME_WAIT: 2s}}", ["TIME_WAIT"]),
        ("connections: {client: {ESTABLISHED: 1, estab: 2}}", ["estab"]),
        ("retransmitted: {client FIN: 1s, client fin: 2s}", ["client fin"]),
        ("dropped: {server with client: any, server  with client: none}", ["server  with client"]),
        (
            "state: {1st connection of client: CLOSED, 1st connection  of client: CLOSED, at: 1s}",
            ["1st connection  of"],
        ),
    ],
)
def test_what_is_said_twice_in_two_spellings_is_not_lost(mistakes: Mistakes, text: str, wheres: list[str]) -> None:
    problems = mistakes(f"expect: [{{{text}}}]")
    assert len(problems) == len(wheres)
    for problem, where in zip(problems, wheres, strict=True):
        assert "means the same as" in problem.message
        assert where in problem.where


def test_a_direction_written_twice_in_two_spellings_is_a_mistake(mistakes: Mistakes) -> None:
    [problem] = mistakes("network:\n  client -> server: {loss: 1%}\n  client->server: {delay: 1s}")
    assert problem.message == "'client->server' means the same as 'client -> server'; one of them is enough"
    assert place(problem) == (4, 3, 17)


def test_a_moment_that_the_run_does_not_come_to(mistakes: Mistakes) -> None:
    text = """
until: 1s
expect:
  - state: {client: CLOSED, at: 1s}
  - state: {client: CLOSED, at: 1001ms}
  - connections: {server: 0, at: 2msl}
what_if:
  longer: {until: 2s, expect: [{state: {client: CLOSED, at: 1001ms}}, {state: {client: CLOSED, at: 3s}}]}
  shorter msl: {profile: {msl: 1ms}, expect: [{connections: {server: 0, at: 2msl}}]}
  the same: {expect: [{connections: {server: 0}}, {state: {client: CLOSED, at: 1001ms}}]}
"""
    assert [(problem.where, problem.message) for problem in mistakes(text)] == [
        ("expect[1].state.at", "the run is over before 1001ms: until is 1s"),
        ("expect[2].connections.at", "the run is over before 2msl: until is 1s"),
        ("what_if.longer.expect[1].state.at", "the run is over before 3s: until is 2s"),
        ('what_if["the same"].expect[1].state.at', "the run is over before 1001ms: until is 1s"),
    ]


def test_a_host_that_only_another_variant_has_is_none(mistakes: Mistakes) -> None:
    text = """
hosts: {a: {}, b: {}}
apps: {a: [listen], b: [{connect: {host: a}}]}
inject: [{at: 1s, segment: client > a S 1(0)}]
what_if:
  another:
    apps: {client: [{connect: {host: a}}]}
    expect: [{final: {client: ESTABLISHED}}]
  fewer:
    hosts: {c: {}}
    expect: [{final: {client: CLOSED}}]
"""
    assert [str(problem).splitlines()[0].partition(": ")[2] for problem in mistakes(text)] == [
        "inject[0].segment: there is no host 'client'; the hosts are a and b",
        "what_if.fewer.expect[0].final.client: there is no host 'client'; the hosts are a, b and c",
    ]
