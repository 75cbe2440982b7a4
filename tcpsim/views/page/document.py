"""The stepper as text: its markup, and the page of its own that it lives on, offline, whole in one file.

Lives here: the putting together of the files beside this one, and the escaping of what people wrote. Must not be known
here: what a frame is, and how anything looks.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any, Final

_PLACE: Final = re.compile(r"\{\{(\w+)\}\}")
_IN_A_SCRIPT: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@cache
def source(name: str) -> str:
    """The text of a file beside this one."""
    return files(__package__).joinpath(name).read_text("utf-8")


def script(*more: str) -> str:
    """The stepper's script, and more of the files beside this one, as one."""
    return "\n".join(map(source, ("stepper.js", "diagram.js", *more)))


def stepper(
    run: Mapping[str, Any], svg: str, *, title: str, about: str = "", subtitle: str = "", level: int = 1
) -> str:
    """The stepper's markup, the ladder in it; `level` is that of its title among the headings around it."""
    words = {**run["words"], "title": title, "about": about, "subtitle": subtitle, "lang": run["lang"], "level": level}
    return _filled(source("stepper.html"), words, {"svg": svg})


def page(
    run: Mapping[str, Any],
    svg: str,
    palette: str,
    *,
    title: str,
    about: str = "",
    subtitle: str = "",
) -> str:
    """A whole page in one text: it asks the network for nothing, and lets nothing run but its own script."""
    whole = script("alone.js")
    return _filled(
        source("page.html"),
        {"title": title, "lang": run["lang"]},
        {
            "hash": f"sha256-{b64encode(sha256(whole.encode()).digest()).decode()}",
            "palette": palette,
            "css": source("stepper.css"),
            "stepper": stepper(run, svg, title=title, about=about, subtitle=subtitle),
            "run": in_a_script(run),
            "script": whole,
        },
    )


def in_a_script(data: Any) -> str:
    """Data as JSON that may stand within a script element, whatever is in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return "".join(_IN_A_SCRIPT.get(character, character) for character in text)


def _filled(template: str, texts: Mapping[str, Any], markup: Mapping[str, str]) -> str:
    """A template with its places filled: with text, which is escaped, or with markup, which is not."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        return markup[name] if name in markup else escape(str(texts[name]))

    return _PLACE.sub(filled, template)
