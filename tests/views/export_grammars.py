"""What a line of Mermaid and of PlantUML may be, as far as the exports use them: strict, and our own.

The tools themselves are asked where they are there (`test_exports`); these hold everywhere.
"""

import re

_NAME = r"h\d+"
# Text: whatever has no meaning; anything else is an entity.
_MERMAID_TEXT = r"(?:[A-Za-z0-9 .,:()/+=@?!'-]|[^\x00-\x7f]|#\d+;|#(?:lt|gt|amp);)+"
_MERMAID = [
    r"sequenceDiagram",
    rf"    title {_MERMAID_TEXT}",
    rf"    participant {_NAME} as {_MERMAID_TEXT}",
    rf"    {_NAME}(?:->>|-->>|-x|--x|-\)|--\)){_NAME}: {_MERMAID_TEXT}",
    rf"    Note (?:left of|right of|over) {_NAME}(?:,{_NAME})?: {_MERMAID_TEXT}(?:<br/>{_MERMAID_TEXT})*",
]
_PLANTUML_TEXT = r"(?:[A-Za-z0-9 .,:()+@?!'-]|[^\x00-\x7f]|<U\+[0-9A-F]{4,6}>)+"
_PLANTUML = [
    r"@startuml",
    rf"title {_PLANTUML_TEXT}",
    rf'participant "{_PLANTUML_TEXT}" as {_NAME}',
    rf"{_NAME} -?-(?:>|>x|>>) {_NAME} : {_PLANTUML_TEXT}",
    rf"[hr]note (?:left of|right of|over) {_NAME} : {_PLANTUML_TEXT}(?:\\n{_PLANTUML_TEXT})*",
    rf"\.\.\.{_PLANTUML_TEXT}\.\.\.",
    r"@enduml",
]


def mermaid_says(text: str) -> list[str]:
    """The lines that are not Mermaid, or name somebody who was not introduced; none, for a diagram that is one."""
    return _wrong(text, _MERMAID, "sequenceDiagram")


def plantuml_says(text: str) -> list[str]:
    """The same of PlantUML."""
    return _wrong(text, _PLANTUML, "@startuml") + [line for line in [text.splitlines()[-1]] if line != "@enduml"]


def _wrong(text: str, grammar: list[str], first: str) -> list[str]:
    lines = text.splitlines()
    wrong = [] if lines[0] == first and lines.count(first) == 1 else [lines[0]]
    known: set[str] = set()
    for line in lines:
        if not any(re.fullmatch(rule, line) for rule in grammar):
            wrong.append(line)
        if introduced := re.match(rf'\s*participant (?:".*" as )?({_NAME})', line):
            known.add(introduced[1])
        frame = re.sub(r"(?: : |: ).*", "", line)
        if not line.lstrip().startswith(("title", "participant")):
            wrong += [line for name in re.findall(rf"\b{_NAME}\b", frame) if name not in known]
    return wrong
