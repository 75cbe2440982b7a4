"""Why: what is explained, with which sentence, numbers and section; and that nothing is left unexplained."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from stories import MS, Story, lost_syn_ack

import tcpsim
from tcpsim.tcp.effects import Timer, TimerExpired, TimerStarted
from tcpsim.trace import (
    HostEvent,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    Trace,
)
from tcpsim.views.columns import columns
from tcpsim.views.explaining import explain
from tcpsim.views.explanation import Explanation, Reason

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*/*.yaml"))
CHINESE = re.compile("[\u4e00-\u9fff]")


@cache
def runs(file: Path) -> dict[str, tcpsim.Run]:
    scenario = tcpsim.load(file)
    return {"": tcpsim.run(scenario), **tcpsim.what_if(scenario)}


LOST = "apps: {client: [connect], server: [listen]}\nfaults: [{drop: client SYN}]"


def trace_of(about: str) -> Trace:
    return tcpsim.run(tcpsim.loads(f"tcpsim: 1\n{about}")).trace


def run_of(name: str) -> tcpsim.Run:
    return runs(next(file for file in SCENARIOS if f"{file.parent.name}/{file.stem}" == name))[""]


def why(about: str, kind: str, lang: str = "en") -> list[Reason]:
    """The reasons of one kind in a scenario's run."""
    return [reason for reason in explain(trace_of(about), lang=lang) if reason.kind == kind]


def test_some_kinds_alone() -> None:
    told = explain(trace_of(LOST))
    some = told.only("lost", "retransmission")
    assert [reason.kind for reason in some] == ["lost", "retransmission"]
    assert some.title == told.title
    assert some.only("state").markdown().endswith(told.lang.reasons.nothing + "\n")
    with pytest.raises(ValueError, match="no kind of reason is called 'loss'; there are state, "):
        told.only("loss")


# ---- everything, in every scenario ----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_scenario_is_explained_in_both_languages(file: Path) -> None:
    for run in runs(file).values():
        english, chinese = run.explain(collapse=False), run.explain("zh", collapse=False)
        assert [place(reason) for reason in english] == [place(reason) for reason in chinese]
        assert unexplained(run.trace, english) == []
        for reason in (*english, *chinese):
            assert reason.what
            assert reason.why.endswith((".", "。"))
            assert not set("{}") & set(str(reason))
            assert reason.section or reason.kind == "injected"
            assert reason.host in run.trace.hosts
        assert all(CHINESE.search(reason.why) for reason in chinese)
        assert not any(CHINESE.search(str(reason)) for reason in english)
        for told in (english, chinese):
            assert all(columns(line) <= 80 and line == line.rstrip() for line in str(told).splitlines()[2:])
            assert told.text(ascii_only=True).isascii() == (told is english)
            assert told.markdown().count("\n- ") == len(told)


def place(reason: Reason) -> tuple[object, ...]:
    return reason.index, reason.time, reason.host, reason.kind, reason.segment, re.findall("[0-9.]+", reason.section)


def unexplained(trace: Trace, told: Explanation) -> list[object]:
    """The events that ask for a reason and have none."""
    explained = {reason.index for reason in told}
    return [event for event in asking(trace) if event.index not in explained]


def asking(trace: Trace) -> Iterator[tcpsim.Event]:
    signals = {(event.host, event.time, event.signal.errno) for event in trace.events if type(event) is Signalled}
    for event in trace.events:
        match event:
            case StateChanged() | SegmentDropped() | SegmentLost() | Signalled() | HostEvent():
                yield event
            case SegmentSent() if event.attempt or event.probe or event.injected:
                yield event
            case SegmentArrived() if event.copy:
                yield event
            case Returned(result=result) if result.expected:
                yield event
            case Returned(result=result, host=host, time=time) if result.error:
                if (host, time, result.error) not in signals:
                    yield event


# ---- states and their numbers ---------------------------------------------------------------------------------------


