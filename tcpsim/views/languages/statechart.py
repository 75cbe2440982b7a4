"""The words of the statechart, in each language. States, events and actions are the same in all."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartWords:
    """One language's words. What stands in braces is filled in."""

    title: str
    steps: str  # host, numbers
    step: str  # host, number, time
    one_segment: str
    left_out: str
    taken_only: str
    further: str
    passive_open: str
    active_open: str
    reopened: str

    def guard(self, name: str) -> str:
        """What must hold for a row, in few words, in brackets; "" where the row's event says it, or where there is no guard."""
        told = {"passive_open": self.passive_open, "active_open": self.active_open, "reopened": self.reopened}
        return told.get(name, "")


_EN: Final = ChartWords(
    title="TCP connection state diagram",
    steps="{host}: step {numbers}",
    step="{host}, step {number}, at {time} s",
    one_segment="Dashed: the peer’s FIN and the ACK of our own in one segment (RFC 9293 figure 5, note 2).",
    left_out="Left out, as in figure 5: resets, aborts and time-outs. They lead to CLOSED, from any state.",
    taken_only="Resets, aborts and time-outs lead to CLOSED from any state; they are drawn only where they were taken.",
    further="Also taken: {steps}",
    passive_open="(after passive OPEN)",
    active_open="(after active OPEN)",
    reopened="(reopened)",
)

_ZH: Final = ChartWords(
    title="TCP 连接状态图",
    steps="{host}：第 {numbers} 步",
    step="{host}，第 {number} 步，{time} s",
    one_segment="虚线：对端的 FIN 与对本端 FIN 的确认在同一个报文段中到达（RFC 9293 图 5 注 2）。",
    left_out="与图 5 一样，此处略去复位、中止和超时：从任何状态都可由此回到 CLOSED。",
    taken_only="从任何状态都可因复位、中止或超时回到 CLOSED；仅在实际发生时画出。",
    further="另外还经过：{steps}",
    passive_open="（被动打开后）",
    active_open="（主动打开后）",
    reopened="（重新打开后）",
)

_CHARTS: Final = {"en": _EN, "zh": _ZH}


def chart_words(code: str) -> ChartWords:
    """The statechart's words in the language of this code. Raises ValueError, saying which there are, for another."""
    from tcpsim.views.languages import language

    return _CHARTS[language(code).code]
