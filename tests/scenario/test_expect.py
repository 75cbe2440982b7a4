"""What each expectation means: on real runs, and on traces written by hand where a run would not easily get there."""

from collections.abc import Callable

import pytest

from tcpsim.scenario import Result, evaluate, loads, run
from tcpsim.tcp.states import TRANSITIONS, State, Transition
from tcpsim.trace import ARRIVED, CALLED, RETURNED, TIMED_OUT, Trace
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

TALK = """
apps:
  client: [connect, {send: hello}, {recv: 2}, close]
  server: [listen, accept, {recv: 5}, {send: ok}, {recv: eof}, {wait: 100ms}, close]
"""


def results(text: str, *, about: str = TALK) -> list[Result]:
    """What becomes of expectations about a run."""
    return run(loads(f"tcpsim: 1\n{about}\nexpect:\n{text}")).results


def only(text: str, *, about: str = TALK) -> Result:
    [result] = results(f"  - {text}", about=about)
    return result


def seen(text: str, *, about: str = TALK) -> str:
    result = only(text, about=about)
    assert not result.held
    return result.seen


def holds(text: str, *, about: str = TALK) -> bool:
    return all(result.held for result in results(f"  - {text}", about=about))


# ---- states --------------------------------------------------------------------------------------------------------


def test_states_are_told_first_to_last() -> None:
    assert holds("states: {client: [CLOSED, SYN-SENT, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, CLOSED]}")
    assert holds("states: {server: [LISTEN, SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED]}")


def test_a_listener_may_be_said_to_have_been_closed_before() -> None:
    assert holds("states: {server: [CLOSED, LISTEN, SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED]}")


def test_what_was_seen_instead_is_said() -> None:
    result = only("states: {server: [CLOSED]}")
    assert result.text == "server passes through CLOSED"
    assert result.seen == ("server passed through LISTEN → SYN-RECEIVED → ESTABLISHED → CLOSE-WAIT → LAST-ACK → CLOSED")


def test_the_reason_is_kept() -> None:
    result = only("{final: {client: LISTEN}, because: it must}")
    assert str(result) == "FAILED: client ends in LISTEN (because it must); client ended in CLOSED"


def test_every_host_named_has_its_own_result() -> None:
    found = results("  - final: {client: CLOSED, server: LISTEN}\n  - never: any RST")
    assert [(result.index, result.held) for result in found] == [(0, True), (0, False), (1, True)]


def test_a_host_without_connection_shows_its_listener() -> None:
    assert holds("final: {server: LISTEN, client: CLOSED}", about="apps: {server: [listen]}")
    assert holds("states: {server: [CLOSED, LISTEN]}", about="apps: {server: [listen]}")


MANY = "hosts: {client: {clients: 3}}\napps: {client: [connect], server: [listen, {serve: [close]}]}"


def test_all_connections_of_a_host_must_agree() -> None:
    assert holds("final: {client: CLOSE-WAIT, server: FIN-WAIT-2}", about=MANY)
    assert seen("final: {server: CLOSED}", about=MANY) == "server with client-1:40000 ended in FIN-WAIT-2"
    assert seen("final: {client: CLOSED}", about=MANY) == "client-1 with server:80 ended in CLOSE-WAIT"


def test_one_connection_of_many_is_named_by_its_peer() -> None:
    assert holds("final: {server with client-2: FIN-WAIT-2, client-3: CLOSE-WAIT}", about=MANY)
    assert holds("final: {server with client-2:40000: FIN-WAIT-2}", about=MANY)
    assert seen("final: {server with client-2:9: CLOSED}", about=MANY) == "server had no connection with client-2"


AGAIN = """
hosts: {server: {iss: [300, 700]}}
apps:
  client:
    - {at: 0s, do: [{connect: {from: 5000}}, {send: one}, {recv: eof}, close]}
    - {at: 2s, do: [{connect: {from: 5000}}, {send: two}, {wait: 1s}, abort]}
    - {at: 3s, do: [{connect: {from: 5001}}, {recv: eof, error: ECONNRESET}]}
  server: [listen, accept, {recv: 3}, close, accept, {recv: 3}, {recv: eof, error: ECONNRESET}, accept, abort]
"""


