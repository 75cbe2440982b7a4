"""The command line as a test speaks to it: what is typed, and what comes back."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tcpsim.cli import main

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "scenarios"
HANDSHAKE = SCENARIOS / "opening" / "three-way-handshake.yaml"

_OPENS = "tcpsim: 1\ntitle: {title}\napps: {{client: [connect], server: [listen, accept]}}\n"
HOLDS = _OPENS.format(title="It holds") + "expect: [{final: {client: ESTABLISHED}}]\n"
FAILS = _OPENS.format(title="It fails") + "expect: [{final: {client: CLOSED}}, {never: any RST}]\n"
IDLE_FAULT = HOLDS + "faults: [{drop: client RST}]\n"
WITHOUT_END = HOLDS.replace("[connect]", "[connect, {wait: 10000h}]")
MISTAKEN = HOLDS + "netwrk: {delay: 5}\nseed: -1\n"
WITH_VARIANT = HOLDS + "what_if: {slow: {network: {delay: 1s}, expect: [{final: {client: SYN-SENT}}]}}\n"


@dataclass(frozen=True)
class Answer:
    """What the command left behind."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


class Terminal:
    """Types commands in this process; `home` is the folder that they are typed in."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def types(self, *argv: str | Path) -> Answer:
        """`tcpsim` and these arguments."""
        try:
            status = main([str(argument) for argument in argv])
        except SystemExit as end:
            status = int(str(end.code))
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Answer(status, out, err)

    def has(self, name: str, text: str) -> Path:
        """A file of this name, and the folders it lies in."""
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def files(self) -> set[str]:
        """The names of all files, hidden ones and half-written ones included."""
        return {file.relative_to(self.home).as_posix() for file in self.home.rglob("*") if not file.is_dir()}


def start(*argv: str, env: Mapping[str, str] | None = None, **streams: int) -> "subprocess.Popen[bytes]":
    """A real process running `tcpsim`, for what only a real one shows."""
    return subprocess.Popen([sys.executable, "-m", "tcpsim", *argv], cwd=ROOT, env=env, **streams)  # type: ignore[call-overload,no-any-return] # noqa: S603
