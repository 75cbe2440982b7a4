"""The reports of `tcpsim check` and `tcpsim packetdrill` in JUnit's XML, as build servers read it.

Times are left out: they would differ.
"""

import re
from collections import Counter
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

from tcpsim.cli.checking import Check

_IMPOSSIBLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


class Case(NamedTuple):
    """One test case: `kind` is "failure", "error", "skipped", or "" for one that is fine."""

    name: str
    kind: str = ""
    message: str = ""
    text: str = ""


def junit(checks: list[Check]) -> str:
    """The report of `tcpsim check`, a test case for each file."""
    return report("tcpsim check", [_case(check) for check in checks])


def _case(check: Check) -> Case:
    if check.held:
        return Case(check.name)
    return Case(check.name, "error" if check.bad_input else "failure", check.problems[0], "\n".join(check.problems))


def report(name: str, cases: list[Case]) -> str:
    """A report of this name."""
    kinds = Counter(case.kind for case in cases)
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"]),
        skipped=str(kinds["skipped"]),
    )
    for case in cases:
        element = ET.SubElement(suite, "testcase", classname="tcpsim", name=_possible(case.name))
        if case.kind:
            ET.SubElement(element, case.kind, message=_possible(case.message)).text = _possible(case.text)
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'


def _possible(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _IMPOSSIBLE.sub("?", text)
