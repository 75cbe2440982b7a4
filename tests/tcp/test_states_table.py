"""The table of transitions: every row is reached, guards exclude each other, and nothing moves outside it."""

import ast
from collections import defaultdict
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from dialogue import PAIR, WAYS, Dialogue, to_syn_received_actively

import tcpsim
from tcpsim.tcp.listener import give_up, refuse_to_open
from tcpsim.tcp.machine import GUARDS
from tcpsim.tcp.profiles import HOUR, RFC9293, Profile
from tcpsim.tcp.profiles import PROFILES as PRESETS
from tcpsim.tcp.states import NOT_IN_THE_RFC, TRANSITIONS, VARIANTS, State, Transition
from tcpsim.tcp.user_calls import open_again
from tcpsim.wire import MASK
from tcpsim.wire.flags import ACK
from tcpsim.wire.segment import segment_on

HANDSHAKES = [row for row in VARIANTS if row.trigger.startswith("rcv_syn_")]
LINGERING = [row for row in VARIANTS if row not in HANDSHAKES]
PACKAGE = Path(tcpsim.__file__).parent

# ---- figure 5 ----------------------------------------------------------------------------------------------

FIGURE_5 = [
    ("CLOSED", "LISTEN", "passive OPEN", "create TCB"),
    ("CLOSED", "SYN-SENT", "active OPEN", "create TCB, snd SYN"),
    ("LISTEN", "CLOSED", "CLOSE", "delete TCB"),
    ("SYN-SENT", "CLOSED", "CLOSE", "delete TCB"),
    ("LISTEN", "SYN-RECEIVED", "rcv SYN", "snd SYN,ACK"),
    ("LISTEN", "SYN-SENT", "SEND", "snd SYN"),
    ("SYN-RECEIVED", "LISTEN", "rcv RST", ""),  # note 1
    ("SYN-SENT", "SYN-RECEIVED", "rcv SYN", "snd SYN,ACK"),
    ("SYN-RECEIVED", "ESTABLISHED", "rcv ACK of SYN", ""),
    ("SYN-SENT", "ESTABLISHED", "rcv SYN,ACK", "snd ACK"),
    ("SYN-RECEIVED", "FIN-WAIT-1", "CLOSE", "snd FIN"),
    ("ESTABLISHED", "FIN-WAIT-1", "CLOSE", "snd FIN"),
    ("ESTABLISHED", "CLOSE-WAIT", "rcv FIN", "snd ACK"),
    ("FIN-WAIT-1", "FIN-WAIT-2", "rcv ACK of FIN", ""),
    ("FIN-WAIT-1", "CLOSING", "rcv FIN", "snd ACK"),
    ("CLOSE-WAIT", "LAST-ACK", "CLOSE", "snd FIN"),
    ("FIN-WAIT-2", "TIME-WAIT", "rcv FIN", "snd ACK"),
    ("CLOSING", "TIME-WAIT", "rcv ACK of FIN", ""),
    ("LAST-ACK", "CLOSED", "rcv ACK of FIN", "delete TCB"),
    ("TIME-WAIT", "CLOSED", "Timeout=2MSL", "delete TCB"),
    ("FIN-WAIT-1", "TIME-WAIT", "rcv FIN,ACK of FIN", "snd ACK"),  # note 2
]


@pytest.mark.row("N01")
@pytest.mark.parametrize("edge", FIGURE_5, ids=lambda edge: f"{edge[0]} to {edge[1]}")
def test_every_edge_of_figure_5_is_in_the_table(edge: tuple[str, str, str, str]) -> None:
    drawn = [(row.source, row.destination, row.event, row.action) for row in TRANSITIONS]
    assert drawn.count((State(edge[0]), State(edge[1]), edge[2], edge[3])) == 1


@pytest.mark.row("N01")
def test_note_3_a_reset_ends_every_synchronized_state() -> None:
    closed_by_reset = {
        row.source for row in TRANSITIONS if row.trigger == "rcv_rst" and row.destination is State.CLOSED
    }
    assert closed_by_reset == set(State) - {State.CLOSED, State.LISTEN}


