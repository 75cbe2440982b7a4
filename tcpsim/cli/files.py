"""Files: scenarios read from them or from stdin, scenarios found in folders, results written whole or not at all.

`-` is stdin or stdout. Whatever cannot be read or written is told as `Quit` or `ScenarioError`; nothing is printed here
but the octets that are meant for stdout.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from tcpsim.cli.console import Console, Quit, in_a_line
from tcpsim.scenario import Scenario, load, loads
from tcpsim.scenario.saving import linked, write_whole

STANDARD: Final = "-"
_SUFFIXES: Final = (".yaml", ".yml")
_ENOUGH: Final = (1 << 20) + 1  # octets; a scenario has at most one less, and says so


# ---- reading --------------------------------------------------------------------------------------------------------


def read_scenario(file: str, console: Console) -> Scenario:
    """The scenario in a file or on stdin. Raises ScenarioError for its mistakes, Quit where there is no stdin."""
    if file != STANDARD:
        return load(file)
    return loads(read_stdin("a scenario", console), name="stdin")


def read_stdin(what: str, console: Console, at_most: int = _ENOUGH) -> bytes:
    """What is on stdin, as far as anybody wants to know (octets). Raises Quit where there is none."""
    if sys.stdin is None:
        raise Quit("-: stdin is closed")
    if sys.stdin.isatty():
        console.say(f"reading {what} from the terminal; Ctrl-D on a line of its own ends it")
    try:
        return sys.stdin.buffer.read(at_most)
    except OSError as error:
        raise Quit(f"-: stdin cannot be read: {error.strerror or error}") from None


def stem(file: str) -> str:
    """What a picture of a scenario is called."""
    return "scenario" if file == STANDARD else Path(file).stem


def scenario_files(places: Sequence[str], command: str) -> list[str]:
    """Every scenario in the places, each once, folders in the order of their names.

    Raises Quit for a place that is not there, for a folder without any, and for one that cannot be looked into.
    """
    files: dict[str, None] = {}
    for place in places:
        if place == STANDARD:
            files[place] = None
        elif Path(place).is_dir():
            files |= dict.fromkeys(_below(place))
        elif Path(place).exists():
            files[place] = None
        else:
            hint = f"; say which folder: tcpsim {command} DIR" if list(places) == ["scenarios"] else ""
            raise Quit(f"{in_a_line(place)}: there is no such file or folder{hint}")
    return list(files)


def _below(folder: str) -> list[str]:
    """The scenarios in a folder and the folders in it, without what is hidden."""
    found = _walked(folder, _SUFFIXES)
    if not found:
        raise Quit(f"{in_a_line(folder)}: no scenarios (*.yaml) in this folder")
    return found


def script_files(places: Sequence[str]) -> list[str]:
    """Every packetdrill script in the places, as `scenario_files` finds scenarios. Raises Quit likewise."""
    files: dict[str, None] = {}
    for place in places:
        if place != STANDARD and Path(place).is_dir():
            found = _walked(place, (".pkt",))
            if not found:
                raise Quit(f"{in_a_line(place)}: no packetdrill scripts (*.pkt) in this folder")
            files |= dict.fromkeys(found)
        elif place == STANDARD or Path(place).exists():
            files[place] = None
        else:
            raise Quit(f"{in_a_line(place)}: there is no such file or folder")
    return list(files)


def _walked(folder: str, suffixes: tuple[str, ...]) -> list[str]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=_refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(here, name) for name in names if name.endswith(suffixes) and not name.startswith(".")]
    return [str(file) for file in sorted(found)]


def _refused(error: OSError) -> None:
    raise Quit(f"{in_a_line(str(error.filename))}: cannot look into this folder: {error.strerror}")


# ---- writing --------------------------------------------------------------------------------------------------------


def write(path: str, octets: bytes, console: Console) -> None:
    """Write a file whole or not at all, or to stdout. Raises Quit, saying why, where it cannot be written."""
    if path == STANDARD:
        console.print_octets(octets)
        return
    must_be_writable(path)
    try:
        write_whole(Path(path), octets)
    except OSError as error:
        raise _unwritable(path, error) from None


def must_be_writable(path: str, reading: Iterable[str] = (), what: str = "scenario") -> None:
    """Refuse, before any work is done, a file that could not be written afterwards, or that is one of those read."""
    if path == STANDARD:
        return
    file = Path(path)
    try:
        if obstacle := _obstacle(file, is_folder=names_a_folder(path)):
            raise Quit(f"{in_a_line(path)}: {obstacle}")
        if file.is_file() and any(Path(other).exists() and file.samefile(other) for other in reading):
            raise Quit(f"{in_a_line(path)}: this is the {what} itself, which would be lost")
    except OSError as error:
        raise _unwritable(path, error) from None


def names_a_folder(path: str) -> bool:
    """Whether only a folder can be meant: it is one, or a slash stands at its end."""
    return path.endswith(("/", os.sep)) or Path(path).is_dir()


def _obstacle(file: Path, *, is_folder: bool) -> str:
    if is_folder:
        return "this is a folder; name a file in it" if file.is_dir() else "there is no such folder"
    folder = linked(file).parent
    if not folder.is_dir():
        return f"there is no folder {in_a_line(str(folder if file.is_symlink() else file.parent))}"
    if file.exists():
        return "" if os.access(file, os.W_OK) else "no permission to write this file"
    return "" if os.access(folder, os.W_OK) else "no permission to write in this folder"


def _unwritable(path: str, error: OSError) -> Quit:
    return Quit(f"{in_a_line(path)}: cannot be written: {error.strerror or error}")


def each_with_name(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each file and what it is called in one line."""
    for file in files:
        yield file, "stdin" if file == STANDARD else in_a_line(file)