def test_the_handshake_says_which_number_the_syn_took_and_what_is_expected_next() -> None:
    about = "apps: {client: [connect], server: [listen, accept]}\nhosts: {client: {iss: 1000}, server: {iss: 5000}}"
    listens, asks, answers, opens, opened = why(about, "state")
    assert listens.what == "CLOSED → LISTEN"
    assert (asks.what, asks.section) == ("CLOSED → SYN-SENT", "RFC 9293 §3.10.1")
    assert "The SYN itself takes number 0 (1000 on the wire), so the first octet of data will be number 1." in asks.why
    assert "ack 1 (1001 on the wire), because the SYN took number 0 (1000)" in answers.why
    assert "takes number 0 (5000 on the wire)" in answers.why
    assert "Its ack 1 covers our SYN, which took number 0." in opens.why
    assert "ack 1 (5001 on the wire), because the SYN took number 0 (5000)" in opens.why
    assert opens.why.endswith("An ACK takes no number: the first octet of data will have number 1, as this ACK has.")
    assert opened.why.endswith("Its ack 1 covers our SYN, which took number 0.")
    assert [reason.segment for reason in (listens, asks, answers, opens, opened)] == [0, 0, 1, 2, 3]


def test_the_same_in_chinese() -> None:
    about = "apps: {client: [connect], server: [listen, accept]}\nhosts: {client: {iss: 1000}, server: {iss: 5000}}"
    answers = why(about, "state", "zh")[2]
    assert (
        "应答的确认号是 1（实际值 1001），因为 SYN 占用了序号 0（1000）：确认号是期望收到的下一个序号。" in answers.why
    )


CLOSES = "apps: {client: [connect, {send: hello}, close], server: [listen, accept, {recv: eof}, close]}"


def test_a_fin_takes_a_number_and_2msl_says_until_when() -> None:
    closing = {reason.what: reason.why for reason in why(CLOSES, "state")}
    assert (
        "The FIN takes number 6, as an octet would, so ack 7 will acknowledge it."
        in closing["ESTABLISHED → FIN-WAIT-1"]
    )
    assert "The answer says ack 7, because the FIN took number 6." in closing["ESTABLISHED → CLOSE-WAIT"]
    assert "Its ack 7 covers our FIN, which took number 6." in closing["FIN-WAIT-1 → FIN-WAIT-2"]
    assert "The answer says ack 2, because the FIN took number 1." in closing["FIN-WAIT-2 → TIME-WAIT"]
    assert re.search(r"2 MSL are 240 s here: it waits until 240\.\d+ s\.$", closing["FIN-WAIT-2 → TIME-WAIT"])


def test_a_fin_behind_data_is_not_the_number_that_its_segment_begins_with() -> None:
    """The well-known "ack = seq + 1" is wrong here: the segment begins with 1, and 7 is expected after it."""
    about = """
apps:
  client: [connect, {wait: 100ms}, {send: hello, more: on}, close]
  server: [listen, accept, {recv: eof}]
"""
    closing = {reason.what: reason.why for reason in why(about, "state")}
    begins = "The segment begins with number 1 and has 5 octets, then the FIN, which takes number 6: ack 7 will"
    assert begins in closing["ESTABLISHED → FIN-WAIT-1"]
    because = "The answer says ack 7, because the segment began with number 1 and brought 5 octets, and the FIN behind"
    assert because in closing["ESTABLISHED → CLOSE-WAIT"]


def test_data_on_a_syn_is_counted() -> None:
    about = """
profile: {base: rfc9293, syn_data: keep}
apps: {client: [{connect: {data: hello}}], server: [listen, accept]}
"""
    answers = why(about, "state")[2]
    assert "ack 6, because the SYN took number 0 and the 5 octets behind it theirs." in answers.why


def test_who_gives_up_says_how_often_it_tried() -> None:
    about = "apps: {client: [{connect: , error: ETIMEDOUT}], server: []}\nfaults: [{drop: client SYN, nth: all}]"
    assert re.search(
        r"SYN 0:0\(0\) was sent \d+ times in vain, the first time at 0\.000 s\.", why(about, "state")[-1].why
    )


# ---- sent again -----------------------------------------------------------------------------------------------------


