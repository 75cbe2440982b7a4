"""Every notebook asks something, is what its page of Markdown says, and shows what the program shows now.

The cells are run here in this process, without drawing, and what they tell is compared with what is stored; in the long
run each notebook is run in a fresh kernel, and its pictures are compared as well. Without jupytext, or without a kernel
(the extra `notebooks`), these are skipped.
"""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from render import FOLDER, PNG, SVG, contents, load, pages, read, run

PAGES = pages()
NOTEBOOKS = [page.with_suffix(".ipynb") for page in PAGES]
MOST_OCTETS = 1_500_000  # of one notebook: what a code host still shows without being asked
ANEW = "python tests/notebooks/render.py renders the notebooks anew"
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


def texts(notebook: Path, kind: str) -> list[str]:
    return [text for cell_kind, text, _ in contents(load(notebook)) if cell_kind == kind]


def outputs(notebook: Path) -> list[dict[str, Any]]:
    return [output for cell in load(notebook)["cells"] for output in cell.get("outputs", [])]


def test_there_are_seven_each_with_its_page() -> None:
    assert [path.name[:2] for path in PAGES] == ["01", "02", "03", "04", "05", "06", "07"]
    assert sorted(FOLDER.glob("*.ipynb")) == NOTEBOOKS


@each_notebook
def test_it_begins_with_a_title_and_a_question(notebook: Path) -> None:
    title, question, *_ = texts(notebook, "markdown")[0].split("\n\n")
    assert title.startswith(f"# {int(notebook.name[:2])}. ")
    assert re.fullmatch(r"\*\*.*\?\*\*", question, re.DOTALL)


@each_notebook
def test_it_ends_with_two_or_three_things_to_try(notebook: Path) -> None:
    heading, things = texts(notebook, "markdown")[-1].split("\n\n")[-2:]
    assert heading == "## Try it"
    assert len(re.findall(r"^\d\. ", things, re.MULTILINE)) in {2, 3}


@each_notebook
def test_every_file_and_notebook_that_it_names_is_there(notebook: Path) -> None:
    text = "\n".join(texts(notebook, "markdown") + texts(notebook, "code"))
    named = re.findall(r"\.\./scenarios/[\w/-]+\.yaml", text) + re.findall(r"\]\(([^:)]+)\)", text)
    assert named
    assert [name for name in named if not (FOLDER / name).exists()] == []


@each_notebook
def test_every_variant_that_is_left_to_try_is_there(notebook: Path) -> None:
    import tcpsim

    files = re.findall(
        r"\.\./scenarios/[\w/-]+\.yaml", "\n".join(texts(notebook, "markdown") + texts(notebook, "code"))
    )
    variants = {name for file in files for name in tcpsim.load(FOLDER / file).what_if}
    tried = texts(notebook, "markdown")[-1]
    assert set(re.findall(r'`"([^"]+)"`', tried)) <= variants


@each_notebook
def test_nothing_went_wrong_when_it_was_rendered(notebook: Path) -> None:
    for output in outputs(notebook):
        assert output["output_type"] != "error"
        assert output.get("name") != "stderr"


@each_notebook
def test_it_shows_pictures_that_a_code_host_shows_too(notebook: Path) -> None:
    shown = [output.get("data", {}) for output in outputs(notebook)]
    assert sum(PNG in data for data in shown) >= 3
    assert not any(SVG in data for data in shown)
    assert notebook.stat().st_size < MOST_OCTETS


@each_page
def test_page_and_notebook_say_the_same(page: Path) -> None:
    pytest.importorskip("jupytext", reason="pages are not compared with notebooks: pip install 'tcpsim[notebooks]'")
    of_page = [cell[:2] for cell in contents(read(page))]
    assert of_page == [cell[:2] for cell in contents(load(page.with_suffix(".ipynb")))], ANEW


# ---- run ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell of IPython in the notebooks' folder, which tells and does not draw."""
    interactiveshell = pytest.importorskip(
        "IPython.core.interactiveshell", reason="no notebook tests: pip install 'tcpsim[jupyter]'"
    )
    from traitlets.config import Config

    monkeypatch.chdir(FOLDER)
    shell = interactiveshell.InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.display_formatter.mimebundle_formatter.enabled = False
    shell.display_formatter.active_types = ["text/plain"]
    yield shell
    shell.reset()


def told(value: Any) -> str:
    """What a value says of itself where there are no pictures, as `_repr_mimebundle_` has it."""
    from tcpsim.api import Run
    from tcpsim.views.card import Card
    from tcpsim.views.comparing import Difference

    return str(value.text()) if isinstance(value, Run | Card | Difference) else ""


@each_notebook
def test_every_cell_tells_what_is_stored(notebook: Path, shell: Any) -> None:
    for kind, source, stored in contents(load(notebook)):
        if kind == "code":
            said = io.StringIO()
            with redirect_stdout(said), redirect_stderr(said):
                done = shell.run_cell(source)
            assert done.success, said.getvalue()
            texts_stored = [output["data"].get("text/plain", "") for output in stored]
            assert told(done.result) in {"", *texts_stored}, ANEW
            printed = "".join(output["text"] for output in stored)
            assert printed in said.getvalue(), ANEW
    for tried in re.findall(r"`(tcpsim\.(?:run|what_if)\([^`]*\))`", texts(notebook, "markdown")[-1]):
        assert shell.run_cell(tried).success


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a kernel's own packages are not ours
@each_page
def test_a_fresh_kernel_shows_what_is_stored(page: Path) -> None:
    for package in ("jupytext", "nbclient", "ipykernel"):
        pytest.importorskip(package, reason="notebooks are not run in a kernel: pip install 'tcpsim[notebooks]'")
    assert contents(run(page)) == contents(load(page.with_suffix(".ipynb"))), f"{ANEW} ({sys.version})"
