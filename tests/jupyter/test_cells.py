"""`%%tcpsim` in a real IPython shell: what a cell shows, and that a mistake is a sentence and no traceback."""

from collections.abc import Iterator
from typing import Any

import pytest

import tcpsim

pytest.importorskip("IPython", reason="no notebook tests: pip install 'tcpsim[jupyter]'")

OPENS = """\
tcpsim: 1
title: Hello
apps:
  client: [connect, close]
  server: [listen, accept, {recv: eof}, close]
expect:
  - final: {client: CLOSED}
what_if:
  slow: {network: {delay: 1s}, expect: [{final: {server: CLOSED}}]}
"""


class Notebook:
    """Runs cells, and keeps what they show and say."""

    def __init__(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        self.shell = shell
        self.names: dict[str, Any] = shell.user_ns
        self._capsys = capsys

    def runs(self, cell: str) -> Any:
        """The value of a cell; none raises."""
        self._capsys.readouterr()
        done = self.shell.run_cell(cell)
        captured = self._capsys.readouterr()
        self.out, self.err = captured.out, captured.err
        assert done.success
        assert "Traceback" not in self.out + self.err
        return done.result


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    from IPython.core import interactiveshell
    from traitlets.config import Config

    kind: Any = interactiveshell.InteractiveShell  # it has types, but for this
    shell = kind(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "tcpsim.jupyter")
    yield shell
    shell.reset()


@pytest.fixture
def notebook(shell: Any, capsys: pytest.CaptureFixture[str]) -> Notebook:
    return Notebook(shell, capsys)


def test_a_cell_is_run_and_shows_the_ladder(notebook: Notebook) -> None:
    finished = notebook.runs(f"%%tcpsim\n{OPENS}")
    assert isinstance(finished, tcpsim.Run)
    assert finished.ok
    assert notebook.err == ""
    shown, _ = notebook.shell.display_formatter.format(finished)
    assert set(shown) == {"image/svg+xml", "text/plain"}
    assert shown["image/svg+xml"].startswith("<?xml")
    assert "── SYN 0:0(0)" in shown["text/plain"]


def test_the_run_may_be_kept(notebook: Notebook) -> None:
    notebook.runs(f"%%tcpsim mine --profile linux --seed 7 --set network.delay=50ms\n{OPENS}")
    mine = notebook.names["mine"]
    assert mine.subtitle == "linux, delay 50 ms, seed 7"
    assert mine.title == "Hello"


def test_what_else_a_cell_may_show(notebook: Notebook) -> None:
    assert notebook.runs(f"%%tcpsim --text\n{OPENS}") is None
    assert notebook.out.startswith("Hello ")
    assert "SYN-SENT" in str(notebook.runs(f"%%tcpsim --explain\n{OPENS}"))
    chinese = notebook.shell.display_formatter.format(notebook.runs(f"%%tcpsim --lang zh\n{OPENS}"))[0]
    assert "时延" in chinese["text/plain"]
    slow = notebook.runs(f"%%tcpsim --what-if slow\n{OPENS}")
    assert slow.title == "Hello — slow"


def test_a_mistake_is_told_in_its_line_of_the_cell(notebook: Notebook) -> None:
    assert notebook.runs("%%tcpsim\ntcpsim: 1\nfaults: [{drp: client SYN}]\n") is None
    assert notebook.err.splitlines() == [
        "cell:3:11: faults[0].drp: unknown key 'drp'; did you mean 'drop'?",
        "     3 | faults: [{drp: client SYN}]",
        "       |           ^^^",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--nonsense", "%%tcpsim: unrecognized arguments: --nonsense"),
        ("--seed x", "%%tcpsim: argument --seed: invalid int value: 'x'"),
        ("1st", "%%tcpsim: '1st' is not the name of a variable"),
        ("--set delay", "%%tcpsim: --set delay is not key=value, as in network.delay=50ms"),
        ("--set network.delay=5", "changes: network.delay: 5 has no unit; write 5ms or 5s"),
        ("--profile linx", "changes: profile: there is no profile 'linx'; did you mean 'linux'?"),
        ("--what-if fast", "cell: there is no variant 'fast'; those there are: slow"),
        ("'", "%%tcpsim: No closing quotation"),
        ("--text --step", "%%tcpsim: argument --step: not allowed with argument --text"),
    ],
)
def test_a_mistake_in_the_options_is_told_too(notebook: Notebook, line: str, said: str) -> None:
    assert notebook.runs(f"%%tcpsim {line}\n{OPENS}") is None
    assert notebook.err.splitlines()[0] == said


def test_help(notebook: Notebook) -> None:
    assert notebook.runs(f"%%tcpsim --help\n{OPENS}") is None
    assert "--what-if NAME" in notebook.err


def test_what_was_expected_and_did_not_hold_is_said(notebook: Notebook) -> None:
    failing = OPENS.replace("client: CLOSED", "client: LISTEN")
    assert notebook.runs(f"%%tcpsim\n{failing}") is not None, "the diagram is shown all the same"
    assert "FAILED: client ends in LISTEN" in notebook.err


def test_a_run_too_large_to_draw_is_a_sentence() -> None:
    hosts: Any = {"client": {"clients": 40}}
    crowd: Any = {"client": ["connect"], "server": ["listen"]}
    bundle = tcpsim.run(tcpsim.build(hosts=hosts, apps=crowd))._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "a diagram of 41 hosts and 120 segments could not be read" in bundle["text/plain"]
    assert len(bundle["text/plain"].splitlines()) == 2
