"""Every kind of segment in every state: what is answered, and where it leads (RFC 9293 §3.10.7, RFC 5961, RFC 1337 F1).

In a cell: what is sent, then the states passed through, if any. cACK is <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, R(a)
<SEQ=SEG.ACK><CTL=RST>, R0 <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>, "·" nothing; "n/a" cannot be asked.
"""

import pytest
from dialogue import NUMBERS, WAYS, Dialogue, to_syn_received_actively

from tcpsim.tcp.effects import Signal
from tcpsim.tcp.states import State
from tcpsim.wire import MASK

COLUMNS = (
    *("SYN", "SYN,ACK", "ACK", "ACK > SND.NXT", "old data", "FIN,ACK", "FIN,ACK not of our FIN"),
    *("RST exact", "RST in window", "RST outside", "no flags"),
)
# "ok" numbers are SEQ = RCV.NXT and ACK = SND.NXT. The peer's SYN and SYN,ACK have its ISS where it is the first that
# came; a FIN that can only be a repeated one has the number of the first.
MATRIX = """
CLOSED               | R0 | R(a) | R(a) | R(a) | R(a) | R(a) | R(a) | · | · | · | R0
LISTEN               | SYN,ACK SYN-RECEIVED | R(a) | R(a) | R(a) | R(a) | R(a) | R(a) | · | · | · | ·
SYN-SENT             | SYN,ACK SYN-RECEIVED | ACK ESTABLISHED | · | R(a) | · | · | · | · CLOSED | · | · | ·
SYN-RECEIVED         | cACK | cACK | · ESTABLISHED | R(a) | cACK | cACK ESTABLISHED CLOSE-WAIT | R(a) | · LISTEN | cACK | · | ·
SYN-RECEIVED active  | cACK | cACK | · ESTABLISHED | R(a) | cACK | cACK ESTABLISHED CLOSE-WAIT | R(a) | · CLOSED | cACK | · | ·
ESTABLISHED          | cACK | cACK | · | cACK | cACK | cACK CLOSE-WAIT | n/a | · CLOSED | cACK | · | ·
FIN-WAIT-1           | cACK | cACK | · FIN-WAIT-2 | cACK | cACK | cACK TIME-WAIT | cACK CLOSING | · CLOSED | cACK | · | ·
FIN-WAIT-2           | cACK | cACK | · | cACK | cACK | cACK TIME-WAIT | n/a | · CLOSED | cACK | · | ·
CLOSE-WAIT           | cACK | cACK | · | cACK | cACK | cACK | n/a | · CLOSED | cACK | · | ·
CLOSING              | cACK | cACK | · TIME-WAIT | cACK | cACK | cACK | cACK | · CLOSED | cACK | · | ·
LAST-ACK             | cACK | cACK | · CLOSED | cACK | cACK | cACK | cACK | · CLOSED | cACK | · | ·
TIME-WAIT            | cACK | cACK | · | cACK | cACK | cACK | n/a | · | cACK | · | ·
"""  # noqa: E501 - a table is read whole

ROWS = {name.strip(): cells for name, *cells in (line.split("|") for line in MATRIX.strip().splitlines())}
CELLS = [
    pytest.param(row, column, cell.strip(), id=f"{row}: {column}")
    for row, cells in ROWS.items()
    for column, cell in zip(COLUMNS, cells, strict=True)
    if cell.strip() != "n/a"
]
OUR_FIN_IS_OUT = {State.FIN_WAIT_1, State.CLOSING, State.LAST_ACK}
THEIR_FIN_CAME = {State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK, State.TIME_WAIT}
UNSYNCHRONIZED = {State.CLOSED, State.LISTEN, State.SYN_SENT}


def in_state(row: str, numbers: tuple[int, int]) -> Dialogue:
    tcp = Dialogue(numbers)
    return to_syn_received_actively(tcp) if row == "SYN-RECEIVED active" else WAYS[State(row)](tcp)


def say(tcp: Dialogue, column: str) -> tuple[int, int]:
    """Say it; returns SEG.SEQ+SEG.LEN and SEG.ACK, relative."""
    state = tcp.tcb.state
    fresh = state in UNSYNCHRONIZED
    opening = fresh or state is State.SYN_RECEIVED
    nxt = 0 if fresh else (tcp.tcb.rcv_nxt - tcp.irs) & MASK
    ours = 1 if fresh else (tcp.tcb.snd_nxt - tcp.iss) & MASK
    fin = nxt - (state in THEIR_FIN_CAME)
    not_of_fin = 0 if state is State.SYN_RECEIVED else 1
    flags, seq, ack, data = {
        "SYN": ("S", 0 if opening else nxt, None, b""),
        "SYN,ACK": ("S.", 0 if opening else nxt, ours, b""),
        "ACK": (".", nxt, ours, b""),
        "ACK > SND.NXT": (".", nxt, ours + 1, b""),
        "old data": (".", nxt - 10, ours, b"12345"),
        "FIN,ACK": ("F.", fin, ours, b""),
        "FIN,ACK not of our FIN": ("F.", fin, not_of_fin, b""),
        "RST exact": ("R.", nxt, ours, b"") if state is State.SYN_SENT else ("R", nxt, None, b""),
        "RST in window": ("R", nxt + 1, None, b""),
        "RST outside": ("R", nxt - 1, None, b""),
        "no flags": ("-", nxt, None, b""),
    }[column]
    tcp.peer_says(flags, seq, ack, data)
    return seq + len(data) + ("S" in flags) + ("F" in flags), ack or 0


@pytest.mark.row("N01")
@pytest.mark.parametrize("numbers", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize(("row", "column", "cell"), CELLS)
def test_what_is_answered_and_where_it_leads(numbers: tuple[int, int], row: str, column: str, cell: str) -> None:
    answer, *path = cell.split()
    tcp = in_state(row, numbers)
    before = tcp.tcb.state
    nothing_changes = answer in {"·", "R(a)", "R0"} and not path and column != "ACK"
    if nothing_changes:
        with tcp.unchanged():
            end, ack = say(tcp, column)
    else:
        end, ack = say(tcp, column)
    match answer:
        case "·":
            tcp.expect_nothing()
        case "R(a)":
            tcp.expect_reset(seq=ack)
        case "R0":
            tcp.expect_absolute("R.", 0, (tcp.irs + end) & MASK)
        case "cACK":
            tcp.expect_challenge_ack()
        case "ACK":
            tcp.expect(".", seq=1, ack=1)
        case _:
            assert answer == "SYN,ACK"
            tcp.expect("S.", seq=0, ack=1)
    tcp.expect_nothing()
    tcp.expect_state(State(path[-1]) if path else before)
    if path:
        tcp.expect_path(before, *(State(name) for name in path))


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("SYN-SENT", "ECONNREFUSED"),
        ("SYN-RECEIVED", None),
        ("SYN-RECEIVED active", "ECONNREFUSED"),
        ("ESTABLISHED", "ECONNRESET"),
        ("FIN-WAIT-1", "ECONNRESET"),
        ("FIN-WAIT-2", "ECONNRESET"),
        ("CLOSE-WAIT", "ECONNRESET"),
        ("CLOSING", None),
        ("LAST-ACK", None),
    ],
)
def test_what_a_reset_tells_the_user(row: str, error: str | None) -> None:
    tcp = in_state(row, (100, 300))
    say(tcp, "RST exact")
    assert [effect.errno for effect in tcp.effects if isinstance(effect, Signal)] == ([error] if error else [])
