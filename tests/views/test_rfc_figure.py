"""A run as a figure of RFC 9293: the RFC's own come out line by line, and every segment of every scenario is in one."""

from collections import Counter
from pathlib import Path

import pytest
from stories import MS, Story, row

import tcpsim
from tcpsim.tcp.states import State
from tcpsim.views.export.figure_order import peers_of
from tcpsim.views.export.rfc_figure import rfc_figure

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))


def lines_of(name: str, variant: str = "", **changes: str) -> list[str]:
    """The numbered lines of a scenario's figure, each with single spaces, without their numbers."""
    scenario = tcpsim.load(SCENARIOS / name)
    run = tcpsim.what_if(scenario)[variant] if variant else tcpsim.run(scenario, changes=changes)
    lines = [" ".join(line.split()) for line in rfc_figure(run.trace).splitlines()[1:]]
    return [line.partition(". ")[2] if line[:1].isdigit() else line for line in lines if line]


def test_figure_6() -> None:
    assert lines_of("opening/three-way-handshake.yaml") == [
        "CLOSED LISTEN",
        "SYN-SENT --> <SEQ=100><CTL=SYN> --> SYN-RECEIVED",
        "ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED",
        "ESTABLISHED --> <SEQ=101><ACK=301><CTL=ACK> --> ESTABLISHED",
    ]


def test_figure_6_to_the_column() -> None:
    assert rfc_figure(tcpsim.run(SCENARIOS / "opening/three-way-handshake.yaml").trace, title="Handshake") == (
        "    client                                              server\n"
        "\n"
        "1.  CLOSED                                              LISTEN\n"
        "\n"
        "2.  SYN-SENT    --> <SEQ=100><CTL=SYN>              --> SYN-RECEIVED\n"
        "\n"
        "3.  ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED\n"
        "\n"
        "4.  ESTABLISHED --> <SEQ=101><ACK=301><CTL=ACK>     --> ESTABLISHED\n"
        "\n"
        "                             Handshake\n"
    )


def test_figure_7() -> None:
    """The RFC's ends with its seventh line; the acknowledgments of the SYN-ACKs come after it."""
    assert lines_of("opening/simultaneous-open.yaml", "as figure 7 draws it")[:7] == [
        "CLOSED CLOSED",
        "SYN-SENT --> <SEQ=100><CTL=SYN> ...",
        "SYN-RECEIVED <-- <SEQ=300><CTL=SYN> <-- SYN-SENT",
        "... <SEQ=100><CTL=SYN> --> SYN-RECEIVED",
        "SYN-RECEIVED --> <SEQ=100><ACK=301><CTL=SYN,ACK> ...",
        "ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED",
        "... <SEQ=100><ACK=301><CTL=SYN,ACK> --> ESTABLISHED",
    ]


def test_figure_8() -> None:
    told = [line for line in lines_of("opening/old-duplicate-syn.yaml") if not line.startswith("(dropped")]
    assert told == [
        "CLOSED LISTEN",
        "SYN-SENT --> <SEQ=100><CTL=SYN> ...",
        "(duplicate) ... <SEQ=90><CTL=SYN> --> SYN-RECEIVED",
        "SYN-SENT <-- <SEQ=300><ACK=91><CTL=SYN,ACK> <-- SYN-RECEIVED",
        "SYN-SENT --> <SEQ=91><CTL=RST> --> LISTEN",
        "... <SEQ=100><CTL=SYN> --> SYN-RECEIVED",
        "ESTABLISHED <-- <SEQ=400><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED",
        "ESTABLISHED --> <SEQ=101><ACK=401><CTL=ACK> --> ESTABLISHED",
    ]


def test_figure_9() -> None:
    """The RFC's (??) and (!!) are reasons here."""
    assert lines_of("crash/half-open-found-by-syn.yaml")[4:10] == [
        "(REBOOT)",
        "CLOSED",
        "SYN-SENT --> <SEQ=400><CTL=SYN> --> ESTABLISHED",
        "(dropped: SYN on a connection)",
        "SYN-SENT <-- <SEQ=300><ACK=100><CTL=ACK> <-- ESTABLISHED",
        "(dropped: ACK not of our SYN)",
    ]
    assert lines_of("crash/half-open-found-by-syn.yaml")[10] == "SYN-SENT --> <SEQ=100><CTL=RST> --> CLOSED"


