"""`%{ … }%`: assertions hold or do not, and nothing of them is executed."""

from typing import Any

import pytest

from tcpsim.packetdrill import assertions
from tcpsim.packetdrill.failures import CannotRun, Failed

TOLD = {"tcpi_state": 1, "tcpi_rtt": 20_000, "TCP_ESTABLISHED": 1, "TCP_SYN_SENT": 2, "cwnd": 10}


def run(code: str) -> dict[str, Any]:
    variables: dict[str, Any] = dict(TOLD)
    assertions.run(code, variables)
    return variables


@pytest.mark.parametrize(
    "code",
    [
        "assert tcpi_state == TCP_ESTABLISHED, tcpi_state",
        "assert tcpi_state in (TCP_ESTABLISHED, TCP_SYN_SENT)",
        "assert tcpi_state not in [2, 3] and not tcpi_state == 2",
        "assert 19000 <= tcpi_rtt <= 21000, 'srtt=%d us' % tcpi_rtt",
        "assert (tcpi_rtt & 0xff) | 1 << 2 != 0 or nothing",
        "assert abs(tcpi_rtt - 20001) <= 1; assert max(1, 2) == 2",
        "assert -tcpi_state == ~0 and +1.5 > 2 ** 0 and 7 // 2 == 7 % 4 and 6 / 3 == 2",
        "assert (1 if tcpi_state else nothing) is not None",
        "print(tcpi_state, open('x')); pass\n'a string'\nmax(1, 2)",
        "if tcpi_state == 1:\n    assert cwnd == 10\nelif nothing:\n    assert 0\nelse:\n    assert 0",
        "if tcpi_state == 2:\n    assert 0\nelse:\n    if cwnd:\n        pass",
    ],
)
def test_what_holds_says_nothing(code: str) -> None:
    assert run(code) == TOLD


def test_names_are_assigned_and_remembered() -> None:
    told = run("cwnd += 5\nfirst = second = cwnd * 2\nassert first == 30, first")

    assert (told["cwnd"], told["first"], told["second"]) == (15, 30, 30)


def test_what_does_not_hold_is_told_with_what_its_names_stand_for() -> None:
    with pytest.raises(Failed) as failure:
        run("assert tcpi_state == TCP_SYN_SENT, 'state %d' % tcpi_state")

    assert str(failure.value) == "this does not hold: tcpi_state == TCP_SYN_SENT"
    assert failure.value.details == ("  state 1", "  tcpi_state = 1", "  TCP_SYN_SENT = 2")


def test_what_does_not_hold_behind_an_if() -> None:
    with pytest.raises(Failed, match=r"this does not hold: cwnd == 9$"):
        run("if tcpi_state == 1:\n    assert cwnd == 9\n")


def test_a_message_that_cannot_be_worked_out_does_not_hide_the_failure() -> None:
    with pytest.raises(Failed, match="does not hold") as failure:
        run("assert tcpi_state == 2, tcpi_lost")

    assert failure.value.details[0] == "  tcpi_lost"


@pytest.mark.parametrize(
    ("code", "construct"),
    [
        ("assert tcpi_sacked == 10", "tcpi_sacked"),
        ("assert TCP_CA_Nothing", "TCP_CA_Nothing"),
        ("import os", "Python's Import in an assertion"),
        ("for a in (1, 2): pass", "Python's For in an assertion"),
        ("while True: pass", "Python's While in an assertion"),
        ("def f(): pass", "Python's FunctionDef in an assertion"),
        ("assert open('x')", "Python's Call in an assertion"),
        ("assert ().__class__", "Python's Attribute in an assertion"),
        ("assert [a for a in (1,)]", "Python's ListComp in an assertion"),
        ("assert (lambda: 1)", "Python's Lambda in an assertion"),
        ("assert (1, 2)[0]", "Python's Subscript in an assertion"),
        ("assert f'{cwnd}'", "Python's JoinedStr in an assertion"),
        ("assert 1j", "complex in an assertion"),
        ("a = (1, 2)", "a name for a tuple in an assertion"),
        ("a.b = 1", "an assignment to a.b in an assertion"),
        ("assert 1 @ 2", "MatMult in an assertion"),
        ("assert '%999d' % 1", "the format '%999d' in an assertion"),
        ("assert '%*d' % (9, 1)", "the format '%*d' in an assertion"),
    ],
)
def test_what_is_not_done_is_named(code: str, construct: str) -> None:
    with pytest.raises(CannotRun) as cannot:
        run(code)

    assert cannot.value.construct == construct


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("assert", "not Python"),
        ("assert nothing", "nothing has this name"),
        ("assert 1 / 0", "division by zero"),
        ("assert 'a' < 1", "cannot be worked out"),
        ("assert 'a' * 9", "no number"),
        ("assert '%d' % 'a'", "cannot be worked out"),
        ("assert 9 ** 9 ** 9", "no power or shift"),
        ("assert 1 << 1000000000", "no power or shift"),
        ("assert 2 ** -1", "no power or shift"),
        ("a = 2 ** 200; a *= a", "too large"),
        ("assert " + "(" * 500 + "1" + ")" * 500, "too many nested parentheses|nested too deeply"),
        ("assert " + "-" * 100 + "1", "nested too deeply"),
        ("a = 1\0", "not Python"),
        ("assert " + "-" * 15_000 + "1", "not Python, or nested too deeply"),
        ("pass\n" * 5_000, "25,000 characters; 20,000 is the most"),
    ],
)
def test_what_cannot_be_worked_out_fails_and_ends(code: str, why: str) -> None:
    with pytest.raises(Failed, match=why):
        run(code)
