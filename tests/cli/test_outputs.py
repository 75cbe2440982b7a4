"""Files that the command writes: pictures, reports, templates. Whole or not at all, and never over something else."""

import os
import stat
from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, Terminal

from tcpsim.scenario import loads


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="whoever runs this may write everything"
)


# ---- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.PDF", b"%PDF")])
def test_the_suffix_says_how_to_draw(terminal: Terminal, name: str, begins: bytes) -> None:
    answer = terminal.types("run", HANDSHAKE, "--plot", name)
    assert (answer.status, answer.said) == (0, [f"tcpsim: drew {name}"])
    assert answer.out.startswith("Three-way handshake")
    assert (terminal.home / name).read_bytes().startswith(begins)
    assert terminal.files() == {name}


def test_a_picture_on_stdout_has_it_to_itself(terminal: Terminal) -> None:
    for command in (["run", str(HANDSHAKE), "--plot", "-"], ["plot", str(HANDSHAKE), "-o", "-"]):
        answer = terminal.types(*command)
        assert (answer.status, answer.err) == (0, "")
        assert answer.out.startswith("<?xml")
        assert answer.out.endswith("</svg>\n")


def test_plot_draws_into_this_folder(terminal: Terminal) -> None:
    assert terminal.types("plot", HANDSHAKE).said == ["tcpsim: drew three-way-handshake.svg"]
    assert terminal.files() == {"three-way-handshake.svg"}


def test_what_failed_is_drawn_all_the_same(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("plot", "a.yaml")
    assert answer.status == 1
    assert answer.said == [
        "tcpsim: a.yaml: FAILED: client ends in CLOSED; client ended in ESTABLISHED",
        "tcpsim: drew a.svg",
    ]


def test_a_folder_for_several(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    terminal.has("b.yaml", HOLDS)
    (terminal.home / "pictures").mkdir()
    answer = terminal.types("run", "a.yaml", "nowhere.yaml", "b.yaml", "--plot", "pictures/")
    assert answer.status == 2
    assert terminal.files() == {"a.yaml", "b.yaml", "pictures/a.svg", "pictures/b.svg"}
    assert terminal.types("plot", "a.yaml", "-o", "pictures").said == ["tcpsim: drew pictures/a.svg"]


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        ("a.gif", "a.gif: the suffix says how to draw: .svg, .png or .pdf; '.gif' is none that can be drawn"),
        ("a", "a: the suffix says how to draw: .svg, .png or .pdf; it has none"),
        ("nowhere/a.svg", "nowhere/a.svg: there is no folder nowhere"),
        ("nowhere/", "nowhere/: there is no such folder"),
        ("a" * 300 + ".svg", "File name too long"),
    ],
)
def test_what_could_not_be_drawn_is_refused_before_anything_runs(
    terminal: Terminal, picture: str, message: str
) -> None:
    for command in (["run", str(HANDSHAKE), "--plot", picture], ["plot", str(HANDSHAKE), "-o", picture]):
        answer = terminal.types(*command)
        assert (answer.status, answer.out) == (2, "")
        assert message in answer.said[0]
    assert terminal.files() == set()