def test_who_gives_up_counts_what_took_a_number_alone() -> None:
    """The ACK of the handshake had the same number as the data behind it, and nobody waited for its acknowledgment."""
    about = """
apps: {client: [connect, {wait: 1s}, {send: hello}], server: [listen, accept]}
events: [{at: 500ms, server: crash}]
profile: {r2: 7s}
"""
    told = [reason.why for reason in why(about, "state") if reason.what == "ESTABLISHED → CLOSED"]
    assert len(told) == 1
    assert re.search(r" PSH-ACK 1:6\(5\) was sent \d times in vain, the first time at 1\.\d+ s\.$", told[0])


def test_the_time_out_its_length_and_that_it_doubles() -> None:
    about = "apps: {client: [connect], server: [listen, accept]}\nfaults: [{drop: client SYN, nth: [1, 2]}]"
    first, second = why(about, "retransmission")
    assert first.what == "SYN 0:0(0): retransmission 1, RTO 1 s"
    assert first.section == "RFC 6298 §5"
    assert "within the retransmission time-out of 1 s" in first.why
    assert first.why.endswith("The time-out doubles: it waits 2 s now.")
    assert "within the retransmission time-out of 2 s" in second.why
    assert second.why.endswith("it waits 4 s now.")


def test_a_time_out_that_does_not_double() -> None:
    about = """
profile: {base: linux}
apps: {client: [{connect: , error: ETIMEDOUT}], server: []}
faults: [{drop: client SYN, nth: all}]
"""
    told = why(about, "retransmission")
    assert told[0].why.endswith("It waits 1 s again.")
    assert told[-1].why.endswith("The time-out doubles: it waits 64 s now.") or "it waits" in told[-1].why.lower()


def test_at_its_longest_it_waits_no_longer() -> None:
    about = """
profile: {base: rfc9293, rto_max: 60s}
apps: {client: [{connect: , error: ETIMEDOUT}], server: []}
faults: [{drop: client SYN, nth: all}]
"""
    waits = [reason.why.rsplit(". ", 1)[1] for reason in why(about, "retransmission")]
    assert "It waits 60 s now." in waits or "It waits 60 s again." in waits


def test_three_duplicate_acks_and_what_a_partial_ack_says() -> None:
    about = """
apps: {client: [connect, {wait: 100ms}, {send: {octets: 8760}}], server: [listen, accept, {recv: 8760}]}
faults: [{drop: client DATA, nth: [1, 2]}]
"""
    told = why(about, "retransmission")
    assert told[0].what.endswith("fast retransmission 1")
    assert told[0].section == "RFC 5681 §3.2"
    assert told[0].why.startswith("Three duplicate ACKs of 1 say")
    assert told[1].section == "RFC 6582 §3.2"
    assert told[1].why.startswith("The ACK of 1461 covers some of what was sent before the loss was noticed")


def test_after_a_time_out_what_was_in_flight_goes_again() -> None:
    """Not as after three duplicate ACKs: RFC 6582 is about fast recovery alone."""
    about = """
apps: {client: [connect, {wait: 100ms}, {send: {octets: 2920}}], server: [listen, accept, {recv: 2920}]}
faults: [{drop: client DATA, nth: [1, 2]}]
"""
    told = why(about, "retransmission")
    assert [reason.section for reason in told] == ["RFC 6298 §5", "RFC 5681 §3.1"]
    assert [reason.what.partition(": ")[2] for reason in told] == ["retransmission 1, RTO 1 s", "retransmission 1"]
    assert told[1].why == (
        "When the time-out expired, all that was in flight counted as lost. The ACK of 1461 makes room for more of it:"
        " what begins with 1461 is sent again."
    )


def test_a_syn_that_comes_again_calls_for_the_syn_ack() -> None:
    about = """
profile: linux
apps: {client: [connect], server: [listen, accept]}
faults: [{drop: server SYN-ACK}]
"""
    told = why(about, "retransmission")
    assert any(reason.why.startswith("The peer's SYN came again") for reason in told)


def test_a_tail_loss_probe_asks_sooner() -> None:
    about = """
profile: linux
apps:
  client: [connect, {send: x}, {recv: 1}, {send: hello}, {wait: 5s}]
  server: [listen, accept, {recv: 1}, {send: y}, {recv: 5}]
faults: [{drop: client DATA, nth: 2}]
"""
    [told] = why(about, "retransmission")
    assert told.section == "RFC 8985 §7.3"
    assert "a tail-loss probe asks" in told.why


