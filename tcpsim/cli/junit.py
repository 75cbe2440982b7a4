"""The report of `tcpsim check` in JUnit's XML, as build servers read it. Times are left out: they would differ."""

import re
from typing import Final
from xml.etree import ElementTree as ET

from tcpsim.cli.checking import Check

_IMPOSSIBLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


def junit(checks: list[Check]) -> str:
    """The report, a test case for each file."""
    suite = ET.Element(
        "testsuite",
        name="tcpsim check",
        tests=str(len(checks)),
        failures=str(sum(not check.held and not check.bad_input for check in checks)),
        errors=str(sum(check.bad_input for check in checks)),
        skipped="0",
    )
    for check in checks:
        case = ET.SubElement(suite, "testcase", classname="tcpsim", name=_possible(check.name))
        if not check.held:
            kind = "error" if check.bad_input else "failure"
            problem = ET.SubElement(case, kind, message=_possible(check.problems[0]))
            problem.text = _possible("\n".join(check.problems))
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'


def _possible(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _IMPOSSIBLE.sub("?", text)