# ---- the table as such -------------------------------------------------------------------------------------


def rows_by_question() -> dict[tuple[str, State], list[Transition]]:
    rows = defaultdict(list)
    for row in TRANSITIONS:
        rows[row.trigger, row.source].append(row)
    return rows


class Moved:
    """What a guard may ask of a TCB."""

    def __init__(self, *, passive: bool, reopened: bool, fin_acknowledged: bool) -> None:
        self.passive = passive
        self.reopened = passive and reopened  # only a passive opener can have been reopened
        self.fin_acknowledged = fin_acknowledged


def test_exactly_one_guard_holds() -> None:
    for (trigger, source), rows in rows_by_question().items():
        for passive, reopened, fin_acknowledged in product([False, True], repeat=3):
            tcb = Moved(passive=passive, reopened=reopened, fin_acknowledged=fin_acknowledged)
            holding = [row for row in rows if not row.guard or GUARDS[row.guard](tcb)]
            assert len(holding) == 1, f"{trigger} in {source} leads to {[row.destination for row in holding]}"


def test_every_guard_is_used_and_every_row_explains_itself() -> None:
    assert {row.guard for row in TRANSITIONS if row.guard} == set(GUARDS)
    for row in TRANSITIONS:
        assert row.section[0].isdigit()
        assert row.event
        assert row.why.endswith(".")
        assert row.trigger.split("_")[0] in {"app", "rcv", "timeout"}


def test_no_two_rows_are_the_same() -> None:
    assert len({(row.trigger, row.source, row.destination) for row in TRANSITIONS}) == len(TRANSITIONS)


# ---- what a profile must ask for ---------------------------------------------------------------------------


def test_variants_stand_apart_and_cannot_be_taken_for_the_rfc_s() -> None:
    assert [(row.source, row.trigger, row.destination) for row in VARIANTS] == [
        (State.LISTEN, "rcv_syn_two_way", State.ESTABLISHED),
        (State.LISTEN, "rcv_syn_four_way", State.SYN_RECEIVED),
        (State.SYN_RECEIVED, "snd_rst_lingering", State.TIME_WAIT),
        (State.ESTABLISHED, "snd_rst_lingering", State.TIME_WAIT),
        (State.FIN_WAIT_1, "snd_rst_lingering", State.TIME_WAIT),
        (State.FIN_WAIT_2, "snd_rst_lingering", State.TIME_WAIT),
        (State.CLOSE_WAIT, "snd_rst_lingering", State.TIME_WAIT),
    ]
    assert {row.section for row in VARIANTS} == {NOT_IN_THE_RFC, "3.3.2 note 3"}
    assert all(not row.guard and row.why.endswith(".") for row in VARIANTS)
    assert NOT_IN_THE_RFC not in {row.section for row in TRANSITIONS}
    assert not {row.trigger for row in VARIANTS} & {row.trigger for row in TRANSITIONS}


@pytest.mark.parametrize("profile", PRESETS.values(), ids=PRESETS)
def test_no_profile_that_has_a_name_takes_a_variant(profile: Profile) -> None:
    tcp = WAYS[State.LISTEN](Dialogue(profile=profile))
    tcp.peer_says("S", 0)
    tcp.expect("S.", 0, 1)
    assert not set(tcp.walked) & set(VARIANTS)


@pytest.mark.parametrize("row", HANDSHAKES, ids=lambda row: row.trigger)
def test_another_handshake_is_walked_by_the_profile_that_asks_for_it(row: Transition) -> None:
    handshake = row.trigger.removeprefix("rcv_syn_").replace("_", "-")
    tcp = WAYS[row.source](Dialogue(profile=RFC9293.with_changes(handshake=handshake)))
    tcp.peer_says("S", 0)
    assert tcp.walked[1:] == [row]
    tcp.sent.clear()