def test_figure_12() -> None:
    assert lines_of("closing/client-closes-first.yaml")[4:] == [
        "(Close)",
        "FIN-WAIT-1 --> <SEQ=100><ACK=300><CTL=FIN,ACK> --> CLOSE-WAIT",
        "FIN-WAIT-2 <-- <SEQ=300><ACK=101><CTL=ACK> <-- CLOSE-WAIT",
        "(Close)",
        "TIME-WAIT <-- <SEQ=300><ACK=101><CTL=FIN,ACK> <-- LAST-ACK",
        "TIME-WAIT --> <SEQ=101><ACK=301><CTL=ACK> --> CLOSED",
        "(2 MSL)",
        "CLOSED",
    ]


def test_figure_13() -> None:
    """As figure 7 shows what crosses; the RFC has the same in three lines under one number."""
    assert lines_of("closing/simultaneous-close.yaml")[4:] == [
        "(Close)",
        "FIN-WAIT-1 --> <SEQ=100><ACK=300><CTL=FIN,ACK> ...",
        "(Close)",
        "CLOSING <-- <SEQ=300><ACK=100><CTL=FIN,ACK> <-- FIN-WAIT-1",
        "... <SEQ=100><ACK=300><CTL=FIN,ACK> --> CLOSING",
        "CLOSING --> <SEQ=101><ACK=301><CTL=ACK> ...",
        "TIME-WAIT <-- <SEQ=301><ACK=101><CTL=ACK> <-- CLOSING",
        "... <SEQ=101><ACK=301><CTL=ACK> --> TIME-WAIT",
        "(2 MSL) (2 MSL)",
        "CLOSED CLOSED",
    ]


def test_the_order_of_the_figures_does_not_depend_on_the_delay() -> None:
    for name in ("opening/three-way-handshake.yaml", "closing/client-closes-first.yaml"):
        assert lines_of(name) == lines_of(name, **{"network.delay": "1ms"}), name


def test_what_is_lost_and_what_is_sent_again() -> None:
    lines = lines_of("loss/syn-ack-lost.yaml")
    assert "(lost) XXX <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED" in lines
    again = lines.index("(RTO)")
    assert lines[again + 1].startswith("SYN-SENT --> <SEQ=100><CTL=SYN>")
    assert "ESTABLISHED --> <SEQ=101><ACK=301><CTL=PSH,ACK><DATA=5> --> ESTABLISHED" in lines


def test_one_figure_for_each_pair_of_sockets() -> None:
    told = rfc_figure(tcpsim.run(SCENARIOS / "opening/ports-and-tuples.yaml").trace)
    heads = [line.split() for line in told.splitlines() if "port" in line]
    assert heads[0] == ["alice,", "port", "40000", "server,", "port", "80"]
    assert len(heads) == told.count("1.  ")
    assert len(heads) == 3


def test_what_answers_for_no_connection_is_a_listener() -> None:
    lines = lines_of("loss/duplicate-everything.yaml")
    assert "(duplicate) ... <SEQ=107><ACK=304><CTL=ACK> --> LISTEN" in lines


def test_scripts_that_ascii_does_not_have() -> None:
    scenario = tcpsim.loads("{tcpsim: 1, apps: {client: [connect], server: [listen]}}")
    told = rfc_figure(tcpsim.run(scenario).trace, title="第一次 → twice — “done”")
    assert told.isascii()
    assert told.endswith("??? -> twice - ?done?\n")


def test_nothing_was_sent() -> None:
    story = Story()
    story.call(0, "server", "listen", 80, row(State.CLOSED, "app_open_passive"))
    assert rfc_figure(story.trace) == "(no segment was sent)\n"


def test_under_way_at_the_end() -> None:
    story = Story()
    story.call(0, "client", "connect", 80, row(State.CLOSED, "app_open_active"), story.segment("client server", "SYN"))
    story.call(5 * MS, "client", "abort", None)
    assert rfc_figure(story.trace).splitlines()[4] == "2.  SYN-SENT --> <SEQ=100><CTL=SYN> ..."


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_segment_of_every_scenario_leaves_and_arrives_once(file: Path) -> None:
    scenario = tcpsim.load(file)
    for run in (tcpsim.run(scenario), *tcpsim.what_if(scenario).values()):
        acts = [act for peers in peers_of(run.trace) for line in peers.lines for act in line.acts() if act.number]
        shown = Counter((act.number, act.arrives, act.copy) for act in acts)
        there = Counter(
            (flight.number, arrives, copy)
            for flight in run.trace.flights
            for arrives, copy in [
                *[(False, 0)] * (not flight.injected),
                *((True, copy) for copy in range(len(flight.arrivals))),
            ]
        )
        assert shown == there
        told = rfc_figure(run.trace, title=run.title)
        assert told == rfc_figure(run.trace, title=run.title)
        assert told.isascii()