# ---- probes, timers -------------------------------------------------------------------------------------------------


def test_a_delayed_acknowledgment() -> None:
    about = """
profile: {base: rfc9293, delayed_ack: 200ms}
apps: {client: [connect, {send: x}], server: [listen, accept, {recv: 1}]}
"""
    [told] = why(about, "delayed")
    assert told.section == "RFC 9293 §3.8.6.3"
    assert "delayed by 200 ms" in told.why


def test_2msl_starts_again() -> None:
    about = f"{CLOSES}\nfaults: [{{drop: client ACK, nth: 2}}]"
    [told] = why(about, "timer")
    assert told.why.startswith("The last ACK had to be sent again, so 2 MSL (240 s) start again")


def test_a_small_window_that_was_waited_for() -> None:
    about = """
profile: {base: rfc9293, receive_buffer: 2000}
apps: {client: [connect, {wait: 100ms}, {send: {octets: 4000}}, {wait: 10s}], server: [listen, accept]}
"""
    told = why(about, "timer")
    assert [reason.section for reason in told] == ["RFC 9293 §3.8.6.2.1"]


# ---- refused, lost, doubled -----------------------------------------------------------------------------------------


def test_a_refusal_says_the_rule_the_numbers_and_the_answer() -> None:
    [_, dropped] = [reason for reason in explain(lost_syn_ack()) if reason.kind == "dropped"]
    assert dropped.what == "✕ ACK dropped: no SYN"
    again = why(f"{CLOSES}\nfaults: [{{duplicate: client DATA}}]", "dropped")
    assert again[0].why == (
        "All of it has been taken in before; it is acknowledged again, in case the acknowledgment was lost."
        " It begins with number 1; the next number expected is 6. The answer is ACK 1:1(0) ack 6."
    )


def test_a_question_that_is_not_asked_again() -> None:
    told = run_of("attack/blind-syn-and-data").explain().only("dropped")
    syns = [reason.why for reason in told if "SYN on a connection" in reason.what]
    assert len(syns) == 20
    assert all(why.endswith("The answer is ACK 1:1(0) ack 1.") for why in syns[:10])
    assert all("No challenge ACK is sent this time" in why for why in syns[10:])


def test_a_syn_cookie_is_not_sent_again_and_makes_a_connection_when_it_comes_back() -> None:
    told = run_of("load/syn-cookies").explain()
    lost = [reason.why for reason in told if "SYN-ACK" in reason.what and reason.kind == "lost"]
    assert lost
    assert all(why.endswith("the peer has to send its SYN again.") for why in lost)
    made = [reason for reason in told if reason.what == "LISTEN → SYN-RECEIVED"]
    assert [reason.section for reason in made] == ["RFC 4987 §3.6"]
    assert made[0].why.startswith("The SYN had been answered before, with a cookie")


def test_a_refusal_for_want_of_room() -> None:
    about = """
profile: {base: rfc9293, receive_buffer: 1000}
apps: {client: [connect, {wait: 100ms}, {send: {octets: 1001}}, {wait: 3s}], server: [listen, accept]}
"""
    told = [reason.why for reason in why(about, "dropped")]
    assert "The next number expected is 1001, but the window is closed: there is no room for it." in told[0]


def test_a_loss_says_what_comes_of_it() -> None:
    by = {
        reason.what: reason for reason in why(f"{CLOSES}\nfaults: [{{drop: client SYN}}, {{drop: server ACK}}]", "lost")
    }
    syn, ack = by.values()
    assert syn.section == "RFC 9293 §3.8"
    assert syn.why.endswith("Its sender can tell only by an acknowledgment that does not come.")
    assert "An ACK takes no number and is not sent again by itself" in ack.why
    [corrupted] = why(f"{CLOSES}\nfaults: [{{corrupt: client SYN}}]", "lost")
    assert (corrupted.what, corrupted.section) == ("✕ SYN 0:0(0): corrupted", "RFC 9293 §3.1")
    [reset] = why("apps: {client: [connect], server: []}\nfaults: [{drop: server RST}]\nuntil: 500ms", "lost")
    assert "A reset is not sent again" in reset.why


