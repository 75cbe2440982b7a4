"""What a reader may choose of a sequence diagram, as data: the one list of options, whoever passes them on."""

from dataclasses import dataclass
from typing import TypedDict


class LadderOptions(TypedDict, total=False):
    """The options of `ladder`, as keywords; see `Options`."""

    absolute: bool
    states: bool
    timers: bool
    apps: bool
    window: bool
    theme: str
    lang: str
    collapse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is shown, and how.

    `absolute`: sequence numbers as they are on the wire (32 bits), instead of counted from each side's initial one.
    `states`, `timers`, `apps`: whether the lanes of states, of timers and of the programs' calls are there.
    `window`: the window on every label, as the header has it (not scaled), instead of only where it is the news.
    `theme`: "light", "dark" or "print". `lang`: "en" or "zh".
    `collapse`: whether many conversations in a row that are alike, as in a flood, are one, with their number.
    """

    absolute: bool = False
    states: bool = True
    timers: bool = True
    apps: bool = True
    window: bool = False
    theme: str = "light"
    lang: str = "en"
    collapse: bool = True


USUAL = Options()
