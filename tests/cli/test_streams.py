"""What only a real process shows: closed pipes, full disks, terminals, Ctrl-C, and what is imported.

There are few of these, because starting one takes most of a second.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, start

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
DEVNULL, PIPE = subprocess.DEVNULL, subprocess.PIPE


@contextmanager
def pseudo_terminal(columns: int = 80) -> Iterator[tuple[int, int]]:
    """Our end, and the command's, whose last copy it is to hold."""
    import termios

    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, columns))
    yield ours, its
    os.close(ours)


def read_all(descriptor: int) -> str:
    octets = b""
    try:
        while more := os.read(descriptor, 1 << 16):
            octets += more
    except OSError:  # Linux: nobody holds the other end any more
        pass
    return octets.decode()


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "LINES"}}
    return {**kept, "TERM": "xterm", **changes}


# ---- pipes and disks ------------------------------------------------------------------------------------------------


def test_a_reader_that_has_seen_enough_is_no_failure_and_the_report_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FAILS)
    reader, writer = os.pipe()
    os.close(reader)
    report = tmp_path / "report.xml"
    process = start("check", str(tmp_path), "--junit", str(report), stdout=writer, stderr=PIPE)
    os.close(writer)
    assert process.communicate()[1] == b""
    assert process.returncode == 1  # as it would have been
    assert report.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        process = start("--help", stdout=full.fileno(), stderr=PIPE, env=environment(PYTHONUNBUFFERED=""))
        assert process.communicate()[1] == b"tcpsim: stdout cannot be written: No space left on device\n"
    assert process.returncode == 2


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_closed_streams(closed: str) -> None:
    script = f"import sys; sys.{closed} = None; from tcpsim.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", script, "run", str(HANDSHAKE), "nowhere.yaml"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert done.stdout.startswith(b"Three-way" if closed == "stderr" else b"")
    assert done.stderr == (b"tcpsim: nowhere.yaml: there is no such file\n" if closed == "stdout" else b"")


def test_ascii_for_people_and_utf_8_for_programs(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HOLDS.replace("It holds", "Übertragung ✕"), encoding="utf-8")
    plain = environment(PYTHONIOENCODING="ascii", LC_ALL="C")
    process = start("run", str(tmp_path / "a.yaml"), stdout=PIPE, stderr=PIPE, env=plain)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.isascii()
    assert b"-- SYN 0:0(0)" in out
    document, _ = start("run", str(tmp_path / "a.yaml"), "--json", stdout=PIPE, stderr=PIPE, env=plain).communicate()
    assert "Übertragung ✕" in document.decode("utf-8")


# ---- terminals ------------------------------------------------------------------------------------------------------


def on_a_terminal(*argv: str, columns: int = 80, **changes: str) -> str:
    with pseudo_terminal(columns) as (ours, its):
        process = start(*argv, stdin=its, stdout=its, stderr=its, env=environment(**changes))
        os.close(its)
        told = read_all(ours)
        assert process.wait() == 0
    return told.replace("\r\n", "\n")


def test_a_terminal_has_colours_and_progress_that_is_wiped() -> None:
    told = on_a_terminal("check", str(HANDSHAKE))
    assert told.startswith(f"\r\x1b[K1/1 {HANDSHAKE}"[:79])
    assert "\r\x1b[K\x1b[32mok    \x1b[0m  " in told


def test_no_color_and_the_width_of_the_terminal() -> None:
    told = on_a_terminal("run", str(HANDSHAKE), columns=96, NO_COLOR="1")
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) == 96


def test_a_dumb_terminal_has_none_of_it() -> None:
    assert "\x1b" not in on_a_terminal("check", str(HANDSHAKE), TERM="dumb")


def test_ctrl_c_is_130_and_says_so() -> None:
    with pseudo_terminal() as (ours, its):
        process = start("run", "-", stdin=its, stdout=its, stderr=its, env=environment())
        os.close(its)
        told = ""
        while "Ctrl-D" not in told:  # it waits for a scenario now
            told += os.read(ours, 1 << 16).decode()
        process.send_signal(signal.SIGINT)
        told += read_all(ours)
        assert process.wait() == 130
    assert told.endswith("\r\ntcpsim: interrupted\r\n")


# ---- what is imported -----------------------------------------------------------------------------------------------

_HEAVY = ("pydantic", "yaml", "transitions", "matplotlib", "numpy", "pandas", "tcpsim.sim", "tcpsim.scenario")
_SCRIPT = f"""
import sys
from tcpsim.cli import main
def heavy():
    print(*(name for name in {_HEAVY} if name in sys.modules), file=sys.stderr)
for options in (["--help"], ["run", "--help"], ["--version"], ["run"], ["bogus"]):
    try:
        main(options)
    except SystemExit:
        pass
print("usage over", file=sys.stderr)
heavy()
main(["run", sys.argv[1], "--json"])
main(["run", sys.argv[1]])
heavy()
"""


def test_help_imports_nothing_heavy_and_a_timeline_no_library_that_draws() -> None:
    command = [sys.executable, "-c", _SCRIPT, str(HANDSHAKE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    after_usage = done.stderr.split("usage over\n")[1].splitlines()
    assert after_usage == ["", "pydantic yaml transitions tcpsim.sim tcpsim.scenario"]