def test_one_connection_of_many_is_named_by_when_it_began() -> None:
    assert holds("received: {1st connection of server: one, 2nd connection of server: two}", about=AGAIN)
    assert holds("received: {server with client:5000: onetwo}", about=AGAIN)
    assert holds("final: {1st connection of client: CLOSED, 3rd connection of server with client: CLOSED}", about=AGAIN)
    assert holds("states: {2nd connection of client: [CLOSED, SYN-SENT, ESTABLISHED, CLOSED]}", about=AGAIN)
    assert holds(
        "states: {2nd connection of server with client:5000: [TIME-WAIT, SYN-RECEIVED, ESTABLISHED, CLOSED]}",
        about=AGAIN,
    )
    assert holds("time_in_state: {1st connection of server: {TIME-WAIT: {at_least: 1900ms, at_most: 2s}}}", about=AGAIN)
    assert holds("time_in_state: {2nd connection of server: {TIME-WAIT: 0s}}", about=AGAIN)
    assert holds(
        "error: {1st connection of server: none, 2nd connection of server: ECONNRESET, 3rd connection of server: none}",
        about=AGAIN,
    )


def test_a_connection_that_never_began() -> None:
    assert seen("final: {3rd connection of server with client:5000: CLOSED}", about=AGAIN) == (
        "server had no 3rd connection with client"
    )
    assert seen("final: {4th connection of client: CLOSED}", about=AGAIN) == "client had no 4th connection"
    assert holds("error: {4th connection of client: none}", about=AGAIN)


def test_a_crash_ends_a_connection_and_another_is_another() -> None:
    about = """
apps: {client: [{do: [connect]}, {at: 3s, do: [{connect: {from: 40000}}]}], server: [listen, {serve: [{recv: eof}]}]}
hosts: {client: {iss: [100, 400]}}
events: [{at: 1s, client: crash}, {at: 2s, client: reboot}]
until: 10s
"""
    assert holds("states: {1st connection of client: [CLOSED, SYN-SENT, ESTABLISHED, CLOSED]}", about=about)
    assert holds("final: {2nd connection of client: ESTABLISHED}", about=about)


def test_time_in_state_is_exact_unless_it_is_said_how_far_off_it_may_be() -> None:
    assert holds("time_in_state: {client: {TIME-WAIT: 2msl, SYN-SENT: 40ms}}")
    assert holds("time_in_state: {client: {SYN-SENT: 45ms}, within: 5ms}")
    assert seen("time_in_state: {client: {SYN-SENT: 45ms}, within: 4999us}") == "client was 40ms in SYN-SENT"


def test_a_state_that_a_connection_is_still_in_lasts_until_the_run_is_over() -> None:
    stays = "until: 10s\napps: {client: [connect], server: [listen, accept]}"
    assert holds("time_in_state: {client: {ESTABLISHED: 9960ms}, server: {ESTABLISHED: 9940ms}}", about=stays)
    assert seen("time_in_state: {client: {ESTABLISHED: 1s}}", about=stays[len("until: 10s\n") :]) == (
        "client was 20ms in ESTABLISHED"
    )


def test_time_in_state_may_have_bounds() -> None:
    result = only("time_in_state: {client: {SYN-SENT: {at_least: 30ms, at_most: 1rto}}}")
    assert (result.text, result.held) == ("client is in SYN-SENT for at least 30ms and at most 1rto", True)
    assert not holds("time_in_state: {client: {SYN-SENT: {at_least: 41ms}}}")
    assert not holds("time_in_state: {client: {SYN-SENT: {at_most: 39ms}}}")


