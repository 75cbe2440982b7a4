"""What RFC 9293 §3.10.7 answers to one segment in one situation, computed from the catalogue's rows and nothing else.

Written without sight of the steps in `tcpsim.tcp`, so that the two can disagree. Nothing is modulo 2³² here: our
numbers are plain integers counted from our ISS, the peer's from its own, and may be negative. Each rule leaves the
rows that it follows. Where the RFC and the catalogue differ the RFC is followed; where the text leaves room, this is
what is expected, and why:

- Appendix 1 of the catalogue answers "SYN,ACK ok" in passive SYN-RECEIVED with an ACK. That holds for one with the
  number of the first SYN. One in the window leads back to LISTEN: the fourth step asks for the SYN bit alone (J09).
- An ACK beyond SND.NXT in SYN-RECEIVED is refused with a reset (§3.5.2 group 2, J02), though RFC 5961 §5 would have
  "all incoming segments" with such a number acknowledged: what it amends is the step of ESTABLISHED.
- A reset is judged by its own number (§3.5.3), wherever its text reaches. In TIME-WAIT one in the window but not exact
  is questioned, as RFC 5961 §3 says it MUST be; fix F1 of RFC 1337 only keeps a reset from being believed (P07).
- The "idealized segment" begins at RCV.NXT and ends at the right edge; what lies outside is cut off, "including SYN and
  FIN". So a SYN left of the window, with text that reaches into it, is not "in the window": it neither resets nor leads
  back to LISTEN, and what follows it is taken. But RFC 5961 §4 asks about a SYN "irrespective of the sequence number"
  (K09). SEG.SEQ in the test of SND.WL1 is the number of what is left, too.
- A pure ACK above a hole is processed at once (N12), and so are the ACK and URG fields of text above a hole.
- Behind the peer's FIN there is no stream: text and FIN there are ignored (L05). To the letter, the eighth step would
  move RCV.NXT past the end of the stream, and put this end out of step with the peer for ever.
- With a window of zero, the RST, URG and valid ACK fields of what begins at RCV.NXT are taken (A18), and it is answered
  like all that is not acceptable, unless the connection is gone.
- Of what is not acceptable in TIME-WAIT, the peer's FIN restarts 2 MSL (P03), if it could have reached the step that
  says so: not without the ACK bit (P06), nor with a SYN.
- A SYN in TIME-WAIT is new if its number is "larger than the last sequence number seen" (RFC 6191 §2), the FIN's: P09
  has it larger than RCV.NXT, which is one more than that. Where the window ends does not matter (MAY-2).
- Where RFC 5961 is off, the reset that answers a SYN in the window has the form of ABORT's; no text gives one.
- An ACK has SEQ = SND.NXT, but the last number of the peer's window where SND.NXT lies beyond that, or SND.UNA where it
  is shut (docs/profiles.md says why).
"""

from typing import Final

from outcome import Answer, Outcome, Said, Situation

from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.states import State

READING: Final = frozenset({State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2})
# What is not acceptable is acknowledged in every state; some rows say it of one.
REFUSED_IN: Final = {
    State.SYN_RECEIVED: ("J08", "J10"),
    State.ESTABLISHED: ("K10",),
    State.CLOSE_WAIT: ("M15",),
    State.CLOSING: ("M14",),
    State.LAST_ACK: ("M18",),
    State.TIME_WAIT: ("P05", "P12", "P13"),
}


def expected(at: Situation, said: Said, profile: Profile) -> Outcome:
    """The rows' answer."""
    outcome = Outcome(at)
    if at.state is State.CLOSED:
        in_closed(outcome, said)
    elif at.state is State.LISTEN:
        in_listen(outcome, at, said, profile)
    elif at.state is State.SYN_SENT:
        in_syn_sent(outcome, at, said)
    else:
        otherwise(outcome, at, said, profile)
    return outcome


# ---- §3.10.7.1 to .3 ---------------------------------------------------------------------------------------


