"""A trial ends as it should: whoever survives is told, and only a test that failed, or the clock, counts as a catch."""

from pathlib import Path

import pytest
from planted import Edit, Mutant
from trial import judge, plant

FAILS = 'Path("verdict.json").write_text(\'{{"test": "test_it", "exception": "{}"}}\'); sys.exit(1)'


def a_home(folder: Path, script: str) -> Path:
    """A copy of nothing, with a suite that is this one line."""
    suite = folder / "tests" / "mutants" / "suite.py"
    suite.parent.mkdir(parents=True)
    suite.write_text(f"import sys\nfrom pathlib import Path\n{script}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("script", "fate", "by"),
    [
        ("pass", "SURVIVED", "nothing noticed"),
        (FAILS.format("AssertionError"), "caught", "test_it"),
        (FAILS.format("MachineError"), "caught", "test_it  (MachineError)"),
        (FAILS.format("NameError"), "BROKEN", "test_it  (NameError)"),
        ("raise ImportError", "BROKEN", "exit status 1 of tests/tcp"),
        (FAILS.format("").replace("test_it", ""), "BROKEN", "exit status 1 of tests/tcp"),
        ("sys.exit(4)", "BROKEN", "exit status 4 of tests/tcp"),
    ],
)
def test_what_counts_as_caught(tmp_path: Path, script: str, fate: str, by: str) -> None:
    verdict = judge([("tests/tcp",), ("tests/sim",)], a_home(tmp_path, script), limit=60)
    assert (verdict.fate, verdict.by.partition("\n")[0]) == (fate, by)


def test_one_that_hangs_is_killed_and_that_is_told(tmp_path: Path) -> None:
    verdict = judge([("tests/tcp",)], a_home(tmp_path, "while True: pass"), limit=1)
    assert (verdict.fate, verdict.by) == ("caught", "it hung: killed after 1 s of tests/tcp")


def test_the_first_part_that_notices_ends_it(tmp_path: Path) -> None:
    home = a_home(
        tmp_path, f'print(*sys.argv[1:], file=open("parts", "a"))\nif "tests/sim" in sys.argv: {FAILS}'.format("")
    )
    assert judge([("tests/tcp",), ("tests/sim", "tests/wire"), ("scenarios",)], home, limit=60).by == "test_it"
    assert (home / "parts").read_text(encoding="utf-8").splitlines() == ["tests/tcp", "tests/sim tests/wire"]


def test_what_was_compiled_before_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "tcpsim" / "flags.py"
    compiled = [file.parent / "__pycache__" / f"{name}.cpython-311.pyc" for name in ("flags", "flag")]
    compiled[0].parent.mkdir(parents=True)
    for one in compiled:
        one.touch()
    file.write_text("FIN = 1\n", encoding="utf-8")
    plant(Mutant("a", 1, "", "", (), "", (Edit("tcpsim/flags.py", "FIN = 1", "FIN = 2"),)), tmp_path)
    assert file.read_text(encoding="utf-8") == "FIN = 2\n"
    assert [one.exists() for one in compiled] == [False, True]
