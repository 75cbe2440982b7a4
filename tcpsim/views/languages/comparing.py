"""What the comparison of two runs says, in each language.

Lives here: words. Sentences have places to fill in, in braces, the same in every language.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """The words of one language. `left` and `right` say which run, at the beginning of a summary's line."""

    first: str  # what stands above the first difference
    first_in_time: str  # where nothing but the time is other
    same: str
    only_times: str  # count
    first_is: str  # host, where
    other: str  # count
    only_left: str  # count
    only_right: str  # count
    at_other_times: str  # count
    left: str
    right: str
    nothing: str  # what stands for what does not happen
    instead: str  # what stands for what does not happen where something else does: time, what
    alike: str  # count


_EN: Final = Comparing(
    first="first difference",
    first_in_time="first at another time",
    same="The same happens, at the same times.",
    only_times="The same happens, but not at the same times.",
    first_is="The first difference is at {host}, {where}:",
    other="{count} different",
    only_left="{count} only on the left",
    only_right="{count} only on the right",
    at_other_times="{count} at another time",
    left="left",
    right="right",
    nothing="nothing of the kind",
    instead="nothing of the kind; next, at {time} s: {what}",
    alike="{count} alike",
)

_ZH: Final = Comparing(
    first="第一处不同",
    first_in_time="第一处时间不同",
    same="两次运行完全相同，时间也相同。",
    only_times="发生的事相同，只是时间不同。",
    first_is="第一处不同在 {host}，{where}：",
    other="{count} 处不同",
    only_left="{count} 处仅左边有",
    only_right="{count} 处仅右边有",
    at_other_times="{count} 处时间不同",
    left="左",
    right="右",
    nothing="没有这件事",
    instead="没有这件事；接下来在 {time} s：{what}",
    alike="{count} 处相同",
)

_ALL: Final = {"en": _EN, "zh": _ZH}


def comparing_words(code: str) -> Comparing:
    """The words in the language of this code. Raises ValueError, saying which there are, for another."""
    from tcpsim.views.languages import language

    return _ALL[language(code).code]