def test_a_loss_of_which_the_network_tells() -> None:
    about = "apps: {client: [connect], server: [listen]}\nfaults: [{drop: client SYN, icmp: host unreachable}]"
    [lost] = why(about, "lost")
    assert lost.why == "The network lost it: the experiment aimed at this very segment."
    [told] = why(about, "host")
    assert told.why == "The network tells the sender why it did not deliver a segment (host unreachable)."


def test_data_that_is_lost_is_no_bare_acknowledgment_and_a_probe_asks_again() -> None:
    about = f"{CLOSES}\nfaults: [{{drop: client FIN, icmp: host unreachable}}]"
    [lost] = why(about, "lost")
    assert lost.why == "The network lost it: the experiment aimed at this very segment."
    probes = tcpsim.what_if("scenarios/crash/keep-alive.yaml")["the peer is gone"].explain().only("lost")
    assert probes.reasons
    assert all(
        reason.why.endswith("Its sender can tell only by an acknowledgment that does not come.") for reason in probes
    )


def test_a_duplicate_says_when_the_first_came() -> None:
    [told] = why(f"{CLOSES}\nfaults: [{{duplicate: client SYN}}]", "duplicate")
    assert told.what == "SYN 0:0(0): duplicate"
    assert re.match(r"The network delivered it twice, first at 0\.\d{3} s\.", told.why)


# ---- users and hosts ------------------------------------------------------------------------------------------------


def test_a_refused_call_is_told_once_by_its_signal() -> None:
    about = "apps: {client: [{connect: , error: ECONNREFUSED}], server: []}"
    [signal] = why(about, "signal")
    assert signal.what == "connection reset: ECONNREFUSED"
    assert why(about, "call") == []


def test_a_call_that_no_signal_explains() -> None:
    about = "apps: {client: [connect, close], server: [listen, accept, {wait: 1s}, {recv: eof}, shutdown, {send: x}]}"
    [call] = why(about, "call")
    assert (call.what, call.section) == ("send → EPIPE", "RFC 9293 §3.10.2")


def test_a_call_that_should_have_failed() -> None:
    [call] = why("apps: {client: [{connect: , error: ETIMEDOUT}], server: [listen]}", "call")
    assert call.why == "The program had expected ETIMEDOUT, and stops here."


def test_an_icmp_error() -> None:
    story = Story()
    story.happen(20 * MS, "client", "ICMP: host unreachable")
    [told] = explain(story.trace, lang="zh")
    assert told.what == "*** ICMP: 主机不可达 ***"
    assert told.section == "RFC 9293 §3.9.2.2"


# ---- the explanation ------------------------------------------------------------------------------------------------


def test_as_text() -> None:
    told = explain(lost_syn_ack(), title="SYN-ACK lost once", subtitle="rfc9293, seed 0")
    assert str(told).startswith(
        "Why: SYN-ACK lost once                                           rfc9293, seed 0\n"
        "\n"
        "   0.000  server  CLOSED → LISTEN                               RFC 9293 §3.10.1\n"
        "          The application listens: it waits for a SYN from anyone.\n"
        "\n"
        "   0.000  client  CLOSED → SYN-SENT                             RFC 9293 §3.10.1\n"
    )
    assert repr(told) == f"<Explanation of 'SYN-ACK lost once': {len(told)} reasons>"
    assert told[0] is next(iter(told))
    assert str(told[0]) == (
        "CLOSED → LISTEN: The application listens: it waits for a SYN from anyone. (RFC 9293 §3.10.1)"
    )


def test_where_a_line_is_too_short_the_section_stands_below() -> None:
    told = explain(lost_syn_ack(), title="A title that is long", subtitle="and a subtitle that is").text(width=40)
    assert "\n   1.000  client  SYN 0:0(0): retransmission 1, RTO 1 s\n" in told
    assert "\n          RFC 6298 §5\n" in told


