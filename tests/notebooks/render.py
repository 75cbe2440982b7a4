"""The notebooks, rendered: each page of Markdown in `notebooks/` becomes a notebook with its outputs beside it.

    python tests/notebooks/render.py            all of them
    python tests/notebooks/render.py 03 05      these

A page is run from its first cell to its last in a kernel of its own. Code hosts mangle an SVG that is an output: they
put it into their page without its styles. So a picture is stored as PNG, in few colours; beside it stands a digest of
the SVG that the kernel showed, for pictures to be compared by. Lives here: what a notebook consists of. Whether it is
up to date is `test_notebooks.py`'s business.
"""

import base64
import hashlib
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[2] / "notebooks"
SVG: Final = "image/svg+xml"
PNG: Final = "image/png"
_COLOURS: Final = 64
_MOST_SECONDS: Final = 600  # for a cell
_POINTS_TO_PIXELS: Final = 4 / 3  # as browsers show a point
# What the kernel is told before the first cell: pictures are wanted as PNG too.
_PRELUDE: Final = """
def _as_png():
    from tcpsim.api import Run
    from tcpsim.views.card import Card
    from tcpsim.views.comparing import Difference
    from tcpsim.views.figures import rendered
    from tcpsim.views.shown import Shown

    formatter = get_ipython().display_formatter.formatters["image/png"]
    for kind in (Run, Card, Difference):
        formatter.for_type(kind, lambda shown: shown.picture("png"))
    formatter.for_type(Shown, lambda shown: rendered(shown, "png"))

_as_png()
del _as_png
"""


def pages() -> list[Path]:
    """The pages of Markdown, in their order."""
    return sorted(FOLDER.glob("[0-9][0-9]-*.md"))


def read(page: Path) -> Any:
    """A page as a notebook that has not run yet."""
    import jupytext

    notebook = jupytext.read(page)
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number:02}"  # jupytext's own are random
        cell["metadata"] = {}
    notebook["metadata"] = {
        "jupytext": {"formats": "ipynb,md"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook["nbformat_minor"] = 5
    return notebook


def run(page: Path) -> Any:
    """A page as a notebook that has run in a fresh kernel, its outputs as they are stored."""
    from nbclient import NotebookClient
    from nbformat import from_dict

    notebook = read(page)
    prelude: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "source": _PRELUDE,
        "outputs": [],
        "execution_count": None,
    }
    notebook.cells.insert(0, from_dict(prelude))
    where = {"metadata": {"path": str(page.parent)}}
    NotebookClient(notebook, timeout=_MOST_SECONDS, kernel_name="python3", resources=where).execute()
    del notebook.cells[0]
    code = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, 1):
        cell["outputs"] = [from_dict(_counted(stored(output), count)) for output in cell["outputs"]]
        cell["execution_count"] = count
    for cell in notebook.cells:
        cell["metadata"] = {}  # nbclient's has the time of day
    return notebook


def _counted(output: dict[str, Any], count: int) -> dict[str, Any]:
    return {**output, "execution_count": count} if "execution_count" in output else output


def stored(output: Any) -> dict[str, Any]:
    """An output as it is kept: the picture as PNG, and a digest of its SVG."""
    data = output.get("data", {})
    if SVG not in data:
        return dict(output)
    svg = data[SVG]
    kept = {kind: value for kind, value in data.items() if kind != SVG}
    kept[PNG] = base64.b64encode(_few_colours(base64.b64decode(data[PNG]))).decode()
    return {**output, "data": kept, "metadata": {PNG: {"width": _width(svg)}, "tcpsim": {"svg": digest(svg)}}}


def digest(svg: str) -> str:
    """What stands for a picture: the same picture, the same digest."""
    return hashlib.sha256(svg.encode()).hexdigest()


def _few_colours(png: bytes) -> bytes:
    """The same picture in a third of the octets."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
        buffer, "PNG", optimize=True
    )
    return buffer.getvalue()


def _width(svg: str) -> int:
    found = re.search(r'<svg [^>]*width="([\d.]+)pt"', svg)
    assert found, "matplotlib writes the width in points"
    return round(float(found[1]) * _POINTS_TO_PIXELS)


def text_of(notebook: Any) -> str:
    """A notebook as the text of its file: sorted keys, lines of a text apart, as Jupyter writes it."""
    import nbformat

    return str(nbformat.writes(notebook)) + "\n"


def contents(notebook: Any) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """What two notebooks have in common if they are the same: kinds, sources and outputs, but for pixels and counts."""
    return [
        (cell["cell_type"], _joined(cell["source"]), [_essence(output) for output in cell.get("outputs", [])])
        for cell in notebook["cells"]
    ]


def _essence(output: Any) -> dict[str, Any]:
    data = {kind: _joined(value) for kind, value in output.get("data", {}).items() if kind != PNG}
    shown = output.get("metadata", {}).get("tcpsim", {}).get("svg", "")
    return {"type": output["output_type"], "text": _joined(output.get("text", "")), "data": data, "picture": shown}


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def load(notebook: Path) -> Any:
    """A notebook as it is stored, as plain data."""
    return json.loads(notebook.read_text("utf-8"))


def main(wanted: list[str], say: Callable[[str], object] = sys.stdout.write) -> None:
    """Render the pages whose names begin with one of `wanted`; all, if there is none."""
    for page in pages():
        if not wanted or page.name.startswith(tuple(wanted)):
            target = page.with_suffix(".ipynb")
            target.write_text(text_of(run(page)), encoding="utf-8")
            say(f"{target.name}  {target.stat().st_size / 1e3:.0f} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