def in_closed(outcome: Outcome, said: Said) -> None:
    if "R" in said.flags:
        outcome.drop("G01")
    elif said.ack is not None:
        outcome.reset(Answer("R", said.ack, None), "G05", "G06")
    else:
        outcome.reset(Answer("R.", None, said.seq + said.length), "G02", "G03", "G04", "G07")


def in_listen(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> None:
    if "R" in said.flags:
        outcome.drop("H01")
    elif said.ack is not None:
        outcome.reset(Answer("R", said.ack, None), "H02")
    elif "S" not in said.flags:
        outcome.drop("H06")
    elif "F" in said.flags and profile.syn_fin == "drop":
        outcome.drop("H05")
    else:
        _take_the_first_syn(outcome, at, said, profile, "H03", "H04", "H05")


def _take_the_first_syn(outcome: Outcome, at: Situation, said: Said, profile: Profile, *rows: str) -> None:
    """§3.10.7.2, third, and the same out of TIME-WAIT. Text and FIN are not kept: the peer sends them again."""
    assert at.offered is not None
    outcome.rows += rows
    outcome.to(State.SYN_RECEIVED)
    outcome.una, outcome.nxt = at.offered, at.offered + 1
    outcome.rcv_nxt, outcome.rcv_wnd = said.seq + 1, profile.receive_buffer
    outcome.snd_wnd = said.wnd
    outcome.answers.append(Answer("S.", at.offered, outcome.rcv_nxt))


def in_syn_sent(outcome: Outcome, at: Situation, said: Said) -> None:
    if said.ack is not None and not at.una < said.ack <= at.nxt:
        if "R" in said.flags:
            outcome.drop("I02")
        else:
            outcome.reset(Answer("R", said.ack, None), "I01")
    elif "R" in said.flags:
        if said.ack is None:
            outcome.drop("I04")
        else:
            outcome.rows += ["I03", "W01"]
            outcome.told.append("connection reset")
            outcome.to(State.CLOSED)
    elif "S" not in said.flags:
        outcome.drop("I07", "I08", "M20")
    else:
        _synchronize(outcome, at, said)


def _synchronize(outcome: Outcome, at: Situation, said: Said) -> None:
    """§3.10.7.3, fourth."""
    outcome.rcv_nxt = said.seq + 1
    outcome.snd_wnd = said.wnd
    if said.ack is None:
        outcome.rows += ["I06", "I11"]  # other controls and text wait for ESTABLISHED: the peer sends them again
        outcome.to(State.SYN_RECEIVED)
        outcome.answers.append(Answer("S.", 0, outcome.rcv_nxt))
        return
    outcome.una = said.ack
    outcome.to(State.ESTABLISHED)
    outcome.rows += ["I05", "I09", "I10"]
    urgent(outcome, said)
    text_and_fin(outcome, at, said)
    outcome.answers.clear()  # one acknowledgment says it all (I09)
    outcome.acknowledge()


# ---- §3.10.7.4 ---------------------------------------------------------------------------------------------


def otherwise(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> None:
    """The eight steps, in their order."""
    if "R" in said.flags:
        second_rst(outcome, at, said, profile)
        return
    if "S" in said.flags and known_syn(outcome, at, said, profile):
        return
    if not acceptable(at, said):
        first_refuse(outcome, at, said, profile)
        return
    if "S" in said.flags and fourth_syn(outcome, at, said, profile):
        return
    if fifth_ack(outcome, at, said, profile):
        urgent(outcome, said)
        text_and_fin(outcome, at, said)


def acceptable(at: Situation, said: Said) -> bool:
    """Table 6 (A16 to A20)."""
    if said.length == 0:
        return said.seq == at.rcv_nxt if at.rcv_wnd == 0 else in_window(at, said.seq)
    return in_window(at, said.seq) or in_window(at, said.seq + said.length - 1)


def in_window(at: Situation, number: int) -> bool:
    return at.rcv_nxt <= number < at.rcv_nxt + at.rcv_wnd


def first_refuse(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> None:
    """What is not acceptable is acknowledged; of some of it, more is taken."""
    same_fin = "F" in said.flags and said.seq + said.length == at.rcv_nxt
    if at.state is State.TIME_WAIT and same_fin and has_ack_alone(said):
        outcome.rows.append("P03")
        outcome.restarted = True
        outcome.acknowledge()
    elif at.rcv_wnd == 0 and said.seq == at.rcv_nxt and has_ack_alone(said):
        outcome.rows += ["A18", "R03"]
        if fifth_ack(outcome, at, said, profile):
            urgent(outcome, said)
        if not outcome.answers and outcome.state is not State.CLOSED:
            outcome.acknowledge()
    else:
        outcome.refuse("K01", "K03", "A16", "A17", "A18", "A19", "A20", *REFUSED_IN.get(at.state, ()))


def has_ack_alone(said: Said) -> bool:
    """It could pass the fourth step and the fifth."""
    return said.ack is not None and "S" not in said.flags


def known_syn(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> bool:
    """Before any step: whether it is one of the two SYNs that a profile may want to answer otherwise."""
    if at.state is State.SYN_RECEIVED and said.seq == at.rcv_nxt - 1:
        return its_syn_again(outcome, at, said, profile)
    if at.state is State.TIME_WAIT and said.ack is None and profile.syn_in_time_wait != "challenge":
        return new_syn(outcome, at, said, profile)
    return False


def its_syn_again(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> bool:
    """The peer's SYN has the number before RCV.NXT."""
    if said.ack is None and profile.syn_ack_to_duplicate_syn:
        outcome.rows.append("J08")
        outcome.answers.append(Answer("S.", 0, at.rcv_nxt))
        return True
    if said.ack is not None and profile.figure_7 and not at.passive:
        outcome.rows.append("J10")
        if fifth_ack(outcome, at, said, profile):
            urgent(outcome, said)
            text_and_fin(outcome, at, said)
            outcome.answers.clear()
            outcome.acknowledge()
        return True
    return False


def new_syn(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> bool:
    """§3.6.1 MAY-2: without timestamps, the number alone proves the SYN new."""
    if said.seq >= at.rcv_nxt:
        _take_the_first_syn(outcome, at, said, profile, "P09")
        return True
    if profile.syn_in_time_wait == "drop":
        outcome.drop("P12")
        return True
    return False


def second_rst(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> None:
    """The first step drops a reset outside the window, the second asks for its number."""
    exact = said.seq == at.rcv_nxt
    if not exact and not in_window(at, said.seq):
        outcome.drop("K02")
    elif not exact and profile.rfc5961:
        outcome.refuse("K06", "J07", "T02")
    elif at.state is State.TIME_WAIT and profile.rfc1337:
        outcome.drop("P07")
    elif at.state is State.SYN_RECEIVED and at.passive:
        outcome.rows += ["J05", "J07"]
        outcome.to(State.LISTEN)
    else:
        outcome.rows += ["J06", "K04", "K05", "K07", "K08", "A18"]
        if at.state is State.SYN_RECEIVED:
            outcome.told.append("connection refused")
        elif at.state not in {State.CLOSING, State.LAST_ACK, State.TIME_WAIT}:
            outcome.told.append("connection reset")
        outcome.to(State.CLOSED)


def fourth_syn(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> bool:
    """Whether this was the last step."""
    if at.state is State.SYN_RECEIVED and at.passive:
        if not in_window(at, said.seq):
            return False
        outcome.rows += ["J09"]
        outcome.to(State.LISTEN)
    elif profile.rfc5961:
        outcome.refuse("K09", "K10", "P13")
    elif in_window(at, said.seq):
        outcome.rows += ["K09"]
        outcome.answers.append(Answer("R.", outcome.number(), outcome.rcv_nxt))
        outcome.told.append("connection reset")
        outcome.to(State.CLOSED)
    else:
        return False
    return True


def fifth_ack(outcome: Outcome, at: Situation, said: Said, profile: Profile) -> bool:
    """Whether the sixth step is reached."""
    if said.ack is None:
        outcome.drop("K11", "J12", "P06")
        return False
    if at.state is State.SYN_RECEIVED:
        if not at.una < said.ack <= at.nxt:
            outcome.reset(Answer("R", said.ack, None), "J02")
            return False
        outcome.rows += ["J01", "J03", "J04"]
        outcome.to(State.ESTABLISHED)
        outcome.una, outcome.snd_wnd = said.ack, said.wnd
        return True
    if said.ack > at.nxt:
        outcome.refuse("K12")
        return False
    if profile.rfc5961 and said.ack < at.una - at.max_wnd:
        outcome.refuse("K14")
        return False
    outcome.rows += ["A05", "A06", "K13", "K15"]
    take_acknowledgment(outcome, at, said)
    return acknowledged(outcome, at)


def take_acknowledgment(outcome: Outcome, at: Situation, said: Said) -> None:
    assert said.ack is not None
    if said.ack < at.una:
        return
    outcome.una = said.ack
    seq = max(said.seq, at.rcv_nxt)
    if at.wl1 < seq or (at.wl1 == seq and at.wl2 <= said.ack):
        outcome.snd_wnd = said.wnd


def acknowledged(outcome: Outcome, at: Situation) -> bool:
    """What an acknowledgment of our FIN means in this state."""
    of_fin = at.fin_sent and outcome.una == at.nxt
    match at.state:
        case State.FIN_WAIT_1 if of_fin:
            outcome.rows += ["M06"]
            outcome.to(State.FIN_WAIT_2)
        case State.CLOSING:
            if of_fin:
                outcome.rows += ["M12", "P01"]
                outcome.to(State.TIME_WAIT)
            else:
                outcome.rows += ["M13"]
                return False
        case State.LAST_ACK if of_fin:
            outcome.rows += ["M16"]
            outcome.to(State.CLOSED)
            return False
        case _:
            outcome.rows += ["M07", "M17", "P04"]
    return True


def urgent(outcome: Outcome, said: Said) -> None:
    if "U" in said.flags and outcome.state in READING and said.seq + said.up > outcome.rcv_nxt:
        outcome.rows += ["K17"]
        outcome.told.append("urgent data")


def text_and_fin(outcome: Outcome, at: Situation, said: Said) -> None:
    """The seventh and the eighth step."""
    if outcome.state not in READING:
        outcome.rows += ["L05", "K18"]
        return
    if not said.octets and "F" not in said.flags:
        outcome.rows += ["X04"]
        return
    edge = outcome.rcv_nxt + outcome.rcv_wnd
    first = said.seq + ("S" in said.flags)
    end = first + said.octets
    outcome.rows.append("L01" if first == outcome.rcv_nxt else "L02" if first < outcome.rcv_nxt else "L04")
    if end > edge:
        outcome.rows.append("L03")
    now = outcome.rcv_nxt
    if first <= now:
        now = max(now, min(end, edge))
    if at.held is not None and at.held[0] <= now:
        now = max(now, at.held[1])
    outcome.delivered, outcome.rcv_nxt = now - outcome.rcv_nxt, now
    if now < edge and (
        ("F" in said.flags and end == now) or (at.fin_held and at.held is not None and at.held[1] == now)
    ):
        fin(outcome)
    outcome.rcv_wnd = edge - outcome.rcv_nxt
    outcome.acknowledge()


def fin(outcome: Outcome) -> None:
    outcome.rcv_nxt += 1
    outcome.told.append("connection closing")
    match outcome.path, outcome.state:
        case _, State.ESTABLISHED:
            outcome.rows += ["M01", "M02"]
            outcome.to(State.CLOSE_WAIT)
        case _, State.FIN_WAIT_1:
            outcome.rows += ["M08"]
            outcome.to(State.CLOSING)
        case [State.FIN_WAIT_2], _:
            outcome.rows += ["M09"]  # note 2: in one segment, in one step
            outcome.path.clear()
            outcome.to(State.TIME_WAIT)
        case _:
            outcome.rows += ["M10", "P01"]
            outcome.to(State.TIME_WAIT)
