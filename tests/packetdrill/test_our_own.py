"""The scripts beside these tests are not only read (see reading.py): each is run, and passes or says why not."""

from typing import Final

import pytest
from reading import SCRIPTS

from tcpsim.packetdrill import load
from tcpsim.packetdrill.platforms import LINUX
from tcpsim.packetdrill.report import Verdict
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import PROFILES

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

NAMES: Final = sorted(path.stem for path in SCRIPTS.glob("*.pkt"))
ON_ANOTHER: Final = {"retransmission": "rfc9293"}  # profile; all others are run as on Linux
NOT_RUN: Final = {"unsupported": "UDP encapsulation"}


@pytest.mark.parametrize("name", NAMES)
def test_a_script_of_ours_passes(name: str) -> None:
    profile = PROFILES[ON_ANOTHER.get(name, "linux")]
    outcome = run(load(SCRIPTS / f"{name}.pkt", {"Linux": ""}), profile, LINUX)
    assert (outcome.verdict, outcome.why) == (
        (Verdict.UNSUPPORTED, NOT_RUN[name]) if name in NOT_RUN else (Verdict.PASS, "")
    )


def test_what_is_said_of_them_is_of_scripts_that_there_are() -> None:
    assert {*ON_ANOTHER, *NOT_RUN} <= {*NAMES}