@pytest.mark.parametrize("row", LINGERING, ids=lambda row: str(row.source))
def test_time_wait_after_a_reset_is_walked_by_the_profile_that_asks_for_it(row: Transition) -> None:
    tcp = WAYS[row.source](Dialogue(profile=RFC9293.with_changes(reset_leads_to="time-wait")))
    tcp.user_aborts()
    assert tcp.walked[-1] is row
    tcp.expect_reset(seq=snd_nxt(tcp), ack=rcv_nxt(tcp))
    tcp.time_passes(2 * RFC9293.msl)
    tcp.expect_state(State.CLOSED)


# ---- every row is walked by a conversation -----------------------------------------------------------------

Story = Callable[[Dialogue], None]
EXACT, IN_WINDOW = 0, 5


def snd_nxt(tcp: Dialogue) -> int:
    return (tcp.tcb.snd_nxt - tcp.iss) & MASK


def rcv_nxt(tcp: Dialogue) -> int:
    return (tcp.tcb.rcv_nxt - tcp.irs) & MASK


def rst(tcp: Dialogue) -> None:
    if tcp.tcb.state is State.SYN_SENT:
        tcp.peer_says("R.", 0, 1)
    else:
        tcp.peer_says("R", rcv_nxt(tcp))


def ack(tcp: Dialogue) -> None:
    tcp.peer_says(".", rcv_nxt(tcp), snd_nxt(tcp))


def fin(tcp: Dialogue) -> None:
    tcp.peer_says("F.", rcv_nxt(tcp), 1 if tcp.tcb.state is State.FIN_WAIT_1 else snd_nxt(tcp))


def silence(tcp: Dialogue) -> None:
    if tcp.tcb.state in {State.ESTABLISHED, State.CLOSE_WAIT} and not tcp.tcb.profile.keep_alive:
        tcp.user_sends(b"is anybody there?")
        tcp.sent.clear()
    tcp.time_passes(24 * HOUR)


def unread_data_and_close(tcp: Dialogue) -> None:
    tcp.user_closes(for_good=True)


def no_room(tcp: Dialogue) -> None:
    tcp._did(refuse_to_open(tcp.tcb, segment_on(PAIR.reverse, tcp.tcb.rcv_nxt, tcp.tcb.snd_nxt, ACK, 0)))


def data_after_close(tcp: Dialogue) -> None:
    tcp.peer_says(".", rcv_nxt(tcp), snd_nxt(tcp) if tcp.tcb.state is State.FIN_WAIT_2 else 1, b"for nobody")


STORIES: dict[str, Story] = {
    "app_open_passive": Dialogue.user_listens,
    "app_open_active": Dialogue.user_opens,
    "app_send": lambda tcp: tcp.user_sends(b"hello"),
    "app_open_again": lambda tcp: tcp._did(open_again(tcp.tcb, tcp.now, tcp.tcb.snd_nxt + 65_537)),
    "app_close": Dialogue.user_closes,
    "app_abort": Dialogue.user_aborts,
    "app_close_unread": unread_data_and_close,
    "rcv_syn": lambda tcp: tcp.peer_says("S", 0),
    "rcv_syn_ack": lambda tcp: tcp.peer_says("S.", 0, 1),
    "rcv_ack_of_syn": ack,
    "rcv_rst": rst,
    "rcv_icmp_error": lambda tcp: tcp.network_says("port unreachable", seq=0),
    "rcv_syn_in_window": lambda tcp: tcp.peer_says("S", rcv_nxt(tcp) + IN_WINDOW),
    "rcv_fin": fin,
    "rcv_ack_of_fin": ack,
    "rcv_new_syn": lambda tcp: tcp.peer_says("S", rcv_nxt(tcp) + 1000, iss=4711),
    "rcv_data_after_close": data_after_close,
    "rcv_syn_no_room": lambda tcp: tcp._did(give_up(tcp.tcb)),
    "rcv_ack_no_room": no_room,
    "timeout_time_wait": silence,
    "timeout_retransmission": silence,
    "timeout_user": silence,
    "timeout_keep_alive": silence,
    "timeout_orphan": silence,
}
PROFILES: dict[str, Profile] = {
    "rcv_rst": RFC9293.with_changes(rfc1337=False),
    "rcv_syn_in_window": RFC9293.with_changes(rfc5961=False),
    "timeout_user": RFC9293.with_changes(user_timeout=5_000_000),
    "timeout_keep_alive": RFC9293.with_changes(keep_alive=True),
    "timeout_orphan": RFC9293.with_changes(orphan_timeout=5_000_000),
}