def test_the_state_at_a_moment_is_that_after_all_that_happens_then() -> None:
    assert holds("state: {client: SYN-SENT, server: LISTEN, at: 19999us}")
    assert holds("state: {client: SYN-SENT, server: SYN-RECEIVED, at: 20ms}")
    assert holds("state: {client: ESTABLISHED, server with client: SYN-RECEIVED, at: 40ms}")
    assert holds("state: {client: TIME-WAIT, server: LISTEN, at: 1s}")
    assert holds("state: {client: CLOSED, server: LISTEN, at: 10h}")
    result = only("state: {client: CLOSED, at: 1s}")
    assert (result.text, result.seen) == ("client is in CLOSED at 1s", "client was in TIME-WAIT")


def test_at_a_moment_all_connections_of_a_host_must_agree_that_are_there() -> None:
    late = (
        "hosts: {client: {clients: 2}}\napps: {client-1: [connect], client-2: [{wait: 1s}, connect], server: [listen]}"
    )
    assert holds("state: {server: ESTABLISHED, client-2: CLOSED, at: 500ms}", about=late)
    assert holds("state: {server with client-2: LISTEN, at: 500ms}", about=late)
    assert (
        seen("state: {server: ESTABLISHED, at: 1030ms}", about=late) == "server was in ESTABLISHED and in SYN-RECEIVED"
    )
    assert seen("state: {client: ESTABLISHED, at: 500ms}", about=late) == "client-2 was in CLOSED"


def test_one_connection_of_many_at_a_moment() -> None:
    about = AGAIN
    assert holds("state: {1st connection of server: TIME-WAIT, 2nd connection of server: LISTEN, at: 2s}", about=about)
    assert holds(
        "state: {1st connection of server: LISTEN, 2nd connection of server: ESTABLISHED, at: 2500ms}", about=about
    )
    assert holds("state: {9th connection of client: CLOSED, at: 2500ms}", about=about)


def test_a_crashed_host_has_no_state() -> None:
    about = "apps: {client: [connect], server: [listen]}\nevents: [{at: 1s, server: crash}]"
    assert holds("state: {server: ESTABLISHED, at: 999ms}", about=about)
    assert holds("state: {server: CLOSED, client: ESTABLISHED, at: 1s}", about=about)
    assert holds("connections: {server: {any: 0, LISTEN: 0}, client: 1}", about=about)


FLOOD = """
hosts: {server: {profile: {syn_backlog: 4}}}
apps: {client: [{wait: 1s}, connect], server: [listen, accept]}
inject: [{at: 0s, segment: "203.0.113.1:1024 > server S @0(0)", times: 9, counting: address}]
until: 2s
"""


def test_how_many_connections_there_are() -> None:
    assert holds("connections: {server: {SYN-RECEIVED: 4, LISTEN: 1}, at: 500ms}", about=FLOOD)
    assert holds("connections: {server: 4, client: {any: 1, SYN-SENT: 1}}", about=FLOOD)
    assert holds("connections: {server with client: 0, server: {at_least: 1}}", about=FLOOD)
    found = results(
        "  - connections: {server: {any: {at_least: 5, at_most: 7}, SYN-RECEIVED: 1}, at: 500ms}", about=FLOOD
    )
    assert [(result.text, result.seen) for result in found] == [
        ("server has 1 connection in SYN-RECEIVED at 500ms", "server had 4"),
        ("server has at least 5 and at most 7 connections at 500ms", "server had 4"),
    ]
    assert only("connections: {client: 0}", about=FLOOD).text == "client has no connection at the end"
    assert only("connections: {server: {LISTEN: 2}}", about=FLOOD).text == "server has 2 listeners at the end"


def test_the_connections_of_a_group_are_counted_together() -> None:
    assert holds("connections: {client: {CLOSE-WAIT: 3}, client-2: 1, server: {FIN-WAIT-2: 3}}", about=MANY)
    assert holds("connections: {server: {FIN-WAIT-2: {at_most: 3}}, 2nd connection of server: 1}", about=MANY)


def test_a_half_open_connection_that_came_to_nothing_is_none() -> None:
    about = "apps: {client: [{connect: {blocking: off}}, close], server: [listen]}"
    assert holds("connections: {server: {any: 0, LISTEN: 1}}", about=about)
    assert holds("connections: {server: {SYN-RECEIVED: 1}, at: 20ms}", about=about)


