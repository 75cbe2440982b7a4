"""languages: every word and sentence that a user reads in pictures, timelines and explanations, in each language.

    language("zh").row(row)        why a connection moved along a row of the table, in Chinese

Lives here: words, and nothing but words (`words` and `reasons` say which there must be; `en…` and `zh…` have them).
Must not be known here: what is told when, and how it is set or drawn. What people wrote themselves, the title of a
scenario and what they expect of it, stays as they wrote it.
"""

from importlib import import_module
from typing import Final

from tcpsim.views.languages.record import Language

NAMES: Final = {"en": "English", "zh": "简体中文"}
DEFAULT: Final = "en"

__all__ = ["DEFAULT", "NAMES", "Language", "language"]


def language(code: str) -> Language:
    """The language of this code. Raises ValueError, saying which there are, for another."""
    if code not in NAMES:
        known = ", ".join(f"{known} ({name})" for known, name in NAMES.items())
        raise ValueError(f"there is no language {code!r}; there are {known}")
    found: Language = import_module(f"tcpsim.views.languages.{code}").LANGUAGE
    return found
