"""An explanation: what happened in a run that asks for a reason, each with the reason, in order; as text or Markdown.

Lives here: the sentences as they are handed out, and their setting. Must not be known here: which event is explained,
and how (`explaining`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tcpsim.trace import Microseconds
from tcpsim.views.columns import columns, ljust, rjust, wrapped
from tcpsim.views.languages import Language
from tcpsim.views.text import in_ascii
from tcpsim.views.wording import moment
from tcpsim.wire.pair import SocketPair

_RFC: Final = re.compile(r"RFC (\d+) §([\w.]+)")
_APPENDIX: Final = re.compile(r"[A-Z]")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>|#])")
_NARROWEST: Final = 40
KINDS: Final = (
    "state", "retransmission", "probe", "delayed", "dropped", "lost", "duplicate", "injected", "signal", "call",
    "timer", "host",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one thing happened.

    `index` is the event's place in the trace, `time` its moment (µs), `host` and `pair` where it happened. `kind` is
    one of `KINDS`. `segment` is the number of the transmission that it is about, or that caused it; 0 if none did.
    `what` happened is told in a few words, `why` in sentences, and `section` says where the RFCs have it: "RFC 9293
    §3.5", "" for what no RFC is asked about. `peer` is the host at the other end, where there are more than two hosts.
    """

    index: int
    time: Microseconds
    host: str
    pair: SocketPair | None
    kind: str
    segment: int
    what: str
    why: str
    section: str = ""
    peer: str = ""

    @property
    def who(self) -> str:
        """The host; with its peer, where there are more than two."""
        return f"{self.host} ({self.peer})" if self.peer else self.host

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" + (f" ({self.section})" if self.section else "")


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Every reason of one run, in order; `str()` is text for a terminal, and a notebook shows it as Markdown.

    It is iterable, has a length, and `explanation[0]` is the first. `digits` is how many digits after the point tell
    all times (in seconds) apart.
    """

    reasons: tuple[Reason, ...]
    lang: Language
    title: str = ""
    subtitle: str = ""
    digits: int = 3

    def __iter__(self) -> Iterator[Reason]:
        return iter(self.reasons)

    def __len__(self) -> int:
        return len(self.reasons)

    def __getitem__(self, place: int) -> Reason:
        return self.reasons[place]

    def only(self, *kinds: str) -> "Explanation":
        """The reasons of these kinds alone, as in `only("lost", "retransmission")`; `KINDS` are all of them.

        Raises ValueError for a kind that there is not.
        """
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f"no kind of reason is called {kind!r}; there are {', '.join(KINDS)}")
        return replace(self, reasons=tuple(reason for reason in self.reasons if reason.kind in kinds))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Explanation of {self.title!r}: {len(self)} reasons>"

    def text(self, *, width: int = 80, ascii_only: bool = False) -> str:
        """Each reason as a line that says when, where and what, and the sentences below it; ends in a newline.

        `width` is how many columns the lines try to keep to. `ascii_only` writes with ASCII alone, words of a language
        that has other characters excepted.
        """
        if ascii_only:
            return in_ascii(self._in_ascii().text(width=width), nothing_else=self.lang.ascii)
        times = [self._moment(reason.time) for reason in self.reasons]
        room = max([8, *(len(time) for time in times)])
        hosts = max([0, *(columns(reason.who) for reason in self.reasons)])
        margin = " " * (room + 2)
        lines = self._heading(width)
        for time, reason in zip(times, self.reasons, strict=True):
            head = f"{rjust(time, room)}  {ljust(reason.who, hosts)}  {reason.what}"
            fits = columns(head) + columns(reason.section) + 2 <= width
            lines.append(ljust(head, width - columns(reason.section)) + reason.section if fits else head)
            lines += [margin + line for line in wrapped(reason.why, max(width - len(margin), _NARROWEST))]
            if not fits and reason.section:
                lines.append(margin + reason.section)
            lines.append("")
        return "".join(f"{line.rstrip()}\n" for line in lines[:-1])

    def _in_ascii(self) -> "Explanation":
        """The same with words whose width is final: ASCII writes a sign in full, "section " for "§"."""
        reasons = [
            replace(
                reason,
                what=in_ascii(reason.what, nothing_else=False),
                why=in_ascii(reason.why, nothing_else=False),
                section=in_ascii(reason.section, nothing_else=False),
            )
            for reason in self.reasons
        ]
        return replace(self, reasons=tuple(reasons))

    def _heading(self, width: int) -> list[str]:
        title = self._title()
        gap = width - columns(title) - columns(self.subtitle)
        heading = [title + " " * gap + self.subtitle] if gap >= 2 else [title, rjust(self.subtitle, width)]
        return [*heading, "", *([] if self.reasons else [self.lang.reasons.nothing, ""])]

    def markdown(self) -> str:
        """The same as Markdown: a list, with a link to every section of an RFC."""
        parts = [f"**{_escaped(self._title())}**" + (f" — {_escaped(self.subtitle)}" if self.subtitle else ""), ""]
        parts += [self._item(reason) for reason in self.reasons] or [self.lang.reasons.nothing]
        return "\n".join(parts) + "\n"

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _item(self, reason: Reason) -> str:
        head = f"`{self._moment(reason.time)}` {_escaped(reason.who)} · **{_escaped(reason.what)}**"
        section = f" ({_linked(reason.section)})" if reason.section else ""
        return f"- {head}  \n  {_escaped(reason.why)}{section}"

    def _title(self) -> str:
        return self.lang.reasons.title.format(title=self.title).rstrip(": ：")

    def _moment(self, time: Microseconds) -> str:
        return moment(time, digits=self.digits)


def _escaped(words: str) -> str:
    """The words with what Markdown would take for its own marked as plain."""
    return _MARKDOWN.sub(r"\\\1", words)


def _linked(section: str) -> str:
    """A section with a link to it, where it has one."""
    found = _RFC.match(section)
    if found is None:
        return _escaped(section)
    number, part = found.groups()
    kind = "appendix" if _APPENDIX.match(part) else "section"
    return f"[{section}](https://www.rfc-editor.org/rfc/rfc{number}#{kind}-{part})"


def joined(sentences: Sequence[str], lang: Language) -> str:
    """The sentences behind each other, as the language has it; none twice."""
    return lang.reasons.space.join(dict.fromkeys(sentence for sentence in sentences if sentence))