# ---- users ---------------------------------------------------------------------------------------------------------


def test_what_was_received() -> None:
    assert holds("received: {server: hello, client: ok}")
    assert holds('received: {server: {octets: 5}, client: {hex: "6f6b"}}')
    assert seen("received: {server: hallo}") == "server received 'hello'"
    assert seen("received: {server: {octets: 6}}") == "server received 'hello'"


def test_nothing_was_received() -> None:
    assert holds('received: {client: ""}', about="apps: {client: [connect]}")
    assert seen("received: {client: x}", about="apps: {client: [connect]}") == "client received nothing"


def test_octets_that_are_no_text_are_shown_in_hexadecimal() -> None:
    about = 'apps: {client: [connect, {send: {hex: "00ff"}}], server: [listen, accept, {recv: 2}]}'
    assert seen("received: {server: x}", about=about) == "server received 00 ff"


REFUSED = "apps: {client: [{connect: , error: ECONNREFUSED}, {send: x}]}"


def test_errors() -> None:
    assert holds("error: {client: ECONNREFUSED}", about=REFUSED)
    assert holds("error: {server: none}", about=REFUSED)
    assert seen("error: {server: EPIPE}", about=REFUSED) == "no call of server failed"
    assert seen("error: {client: none}", about=REFUSED).startswith("client's calls failed with ECONNREFUSED, then ")


def test_several_errors_are_exactly_these_in_this_order() -> None:
    assert not holds("error: {client: [EPIPE, ECONNREFUSED]}", about=REFUSED)
    assert only("error: {client: [ECONNREFUSED, EPIPE]}", about=REFUSED).text == (
        "calls of client fail with ECONNREFUSED, then EPIPE"
    )


def test_an_error_that_no_call_waited_for_was_told_all_the_same() -> None:
    about = "apps: {client: [connect, {wait: 1s}], server: [listen, accept, abort]}"
    assert holds("error: {client: ECONNRESET}", about=about)
    assert holds("error: {client with server: ECONNRESET}", about=about)


# ---- segments ------------------------------------------------------------------------------------------------------


def test_counts() -> None:
    assert holds("count: {client SYN: 1, server SYN-ACK: 1, client DATA: 1, any FIN: 2, any RST: 0}")
    assert holds("count: {client ACK: {at_least: 1}, server any: {at_most: 9}}")
    assert (
        only("count: {client FIN: {at_least: 2, at_most: 3}}").text
        == "client sends FIN at least twice and at most 3 times"
    )
    assert seen("count: {client FIN: 2}") == "it was sent once"


def test_a_group_is_counted_together() -> None:
    assert holds("count: {client SYN: 3, client-2 SYN: 1}", about=MANY)


SHUT_OUT = """
apps: {client: [connect], server: [{listen: {backlog: 1}}]}
inject:
  - {at: 100ms, segment: "client > R 5:5(0)"}
  - {at: 200ms, segment: "203.0.113.9:5 > server S @0(0)", times: 3}
"""


def test_what_was_dropped() -> None:
    assert holds("dropped: {server: RST not exact, client: none}", about=SHUT_OUT)
    assert holds("dropped: {server: {any: 4, accept queue full: 3, old timestamp: 0}}", about=SHUT_OUT)
    assert holds("dropped: {server with client: {any: 1}, 1st connection of server: RST not exact}", about=SHUT_OUT)
    result = only("dropped: {server: old timestamp}", about=SHUT_OUT)
    assert result.text == "server drops at least 1 segment: old timestamp"
    assert result.seen == "it dropped RST not exact (once), accept queue full (3 times)"
    assert seen("dropped: {client: {any: 2}}", about=SHUT_OUT) == "it dropped none"
    assert only("dropped: {server: none}", about=SHUT_OUT).text == "server drops no segment"


