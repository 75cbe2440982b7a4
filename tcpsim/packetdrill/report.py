"""How a script went, and how that is told: in a line, in full, in a summary.

Lives here: the outcome of one run, and text. Must not be known here: drawing, the terminal, how a script is run.
"""

from collections import Counter
from dataclasses import dataclass
from enum import Enum

from tcpsim.trace import Trace


class Verdict(Enum):
    """What became of a script."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "FAIL"
    UNSUPPORTED = "unsupported"
    UNREADABLE = "ERROR"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one script.

    `line` is where it failed, or where it asks for what tcpsim does not do; 0 for nowhere. `text` is what is written
    there, `why` a sentence or, of what is not supported, its name; `details` lines for below it. `trace` is what has
    happened until then.
    """

    name: str
    verdict: Verdict
    line: int = 0
    text: str = ""
    why: str = ""
    details: tuple[str, ...] = ()
    trace: Trace | None = None


def line_of(outcome: Outcome) -> str:
    """One line for a script."""
    if outcome.verdict is Verdict.UNREADABLE:  # its mistakes say where they are
        return f"{outcome.verdict.value:<11}  {outcome.why}"
    verdict = f"{outcome.verdict.value:<11}  {outcome.name}"
    if outcome.verdict is Verdict.PASS:
        return verdict
    return f"{verdict}:{outcome.line}: {outcome.why}" if outcome.line else f"{verdict}: {outcome.why}"


def in_full(outcome: Outcome) -> str:
    """The line, and below it what is written there, what was expected and what came."""
    below = [f"script    {line.strip()}" for line in outcome.text.splitlines()]
    return "\n".join([line_of(outcome), *(f"      {line}" for line in (*below, *outcome.details))])


def summary(outcomes: list[Outcome]) -> str:
    """The last line."""
    counted = Counter(outcome.verdict for outcome in outcomes)
    passed = counted[Verdict.PASS]
    words = {Verdict.FAIL: "failed", Verdict.UNSUPPORTED: "not supported", Verdict.UNREADABLE: "not understood"}
    rest = [f"{counted[verdict]} {word}" for verdict, word in words.items() if counted[verdict]]
    scripts = "script passes" if len(outcomes) == 1 else "scripts pass"
    return ", ".join([f"{passed} of {len(outcomes)} {scripts}", *rest])