def test_as_markdown_with_links() -> None:
    told = explain(lost_syn_ack(), title="a_b", subtitle="seed 0").markdown()
    assert told.startswith(r"**Why: a\_b** — seed 0" + "\n\n- `0.000` server · **CLOSED → LISTEN**  \n")
    assert "([RFC 9293 §3.10.1](https://www.rfc-editor.org/rfc/rfc9293#section-3.10.1))" in told
    assert explain(lost_syn_ack())._repr_markdown_().startswith("**Why**\n")


def test_a_section_that_is_an_appendix_and_a_row_that_no_rfc_has() -> None:
    reasons = runs(SCENARIOS[0])[""].explain()
    one = reasons[0]
    from dataclasses import replace

    from tcpsim.views.explanation import _linked

    assert _linked("RFC 7323 §B.2") == "[RFC 7323 §B.2](https://www.rfc-editor.org/rfc/rfc7323#appendix-B.2)"
    assert _linked("RFC 9293 §3.3.2 note 2").endswith("#section-3.3.2)")
    assert _linked("RFC 9293 has no such row") == "RFC 9293 has no such row"
    assert str(replace(one, what="a", why="b.", section="")) == "a: b."


def test_nothing_happened() -> None:
    nothing = explain(Trace(("client", "server"), {}), title="Silence")
    assert len(nothing) == 0
    assert str(nothing) == "Why: Silence\n\nNothing happened that needs explaining.\n"
    assert "没有发生" in explain(Trace(("client",), {}), lang="zh").markdown()


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="there is no language 'fr'; there are en"):
        explain(Trace(("client",), {}), lang="fr")


def test_several_connections_are_told_apart() -> None:
    about = "apps: {client: [{do: [connect]}, {do: [connect]}], server: [listen, accept, accept]}"
    whats = [reason.what for reason in why(about, "state")]
    assert any("(port 40000)" in what for what in whats)
    assert any("(port 49152)" in what for what in whats)


def test_where_there_are_more_than_two_hosts_the_other_end_is_named() -> None:
    told = run_of("opening/ports-and-tuples").explain()
    moves = {(reason.who, reason.what) for reason in told.only("state")}
    assert {("server", "CLOSED → LISTEN (port 80)"), ("server", "CLOSED → LISTEN (port 8080)")} <= moves
    assert {("server (bob)", "LISTEN → SYN-RECEIVED"), ("bob (server)", "SYN-SENT → ESTABLISHED")} <= moves
    assert [reason.who for reason in told.only("dropped", "injected")] == ["alice (server)", "server (alice)"]
    assert "   0.020  server (bob)    LISTEN → SYN-RECEIVED  " in str(told)
    assert "server (bob) · **LISTEN → SYN-RECEIVED**" in told.markdown()


def test_of_a_flood_one_is_explained_and_their_number_told() -> None:
    run = run_of("load/syn-flood")
    told, each = run.explain(), run.explain(collapse=False)
    assert len(told) * 5 < len(each)
    assert "LISTEN → SYN-RECEIVED × 16" in str(told)
    assert " × " not in str(each)


def test_a_timer_that_expires_unseen_needs_no_reason() -> None:
    story = Story()
    segment = story.segment("client server", "SYN")
    story.call(0, "client", "connect", None, segment, TimerStarted(Timer.PERSIST, 3_000_000))
    story.timeout(3_000_000, "client", TimerExpired(Timer.PERSIST))
    assert [reason.kind for reason in explain(story.trace)] == []


def test_bsd_sends_its_fin_again_when_they_cross() -> None:
    about = """
profile: freebsd
network: {delay: 50ms}
apps:
  client: [connect, {wait: 150ms}, close]
  server: [listen, accept, {wait: 100ms}, close]
"""
    told = [reason for reason in why(about, "retransmission") if reason.why.startswith("The peer's FIN crossed ours")]
    assert told
    assert {reason.section for reason in told} == {"RFC 9293 §3.10.7.4"}


def test_data_that_went_with_a_syn_in_vain() -> None:
    about = "apps: {client: [{connect: {data: hello}}], server: [listen, accept]}"
    answers = why(about, "state")[2].why
    assert "The answer says ack 1: it takes the SYN, number 0, but not the 5 octets that came with it." in answers
    [told] = why(about, "retransmission")
    assert told.why.startswith("The peer acknowledged our SYN but not the data")