def test_injected_segments_are_not_counted_for_nobody_sent_them_but_are_on_the_wire() -> None:
    about = "apps: {server: [listen]}\ninject: [{at: 0ms, segment: client > S @90(0)}]"
    assert holds("count: {client SYN: 0, client RST: 1}", about=about)
    assert holds('wire: "client > S @90(0)\\nserver > S. ack @91\\nclient > R @91(0)"', about=about)


def test_a_number_that_belongs_to_no_incarnation_counts_round_the_circle() -> None:
    about = f"{TALK}inject: [{{at: 1s, segment: client > . 4294967291(0) ack 4000000000}}]"
    assert holds('wire: "...\\nclient > . 4294967291(0) ack 4000000000\\n..."', about=about)
    assert holds('wire: "...\\nclient > . @95(0) ack @4000000300\\n..."', about=about)


def test_never() -> None:
    assert holds("never: any RST")
    assert holds("never: [any RST, client SYN-ACK]")
    assert seen("never: server SYN-ACK") == "there was server > S. 0:0(0) ack 1 <mss 1460> at 20ms"


LOST = "apps: {client: [connect]}\nevents: [{at: 0ms, server: unplug}]"


def test_retransmissions() -> None:
    assert holds("retransmitted: {client SYN: 1s}", about=LOST)
    assert holds("retransmitted: {client SYN: [1s, 2s, 4s]}", about=LOST)
    assert holds("retransmitted: {client SYN: [1.1s, 1.9s], within: 100ms}", about=LOST)
    assert only("retransmitted: {client SYN: [1rto, 2rto]}", about=LOST).text == (
        "client sends SYN again after 1rto, then 2rto"
    )
    assert seen("retransmitted: {client SYN: [1s, 1s]}", about=LOST).startswith("it was sent again after 1s, then 2s")
    assert seen("retransmitted: {client FIN: 1s}", about=LOST) == "it was never sent again"
    assert not holds("retransmitted: {client SYN: [1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s]}", about=LOST)


# ---- the wire ------------------------------------------------------------------------------------------------------

OPENING = "apps: {client: [connect], server: [listen, accept]}"


def test_how_many_lines_is_told() -> None:
    assert (
        only('wire: "client > S\\n..."', about=OPENING).text
        == "the wire carries the line that begins with 'client > S'"
    )
    assert only('wire: "client > S\\nserver > S.\\n..."', about=OPENING).text.startswith(
        "the wire carries the 2 lines "
    )


def wire(lines: str) -> str:
    """What is said of lines against an opening: "" when they agree."""
    block = "".join(f"      {line}\n" for line in lines.split(" / "))
    return only(f"wire: |\n{block}", about=OPENING).seen


@pytest.mark.parametrize(
    "lines",
    [
        "client > S 0:0(0) / server > S. 0:0(0) ack 1 / client > . 1:1(0) ack 1",
        "client > S @100(0) / server > S. @300(0) ack @101 / client > . @101(0) ack @301",
        "client > S / server > S. / client > .",
        "client > * / server > * / client > *",
        "client > S / ... / client > .",
        "... / client > .",
        "client > S / ...",
        "...",
        "... / server > S. / ...",
        "client > S / ... / server > S. / ... / client > .",
        "... / ... / client > . / ...",
        "client:40000 > server:80 S / ...",
        "192.0.2.1 > S / ...",
        "client > S 0:0(0) win 65535 <mss 1460> / ...",
        "client > S 0:0(0) at 0s <mss 1460> / server > * at 20ms / client > . at 40ms",
    ],
)
def test_the_wire_as_it_was(lines: str) -> None:
    assert wire(lines) == ""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("server > S", "instead of line 1, 'server > S', came client > S 0:0(0) <mss 1460> at 0ms: another sender"),
        (
            "client > S / client > S",
            "instead of line 2, 'client > S', came server > S. 0:0(0) ack 1 <mss 1460> at 20ms",
        ),
        ("client > F / ...", "other flags"),
        ("client > S 1:1(0) / ...", "another sequence number"),
        ("client > S 0:5(5) / ...", ": 0 octets"),
        ("client > S / server > S. ack 2 / ...", "another acknowledgment"),
        ("client > S ack 0 / ...", "another acknowledgment"),
        ("client > S win 1 / ...", "its window is 65535"),
        ("client > S / server > * at 19ms / ...", "it was sent at 20ms"),
        ("client > S urg 1 / ...", "its urgent pointer is 0"),
        ("client > S <nop> / ...", "its options are <mss 1460>"),
        ("client:9 > S / ...", "another sender"),
        ("client > client S / ...", "another receiver"),
        ("client > S / server > S.", "after the last line came client > . 1:1(0) ack 1 at 40ms"),
        ("client > S / server > S. / client > . / client > F.", "no segment was left for line 4, 'client > F.'"),
        ("... / client > F. / ...", "nothing like line 2, 'client > F.', was sent"),
        ("client > S / ... / client > S", "nothing like line 3, 'client > S', was sent after line 1"),
    ],
)
def test_where_the_wire_differs(lines: str, said: str) -> None:
    assert said in wire(lines)


