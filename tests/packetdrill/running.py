"""Scripts of a few lines, run: what tests of options, commands and assertions begin with."""

from pathlib import Path
from typing import Final

import pytest

from tcpsim.packetdrill import parse
from tcpsim.packetdrill.platforms import PLATFORMS
from tcpsim.packetdrill.report import Outcome
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import PROFILES

SOCKET: Final = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"

# An active open without options, as either platform does it; what it offers is of no concern.
CONNECTED: Final = f"""{SOCKET}
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0...0.1 connect(3, ..., ...) = 0
+0 > S 0:0(0) <...>
+.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>
+0 > . 1:1(0) ack 1
"""


NONBLOCKING: Final = "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
BOUND: Final = f"""{SOCKET}
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
"""
LISTENING: Final = f"{BOUND}+0 listen(3, 1) = 0\n"
ACCEPTED: Final = f"""{LISTENING}
+0 < S 0:0(0) win 60000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 60000
+0 accept(3, ..., ...) = 4
"""
CONNECTING: Final = f"""{SOCKET}{NONBLOCKING}
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <...>
"""
REFUSED: Final = f"{CONNECTING}+.1 < R. 0:0(0) ack 1 win 0\n"
RESET: Final = f"{CONNECTED}+.1 < R 1:1(0) win 0\n"
BOTH: Final = pytest.mark.parametrize("platform", ["linux", "freebsd"])


def outcome(text: str, platform: str = "linux", directory: Path | None = None) -> Outcome:
    """What becomes of a script on the platform, with the profile of the same name."""
    name = "test.pkt" if directory is None else str(directory / "test.pkt")
    return run(parse(text, name), PROFILES[platform], PLATFORMS[platform])


def said(text: str, platform: str = "linux", directory: Path | None = None) -> str:
    """`PASS`, or `FAIL: why`."""
    came = outcome(text, platform, directory)
    return f"{came.verdict.name}: {came.why}" if came.why else came.verdict.name


def passes(text: str, platform: str = "linux") -> None:
    assert said(text, platform) == "PASS"
