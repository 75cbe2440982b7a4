"""What a scenario expects, and what was seen instead, in Chinese: no kind of expectation is told in English."""

import re
from pathlib import Path

import pytest

import tcpsim
from tcpsim.scenario.expect import _EVALUATED
from tcpsim.views.languages import language

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*/*.yaml"))
CHINESE = re.compile("[\u4e00-\u9fff]")
tell = language("zh").expected

# Of every kind of expectation some that hold and some that do not, for what is seen instead is told as well.
EXPECTS = """
  - states: {client: [CLOSED, SYN-SENT], server: [LISTEN]}
  - states: {3rd connection of client: [CLOSED], server with client: [LISTEN]}
  - final: {client: LISTEN, 2nd connection of server with client: CLOSED}
  - state: {client: CLOSED, at: 1s}
  - connections: {client: 7, server: {ESTABLISHED: 2, LISTEN: 3, any: {at_least: 2, at_most: 5}}}
  - connections: {client: 0, server: {CLOSE-WAIT: 0}, at: 2s}
  - time_in_state: {client: {SYN-SENT: {at_least: 1s, at_most: 2s}, ESTABLISHED: 1h}, within: 10ms}
  - received: {client: hello, server: {octets: 3000}}
  - received: {client: "", server: ab}
  - error: {client: none, server: [EPIPE, ECONNRESET]}
  - error: {client: EPIPE, server: none}
  - count: {client SYN: {at_least: 2, at_most: 4}, server SYN-ACK: 3, any RST: 0, client FIN: 0}
  - never: [any SYN, client ACK]
  - dropped: {client: none, server: {old timestamp: 1, already received: {at_least: 2}}}
  - wire: "client > S\\nserver > R"
  - wire: "client > S\\n...\\nserver > F.\\nserver > F."
  - wire: "..."
  - wire: "client > S at 1s"
  - wire: "server > S"
  - wire: "client > S 5:5(0)"
  - wire: "client > S\\nserver > S. 0:0(0) ack 9"
  - wire: "client > S\\nserver > S. win 9"
  - wire: "client > S\\nserver > S. 0:0(0) ack 1\\nclient > . 1:1(0) ack 1\\nclient > P. 1:2(1) ack 1"
  - retransmitted: {client SYN: 1s, client DATA: [1s, 2s], within: 100ms}
"""
EXPERIMENT = """tcpsim: 1
apps:
  client: [connect, {send: hello}, {wait: 1s}, close]
  server: [listen, accept, {recv: 5}, {recv: eof}, {wait: 100ms}, {send: bye}, close, {send: x}]
faults: [{drop: client SYN}, {duplicate: client DATA}, {drop: client RST}]
expect:"""


def untold(sentences: set[str]) -> list[str]:
    """Those that Chinese has no form for, or in which English words are left."""
    left = [sentence for sentence in sentences if tell(sentence) == sentence]
    return left + [told for sentence in sentences if _english(told := tell(sentence))]


def _english(told: str) -> list[str]:
    ours = re.sub(r"'[^']*'|<[^>]*>|\w+ > .*? at \S+|drop: .*", " ", told)
    names = {
        "client",
        "server",
        "late",
        "bob",
        "alice",
        "zombie",
        "any",
        "nth",
        "accept",
        "clients",
        "send",
        "recv",
        "connect",
    }
    return [word for word in re.findall("[a-z]{3,}", ours) if word not in names | {"msl", "min", "faults", "with"}]


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_every_scenario_expects(file: Path) -> None:
    sentences = {result.text for result in tcpsim.run(file).results}
    assert [sentence for sentence in sentences if not CHINESE.search(tell(sentence))] == []


def test_every_kind_of_expectation_and_what_is_seen_instead() -> None:
    run = tcpsim.run(tcpsim.loads(EXPERIMENT + EXPECTS))
    assert len({type(each) for each in run.scenario.expect}) == len(_EVALUATED)
    assert untold({result.text for result in run.results}) == []
    assert untold({result.seen for result in run.results if result.seen}) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("client ends in CLOSED", "client 最后处于 CLOSED"),
        ("2nd connection of server with alice receives 'a b'", "server（与 alice 的连接）的第 2 个连接收到 'a b'"),
        (
            "client is in SYN-SENT for at least 1s and at most 2s (± 10ms)",
            "client 处于 SYN-SENT 的时间为至少 1s，至多 2s（± 10ms）",
        ),
        ("anyone sends DATA twice", "任何一方发送 DATA 2 次"),
        ("client sends SYN again after 1s, then 2s", "client 在 1s、再过 2s 后再次发送 SYN"),
        ("server drops at least 2 segments: old timestamp", "server 丢弃至少 2 个报文段：时间戳太旧"),
        ("it dropped no SYN (twice), ACK too old (once)", "丢弃了：没有 SYN（2 次），ACK 太旧（1 次）"),
        ("calls of client fail with ECONNRESET, then EPIPE", "client 的调用依次以 ECONNRESET、EPIPE 失败"),
        ("something new", "something new"),
    ],
)
def test_how_it_reads(said: str, told: str) -> None:
    assert tell(said) == told


def test_what_else_is_wrong() -> None:
    endless = "tcpsim: 1\napps: {client: [connect, {wait: 10000h}], server: [listen, accept]}"
    endless += "\nexpect: [{final: {client: CLOSED}}]"
    for about in (EXPERIMENT + EXPECTS, endless):
        lines = tcpsim.run(tcpsim.loads(about)).text(lang="zh", width=200).splitlines()
        below = [line for line in lines if line.startswith(("  预期", "✕ 预期", "  实际"))]
        assert below
        assert all(CHINESE.search(line[6:]) for line in below)


def test_a_call_that_did_not_fail_as_expected() -> None:
    assert untold({"a call of client, connect, did not fail, though ETIMEDOUT was expected"}) == []
    assert untold({"a call of client, send, failed with EPIPE, though ECONNRESET was expected"}) == []