def test_several_files_and_no_folder(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    for picture in ("a.svg", "-"):
        answer = terminal.types("run", "a.yaml", HANDSHAKE, "--plot", picture)
        assert (answer.status, answer.out) == (2, "")
        assert answer.said == [f"tcpsim: {picture}: with several FILEs, this must be a folder that exists"]


def test_two_pictures_of_one_name_are_refused(terminal: Terminal) -> None:
    terminal.has("1/a.yaml", HOLDS)
    terminal.has("2/a.yaml", HOLDS)
    answer = terminal.types("run", "1/a.yaml", "2/a.yaml", "--plot", ".")
    assert (answer.status, answer.out) == (2, "")
    assert answer.said == ["tcpsim: a.svg: both 1/a.yaml and 2/a.yaml would be drawn there"]


def test_too_much_to_draw_is_told_and_the_timeline_stays(terminal: Terminal) -> None:
    crowd = HOLDS.replace("apps:", "hosts: {client: {clients: 30}}\napps:")
    terminal.has("a.yaml", crowd.replace("[listen, accept]", "[listen, {serve: [{recv: eof}]}]"))
    answer = terminal.types("run", "a.yaml", "--plot", "a.svg")
    assert answer.status == 2
    assert answer.said[0].startswith("tcpsim: a.svg: not drawn: a diagram of 31 hosts")
    assert answer.out
    assert terminal.files() == {"a.yaml"}


# ---- what is there already ------------------------------------------------------------------------------------------


def test_nothing_is_written_over_what_is_read(terminal: Terminal) -> None:
    scenario = terminal.has("a.svg", HOLDS)
    (terminal.home / "b.yaml").symlink_to("a.svg")
    for command in (
        ("plot", "a.svg"),
        ("run", "b.yaml", "--plot", "./a.svg"),
        ("check", "a.svg", "--junit", "b.yaml"),
        ("check", ".", "--junit", "a.svg"),
    ):
        answer = terminal.types(*command)
        assert (answer.status, answer.out) == (2, "")
        assert answer.said[0].endswith(": this is the scenario itself, which would be lost")
    assert scenario.read_text() == HOLDS


def test_a_failure_leaves_the_old_file_and_nothing_else(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    old = terminal.has("a.svg", "old")
    monkeypatch.setattr(Path, "replace", full)
    answer = terminal.types("plot", HANDSHAKE, "-o", "a.svg")
    assert (answer.status, answer.said) == (2, ["tcpsim: a.svg: cannot be written: No space left on device"])
    assert old.read_text() == "old"
    assert terminal.files() == {"a.svg"}


def test_permissions_are_those_of_the_file_before_or_of_any_new_one(terminal: Terminal) -> None:
    terminal.has("old", "").chmod(0o640)
    terminal.types("schema", "-o", "old")
    terminal.types("schema", "-o", "new")
    assert stat.S_IMODE((terminal.home / "old").stat().st_mode) == 0o640
    fresh = terminal.has("fresh", "")
    assert (terminal.home / "new").stat().st_mode == fresh.stat().st_mode


def test_a_link_stays_a_link(terminal: Terminal) -> None:
    target = terminal.has("far/target.json", "old")
    link = terminal.home / "link.json"
    link.symlink_to(target)
    assert terminal.types("schema", "-o", "link.json").status == 0
    assert link.is_symlink()
    assert target.read_text().startswith("{")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_stays_a_pipe(terminal: Terminal) -> None:
    pipe = terminal.home / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert terminal.types("new", "pipe").status == 0
        assert os.read(reader, 8) == b"# A tcps"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@needs_permissions
def test_without_permission(terminal: Terminal) -> None:
    terminal.has("locked/a.svg", "old").chmod(0o444)
    folder = terminal.home / "locked"
    answer = terminal.types("plot", HANDSHAKE, "-o", "locked/a.svg")
    assert (answer.status, answer.said) == (2, ["tcpsim: locked/a.svg: no permission to write this file"])
    folder.chmod(0o555)
    answer = terminal.types("plot", HANDSHAKE, "-o", "locked/b.svg")
    folder.chmod(0o755)
    assert (answer.status, answer.said) == (2, ["tcpsim: locked/b.svg: no permission to write in this folder"])


@needs_permissions
def test_unreadable(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS).chmod(0)
    terminal.has("s/b.yaml", HOLDS)
    (terminal.home / "s").chmod(0o300)
    assert terminal.types("run", "a.yaml").said == ["tcpsim: a.yaml: no permission to read this file"]
    assert terminal.types("check", "s").said == ["tcpsim: s: cannot look into this folder: Permission denied"]
    (terminal.home / "s").chmod(0o700)


# ---- new, schema ----------------------------------------------------------------------------------------------------


def test_what_new_writes_runs_and_holds(terminal: Terminal) -> None:
    answer = terminal.types("new", "mine.yaml")
    assert (answer.status, answer.out) == (0, "")
    assert answer.said == ["tcpsim: wrote mine.yaml; now: tcpsim run mine.yaml"]
    assert terminal.types("check", "mine.yaml").status == 0


def test_new_on_stdout(terminal: Terminal) -> None:
    for command in (["new"], ["new", "-"]):
        answer = terminal.types(*command)
        assert (answer.status, answer.err) == (0, "")
        assert loads(answer.out).title == "SYN lost once"


def test_new_replaces_nothing_unless_told_to(terminal: Terminal) -> None:
    file = terminal.has("mine.yaml", "precious")
    answer = terminal.types("new", "mine.yaml")
    assert answer.status == 2
    assert answer.said == ["tcpsim: mine.yaml: there is such a file already; --force replaces it"]
    assert file.read_text() == "precious"
    assert terminal.types("new", "--force", "mine.yaml").status == 0
    assert "tcpsim: 1" in file.read_text()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (".", ".: this is a folder; name a file in it"),
        ("nowhere/", "nowhere/: there is no such folder"),
        ("nowhere/a.yaml", "nowhere/a.yaml: there is no folder nowhere"),
    ],
)
def test_where_new_cannot_write(terminal: Terminal, place: str, message: str) -> None:
    for command in (["new", place], ["new", "--force", place], ["schema", "-o", place]):
        answer = terminal.types(*command)
        assert (answer.status, answer.out, answer.said) == (2, "", [f"tcpsim: {message}"])
    assert terminal.files() == set()


def test_the_schema_is_the_one_that_editors_find(terminal: Terminal) -> None:
    from tcpsim.scenario.schema import FILE

    assert terminal.types("schema").out == FILE.read_text("utf-8")