def walk(row: Transition) -> Dialogue:
    """To the state where the row begins, then what makes it fire."""
    tcp = Dialogue(profile=PROFILES.get(row.trigger, RFC9293))
    if row.guard == "active_open" or (row.source is State.SYN_RECEIVED and row.trigger == "app_close"):
        to_syn_received_actively(tcp)
    elif row.guard == "reopened":
        WAYS[State.TIME_WAIT](tcp)
        tcp.peer_says("S", rcv_nxt(tcp) + 1000, iss=4711)
        tcp.sent.clear()
    elif row.trigger in {"rcv_data_after_close", "timeout_orphan"}:
        WAYS[State.ESTABLISHED](tcp)
        tcp.user_closes(for_good=True)
        tcp.sent.clear()
        if row.source is State.FIN_WAIT_2:
            ack(tcp)
    elif row.trigger == "app_close_unread":
        WAYS[State.ESTABLISHED](tcp)
        if row.source in {State.FIN_WAIT_1, State.FIN_WAIT_2}:
            tcp.user_closes()
            tcp.sent.clear()
        acked = 2 if row.source is State.FIN_WAIT_2 else 1
        tcp.peer_says("F." if row.source is State.CLOSE_WAIT else ".", 1, acked, b"unread")
        tcp.sent.clear()
    else:
        WAYS[row.source](tcp)
    assert tcp.tcb.state is row.source
    if row.guard == "fin_acknowledged":
        tcp.peer_says("F.", 1, 2)
    else:
        STORIES[row.trigger](tcp)
    tcp.sent.clear()
    return tcp


# The RFC's eighth step names SYN-RECEIVED, but its fifth has by then entered ESTABLISHED or dropped the segment.
ONLY_IN_THE_RFC_S_WORDS = [
    row for row in TRANSITIONS if row.source is State.SYN_RECEIVED and row.destination is State.CLOSE_WAIT
]


@pytest.mark.row("N01")
@pytest.mark.parametrize(
    "row",
    [row for row in TRANSITIONS if row not in ONLY_IN_THE_RFC_S_WORDS],
    ids=lambda row: f"{row.source} {row.trigger} {row.destination}",
)
def test_every_row_is_walked(row: Transition) -> None:
    tcp = walk(row)
    assert row in tcp.walked
    if row.destination is State.CLOSED:
        assert tcp.tcb.state is State.CLOSED
        assert tcp.tcb.next_deadline() is None, "no timer of a deleted TCB may expire"
        assert not tcp.tcb.outgoing.retransmission_queue


# ---- nothing else moves a connection -----------------------------------------------------------------------


def modules(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py"))]


def test_only_the_machine_imports_the_library() -> None:
    importers = set()
    for path in modules("."):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "transitions" for name in names):
                importers.add(path.relative_to(PACKAGE).as_posix())
    assert importers == {"tcp/machine.py"}


def test_only_the_machine_assigns_a_state() -> None:
    assigning = []
    for path in modules("tcp", "sim"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(
                isinstance(target, ast.Attribute) and target.attr == "state" for target in targets
            ):
                assigning.append(f"{path.name}: {ast.unparse(node)}")
    others = [line for line in assigning if not line.startswith(("machine.py:", "chance.py:"))]
    assert others == ["tcb.py: self.state: State = State.CLOSED"]
