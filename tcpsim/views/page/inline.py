"""The ladder as SVG within a page: one drawing, whose colours are variables that follow the reader's setting.

It is drawn in the light and in the dark; nothing but colours differs, and each pair of them becomes a variable. Lives
here: that, and the themes as CSS. Must not be known here: where the drawing stands, and what is done with it.
"""

import re
from typing import Final

from tcpsim.tcp.states import State
from tcpsim.views.figures import rendered
from tcpsim.views.ladder.pen import drawn
from tcpsim.views.ladder.shapes import Layout
from tcpsim.views.theme import Theme, theme

_COLOUR: Final = re.compile(r"((?:fill|stroke): )(#[0-9a-f]{6})")
_LONG_FRACTION: Final = re.compile(r"(\d\.\d\d)\d+")
_EDGE, _WASH = 45, 11  # per cent of the outline's colour in that of the paper


def inline_svg(drawing: Layout) -> tuple[str, dict[str, tuple[str, str]]]:
    """The ladder as an `<svg>` element, and its colours: variable → (in the light, in the dark)."""
    inked = (rendered(drawn(drawing, theme(name))).decode() for name in ("light", "dark"))
    light, dark = map(_COLOUR.split, inked)
    # Of every three pieces: what stands between, the property, the colour.
    pairs = dict.fromkeys(zip(light[2::3], dark[2::3], strict=True))
    names = {pair: f"--tcpsim-{pair[0][1:]}-{pair[1][1:]}" for pair in pairs}  # several drawings may share a page
    parts = [light[0]]
    for place in range(1, len(light), 3):
        parts += (light[place], f"var({names[light[place + 1], dark[place + 1]]})", light[place + 2])
    svg = "".join(parts)
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<defs>.*?</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    svg = svg.replace("<svg ", '<svg role="img" ', 1)
    svg = re.sub(r"\s*\n\s*", " ", _LONG_FRACTION.sub(r"\1", svg))
    return svg, {name: pair for pair, name in names.items()}


def palette(inks: dict[str, tuple[str, str]]) -> str:
    """The colours of the stepper as CSS: light, dark where the reader's system is, or where a notebook says so."""
    light = _declared(theme("light"), {name: pair[0] for name, pair in inks.items()}, "light")
    dark = _declared(theme("dark"), {name: pair[1] for name, pair in inks.items()}, "dark")
    return "\n".join(
        (
            f".tcpsim-page, .tcpsim {{ {light} }}",
            f"@media (prefers-color-scheme: dark) {{ .tcpsim-page, .tcpsim {{ {dark} }} }}",
            f'[data-jp-theme-light="true"] .tcpsim, body.vscode-light .tcpsim {{ {light} }}',
            f'[data-jp-theme-light="false"] .tcpsim, body.vscode-dark .tcpsim {{ {dark} }}',
        )
    )


def _declared(look: Theme, inks: dict[str, str], scheme: str) -> str:
    colours = {name: getattr(look, name) for name in ("paper", "text", "quiet", "outline", "timer", "fired", "alarm")}
    colours |= {kind or "segment": stroke.colour for kind, stroke in look.segments.items()}
    colours |= {f"state-{state}": fill for state, fill in look.states.items()}
    colours |= {"edge": _mixed(look.outline, look.paper, _EDGE), "wash": _mixed(look.outline, look.paper, _WASH)}
    colours |= {"mark": look.states[State.SYN_SENT], "glow": look.states[State.SYN_RECEIVED]}
    declared = [f"--tcpsim-{name}: {colour};" for name, colour in colours.items()]
    declared += [f"{name}: {colour};" for name, colour in inks.items()]
    return " ".join([f"color-scheme: {scheme};", *declared])


def _mixed(one: str, other: str, share: int) -> str:
    """A colour between two others."""
    parts = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes((a * share + b * (100 - share)) // 100 for a, b in parts).hex()