# ---- traces written by hand ----------------------------------------------------------------------------------------

HERE = SocketPair("192.0.2.1", 40_000, "192.0.2.2", 80)


def row(source: State, destination: State) -> Transition:
    return next(row for row in TRANSITIONS if (row.source, row.destination) == (source, destination))


def by_hand(text: str, fill: Callable[[Trace], None]) -> list[Result]:
    trace = Trace(("client", "server"), {"192.0.2.1": "client", "192.0.2.2": "server"})
    fill(trace)
    return evaluate(loads(f"tcpsim: 1\nexpect: [{text}]"), trace)


def test_a_state_that_was_never_left_lasts_to_the_end_of_the_trace() -> None:
    def fill(trace: Trace) -> None:
        opened = (row(State.CLOSED, State.SYN_SENT),)
        trace.add(CALLED, 10, "client", HERE, ("connect", 80), 0, opened)
        trace.add(TIMED_OUT, 25, "client", HERE, None, 0, ())
        trace.add(RETURNED, 70, "client", HERE, ("connect", None, "ETIMEDOUT", 10, ""), 0, ())

    [result] = by_hand("{time_in_state: {client: {SYN-SENT: 60us}}}", fill)
    assert result.held


def test_all_visits_to_a_state_are_added_up() -> None:
    def fill(trace: Trace) -> None:
        syn = Segment(*HERE, 100, 0, SYN, 0)
        for time, moved in (
            (0, row(State.LISTEN, State.SYN_RECEIVED)),
            (30, row(State.SYN_RECEIVED, State.LISTEN)),
            (50, row(State.LISTEN, State.SYN_RECEIVED)),
            (60, row(State.SYN_RECEIVED, State.ESTABLISHED)),
        ):
            trace.add(CALLED, time, "server", HERE.reverse, ("send", b""), 0, (syn,))
            trace.add(ARRIVED, time, "server", HERE.reverse, syn, 1, (moved,))

    [first, second] = by_hand("{time_in_state: {server: {SYN-RECEIVED: 40us, LISTEN: 20us}}}", fill)
    assert (first.seen, second.seen) == ("", "")


def test_numbers_are_relative_to_the_incarnation() -> None:
    def fill(trace: Trace) -> None:
        for iss in (100, 5000):
            for seq, flags in ((iss, SYN), (iss + 1, ACK)):
                segment = Segment(*HERE, seq, 0, flags, 0)
                trace.add(CALLED, 0, "client", HERE, ("connect", 80), 0, (segment,))

    [result] = by_hand('{wire: "client > S 0:0(0)\\nclient > . 1:1(0)\\nclient > S 0:0(0)\\nclient > . 1:1(0)"}', fill)
    assert result.seen == ""


def test_an_empty_trace() -> None:
    text = (
        "{final: {client: CLOSED}}, {count: {any any: 0}}, {wire: '...'}, {received: {client: ''}}, {wire: client > S}"
    )
    assert [result.held for result in by_hand(text, lambda _: None)] == [True, True, True, True, False]
