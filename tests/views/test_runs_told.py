"""What timeline and picture make of whole runs: programs killed, calls that do not wait, a middlebox that forgets."""

from tcpsim.scenario import loads, run
from tcpsim.trace import Trace
from tcpsim.views.ladder.layout import layout
from tcpsim.views.spans import call_spans, state_spans
from tcpsim.views.text import text


def trace_of(about: str) -> Trace:
    return run(loads(f"tcpsim: 1\n{about}")).trace


def told(about: str) -> str:
    return text(trace_of(about))


KILLED = """
apps: {client: [connect, {recv: eof}, close], server: [listen, accept, {recv: eof}]}
events: [{at: 2s, server: kill}]
"""


def test_programs_that_are_killed() -> None:
    lines = told(KILLED).splitlines()
    place = next(index for index, line in enumerate(lines) if "2.000" in line)
    assert lines[place].split() == ["2.000", "***", "programs", "killed", "***"]
    assert lines[place + 1].endswith("FIN-ACK 1:1(0) ack 1 ──  FIN-WAIT-1")


def test_a_listener_that_closes_beside_its_connection_does_not_close_the_lane() -> None:
    trace = trace_of(KILLED)
    states = ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"]
    assert trace.states_of("server") == ["CLOSED", *states]
    assert [span.state for span in state_spans(trace, "server")] == ["CLOSED", *states]
    alone = trace_of("apps: {server: [listen, {wait: 1s}, stop_listening]}")
    assert alone.states_of("server") == ["CLOSED", "LISTEN", "CLOSED"]
    listener = frozenset(pair for pair in trace.connections_of("server") if not pair.remote)
    assert [span.state for span in state_spans(trace, "server", listener)] == ["CLOSED", "LISTEN", "CLOSED"]


def test_a_blocked_call_ends_where_its_program_is_killed() -> None:
    trace = trace_of(KILLED)
    ends = [(span.called.call.name, span.end) for span in call_spans(trace) if span.called.host == "server"]
    assert ends == [("accept", 60_000), ("recv", 2_000_000)]
    assert "programs killed" in {line.words for line in layout(trace).all_texts()}


def test_a_connect_that_does_not_wait() -> None:
    about = "apps: {client: [{connect: {blocking: off}}, close], server: [listen]}"
    assert "connect(80) → in progress" in told(about)


def test_a_shutdown_says_which_half() -> None:
    about = "apps: {client: [connect, {shutdown: read}, shutdown], server: [listen, accept]}"
    assert "shutdown(read)" in told(about)
    assert "shutdown()" in told(about)


def test_what_a_middlebox_has_forgotten() -> None:
    about = """
network: {idle_timeout: 5s}
profile: {data_retries: 0}
apps: {client: [connect, {wait: 6s}, {send: x}], server: [listen]}
until: 7s
"""
    assert "lost: forgotten by a middlebox ✕" in told(about) or "✕ lost: forgotten by a middlebox" in told(about)


def test_2msl_starts_again_with_the_answer_to_what_restarted_it_and_not_with_what_was_sent_just_before() -> None:
    about = """
apps: {client: [connect, {wait: 100ms}, close], server: [listen, accept, {recv: eof}, {wait: 100ms}, close]}
faults: [{duplicate: server FIN}]
"""
    acks = [line for line in told(about).splitlines() if "ACK 2:2(0) ack 2" in line]
    assert ["2MSL starts again" in line for line in acks] == [False, True]
    assert len({line.split()[0] for line in acks}) == 1, "both are sent at the same moment"


def test_what_nobody_sent_sets_out_clear_of_the_pause_before_it() -> None:
    about = """
apps: {client: [connect, {wait: 9s}], server: [listen, accept]}
inject: [{at: 1s, segment: client > R 6(0)}]
"""
    drawn = layout(trace_of(about))
    [odd] = [arrow for arrow in drawn.arrows if arrow.kind == "injected"]
    [before] = [cut for cut in drawn.breaks if cut.y < odd.end.y]
    assert odd.start.y > before.y + 15
    assert odd.note is not None
    assert odd.note.words == "injected · dropped: RST not exact"


TO_TWO_PORTS = """
hosts: {alice: {}, bob: {}, server: {}}
apps:
  alice:
    - do: [{connect: {host: server, from: 40000}}]
    - do: [{connect: {host: server, port: 8080, from: 40000}}]
  bob: [{connect: {host: server}}]
  server:
    - do: [listen, {serve: [{recv: eof}]}]
    - do: [{listen: {port: 8080}}, {serve: [{recv: eof}]}]
"""


def test_two_connections_from_one_port_are_told_apart_by_the_port_that_they_lead_to() -> None:
    lines = told(TO_TWO_PORTS).splitlines()
    syns = [line.split()[-5:-2] for line in lines if "SYN 0:0(0)" in line]
    assert syns == [["80:", "SYN", "0:0(0)"], ["8080:", "SYN", "0:0(0)"], ["SYN-SENT", "SYN", "0:0(0)"]]
    drawn = {text.words for text in layout(trace_of(TO_TWO_PORTS)).texts}
    assert {"port 80", "port 8080", "alice 80", "alice 8080", "bob"} <= drawn


def test_a_time_out_explains_what_it_sent_and_not_what_a_segment_drew_at_that_moment() -> None:
    about = """
profile: {syn_ack_to_duplicate_syn: on}
apps: {client: [connect], server: [listen, accept]}
faults: [{drop: server SYN-ACK}]
"""
    lines = [line.strip() for line in told(about).splitlines() if "retransmission" in line]
    assert [line.partition("retransmission ")[2].strip(" ━▶") for line in lines] == ["1, RTO 1 s", "1, RTO 1 s", "2"]


def test_a_host_that_is_back_is_closed_and_one_that_is_not_is_in_no_state() -> None:
    about = """
apps: {client: [connect, {wait: 3s}, {send: x}, {recv: eof, error: ECONNRESET}], server: [listen, accept]}
events: [{at: 1s, server: crash}, {at: 2s, server: reboot}]
"""
    spans = state_spans(trace_of(about), "server")
    assert [(span.state, span.start) for span in spans][-2:] == [("ESTABLISHED", 60_000), ("CLOSED", 2_000_000)]
    assert spans[-2].end == 1_000_000


def test_a_lane_that_several_connections_use_one_after_the_other_says_that_it_is_not_of_one_alone() -> None:
    about = """
apps:
  client: [{repeat: 3, do: [connect, close]}]
  server: [listen, {serve: [{recv: eof}, close]}]
profile: {ephemeral_ports: 40000-40002}
"""
    words = [text.words for text in layout(trace_of(about)).texts]
    assert words.count("port 40000 …") == 1
    assert [word for word in words if word.startswith("port")].count("port 40000") == 1
