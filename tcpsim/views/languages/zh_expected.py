"""简体中文: what a scenario expects, and what was seen instead; its sentences are made in English by `tcpsim.scenario`.

Lives here: for each form of those sentences what it is in Chinese. A sentence that has no form here stays as it is; a
test sees to it that every kind of expectation has one.
"""

import re
from typing import Final

from tcpsim.views.languages.record import drop_names
from tcpsim.views.languages.zh_refusals import REFUSALS

# Groups named who…, bound…, list… and why… are told in Chinese too (`_PARTS`); all others stay as they are.
_FORMS: Final = (
    # ---- what is expected
    (r"(?P<who>.+) passes through (?P<states>[A-Z].*)", "{who} 依次经过 {states}"),
    (r"(?P<who>.+) ends in (?P<state>[A-Z-0-9]+)", "{who} 最后处于 {state}"),
    (r"(?P<who>.+) is in (?P<state>[A-Z-0-9]+) at (?P<at>\S+)", "{who} 在 {at} 时处于 {state}"),
    (r"(?P<who>.+) is in (?P<state>[A-Z-0-9]+) for (?P<bound>.+)", "{who} 处于 {state} 的时间为 {bound}"),
    (r"(?P<who>.+) has no (?P<what>.+) at (?P<when>the end|\S+)", "{who} {when}没有{what}"),
    (
        r"(?P<who>.+) has (?P<bound>.+?) (?P<what>[cl]\w+( in [A-Z-0-9]+)?) at (?P<when>the end|\S+)",
        "{who} {when}有 {bound} 个{what}",
    ),
    (r"(?P<who>.+) receives nothing", "{who} 什么也没有收到"),
    (r"(?P<who>.+?) receives (?P<number>[\d,]+) octets", "{who} 收到 {number} 字节"),
    (r"(?P<who>.+?) receives (?P<octets>.+)", "{who} 收到 {octets}"),
    (r"no call of (?P<who>.+) fails", "{who} 的调用都不失败"),
    (r"a call of (?P<who>.+) fails with (?P<errno>E\w+)", "{who} 有一个调用以 {errno} 失败"),
    (r"calls of (?P<who>.+) fail with (?P<errnos>.+)", "{who} 的调用依次以 {errnos} 失败"),
    (r"nobody sends (?P<kind>\S+)", "任何一方都不发送 {kind}"),
    (r"(?P<who>.+) never sends (?P<kind>\S+)", "{who} 从不发送 {kind}"),
    (r"(?P<who>.+) sends (?P<kind>\S+) again after (?P<list>.+)", "{who} 在 {list} 后再次发送 {kind}"),
    (r"(?P<who>.+) sends (?P<kind>\S+) (?P<bound>.+)", "{who} 发送 {kind} {bound}"),
    (r"(?P<who>.+) drops no segment(: (?P<why>.+))?", "{who} 不丢弃报文段{why}"),
    (r"(?P<who>.+?) drops (?P<bound>.+?) segments?(: (?P<why>.+))?", "{who} 丢弃 {bound} 个报文段{why}"),
    (
        r"the wire carries the (?P<number>\d+) lines that begin with (?P<line>'.+')",
        "线路上依次出现以 {line} 开头的 {number} 行",
    ),
    (r"the wire carries the line that begins with (?P<line>'.+')", "线路上出现以 {line} 开头的一行"),
    (r"the wire carries anything", "线路上可以出现任何报文段"),
    # ---- what was seen instead
    (r"it was sent again after (?P<list>.+)", "在 {list} 后再次发送"),
    (r"it was sent (?P<bound>.+)", "发送了 {bound}"),
    (r"it was never sent again", "没有再次发送"),
    (r"it dropped none", "没有丢弃报文段"),
    (r"it dropped (?P<counts>.+)", "丢弃了：{counts}"),
    (r"(?P<who>.+) passed through (?P<states>[A-Z].*)", "{who} 依次经过了 {states}"),
    (r"(?P<who>.+) ended in (?P<state>[A-Z-0-9]+)", "{who} 最后处于 {state}"),
    (r"(?P<who>.+) was in (?P<list>[A-Z].*)", "{who} 当时处于 {list}"),
    (r"(?P<who>.+) was (?P<time>\S+) in (?P<state>[A-Z-0-9]+)", "{who} 处于 {state} 的时间为 {time}"),
    (r"(?P<who>.+) had no (?P<nth>\d+)\w\w connection( with (?P<peer>.+))?", "{who} 没有第 {nth} 个{peer}连接"),
    (r"(?P<who>.+) had no connection( with (?P<peer>.+))?", "{who} 没有{peer}连接"),
    (r"(?P<who>.+) had (?P<number>[\d,]+)", "{who} 有 {number} 个"),
    (r"(?P<who>.+) received nothing", "{who} 什么也没有收到"),
    (r"(?P<who>.+?) received (?P<octets>.+)", "{who} 收到了 {octets}"),
    (r"(?P<who>.+)'s calls failed with (?P<errnos>.+)", "{who} 的调用依次以 {errnos} 失败"),
    (r"no call of (?P<who>.+) failed", "{who} 的调用都没有失败"),
    (r"there was (?P<line>.+)", "出现了 {line}"),
    (r"after the last line came (?P<line>.+)", "最后一行之后又出现了 {line}"),
    (r"no segment was left for line (?P<number>\d+), (?P<line>.+)", "没有报文段对应第 {number} 行 {line}"),
    (
        r"nothing like line (?P<number>\d+), (?P<line>'.+'), was sent( after line (?P<after>\d+))?",
        "{after}没有发送过与第 {number} 行 {line} 相符的报文段",
    ),
    (
        r"instead of line (?P<number>\d+), (?P<line>'.+'), came (?P<came>.+): (?P<differs>.+)",
        "第 {number} 行应为 {line}，实际是 {came}：{differs}",
    ),
    # ---- what else is wrong
    (r"(?P<fault>faults\[\d+\]) never met its segment: (?P<what>.+)", "{fault} 从未遇到它瞄准的报文段：{what}"),
    (
        r"a call of (?P<who>.+), (?P<call>\w+), did not fail, though (?P<errno>E\w+) was expected",
        "{who} 的调用 {call} 没有失败，而预期是 {errno}",
    ),
    (
        r"a call of (?P<who>.+), (?P<call>\w+), failed with (?P<seen>E\w+), though (?P<errno>E\w+) was expected",
        "{who} 的调用 {call} 以 {seen} 失败，而预期是 {errno}",
    ),
    (
        r"stopped after (?P<number>[\d,]+) events, at (?P<at>\S+) s; still going on: (?P<going>.+)",
        "在 {number} 个事件之后停止，当时是 {at} s；仍在进行：{going}",
    ),
    (
        r"stopped at the bound of (?P<bound>\S+) s of virtual time \(the last thing happened at (?P<at>\S+) s\); still going on: (?P<going>.+)",
        "到达虚拟时间上限 {bound} s 而停止（最后一件事发生在 {at} s）；仍在进行：{going}",
    ),
)
_COMPILED: Final = tuple((re.compile(form), template) for form, template in _FORMS)
# In this order: each is looked for in what the ones before have made of a part.
_WORDS: Final = tuple(
    (re.compile(form), words)
    for form, words in (
        (r"(\d+)\w\w connection of (.+)", r"\2 的第 \1 个连接"),
        (r"^anyone$", "任何一方"),
        (r"(\S+) with (\S+)", r"\1（与 \2 的连接）"),
        (r" and in ", "、"),
        (r" and at most ", "，至多 "),
        (r"at least ", "至少 "),
        (r"at most ", "至多 "),
        (r"\bnever\b", "0 次"),
        (r"\bonce\b", "1 次"),
        (r"\btwice\b", "2 次"),
        (r"([\d,]+) times\b", r"\1 次"),
        (r", then ", "、再过 "),
        (r" \((± \S+)\)", r"（\1）"),
        (r"^connections?( in (\S+))?$", lambda found: f"处于 {found[2]} 的连接" if found[2] else "连接"),
        (r"^listeners?$", "监听者"),
        (r"^the end$", "最后"),
        (r"^another sender$", "发送方不同"),
        (r"^another receiver$", "接收方不同"),
        (r"^it was sent at (\S+)$", r"发送于 \1"),
        (r"^other flags$", "标志不同"),
        (r"^another sequence number$", "序号不同"),
        (r"^([\d,]+) octets$", r"\1 字节"),
        (r"^another acknowledgment$", "确认号不同"),
        (r"^its window is (\d+)$", r"窗口是 \1"),
        (r"^its urgent pointer is (\d+)$", r"紧急指针是 \1"),
        (r"^its options are (.+)$", r"选项是 \1"),
        (r"^nothing but timers$", "只有定时器"),
        (r"; and (\d+) more$", r"；另有 \1 个"),
    )
)
_TOLD: Final = frozenset({"who", "bound", "list", "what", "when", "differs", "going"})
_CAPTIONS: Final = {drop.caption: REFUSALS[name].caption for drop, name in drop_names().items()}
_BETWEEN_WIDE: Final = re.compile("(?<=[\u4e00-\u9fff，）]) (?=[\u4e00-\u9fff])")
_COUNTED: Final = re.compile(r"(.+?) \(([^()]+)\)(?:, |$)")


def expected(sentence: str) -> str:
    """A sentence of the scenario room about what it expects or saw, in Chinese."""
    for form, template in _COMPILED:
        if found := form.fullmatch(sentence):
            told = template.format(**{name: _part(name, part) for name, part in found.groupdict().items()})
            ours, quote, theirs = told.partition("'")
            return _BETWEEN_WIDE.sub("", ours) + quote + theirs
    return sentence


def _part(name: str, part: str | None) -> str:
    if part is None:
        return ""
    if name == "why":
        return f"：{_CAPTIONS.get(part, part)}"
    if name == "errnos":
        return part.replace(", then ", "、")
    if name == "peer":
        return f"与 {part} 的"
    if name == "after":
        return f"第 {part} 行之后"
    if name == "counts":
        return "，".join(f"{_CAPTIONS.get(why, why)}（{_told(times)}）" for why, times in _COUNTED.findall(part))
    if name == "when" and part != "the end":
        return f"在 {part} 时"
    return _told(part) if name in _TOLD else part


def _told(part: str) -> str:
    for form, words in _WORDS:
        part = form.sub(words, part)
    return part
