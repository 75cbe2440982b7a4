"""`tcpsim diff`: two runs side by side. As with `diff`, the exit status says whether they are the same."""

from argparse import Namespace
from typing import TYPE_CHECKING, Final, Unpack

from tcpsim.api import Run, diff
from tcpsim.cli.console import Console, Quit
from tcpsim.cli.experiment import FINE, changes_of, each, run_file
from tcpsim.cli.files import STANDARD
from tcpsim.cli.pictures import draw, options_of, pictures_of
from tcpsim.trace import Trace

if TYPE_CHECKING:
    from tcpsim.views.comparing import Difference
    from tcpsim.views.ladder import LadderOptions

_DIFFERENT: Final = 1


def compare(arguments: Namespace, console: Console) -> int:
    """Run both, and print where they part."""
    changes = changes_of(arguments)
    files = [arguments.file, *([arguments.other] if arguments.other else [])]
    _refuse_contradictions(arguments, changes, files)
    pictures = pictures_of([arguments.file], arguments.plot) if arguments.plot else {}
    for picture in pictures.values():
        pictures_of(files[-1:], picture)  # nor may it be the other scenario
    options = options_of(arguments, pictures.values(), console)

    def work(file: str) -> int:
        left, right, titles = _both(file, arguments, changes, console)
        found = diff(left, right, titles=titles)
        if arguments.plot != STANDARD:
            console.print(_text(found, arguments, console), end="")
        for picture in pictures.values():
            draw(_Drawable(found), picture, console, options)
        return FINE if found.same else _DIFFERENT

    return each([arguments.file], console, work)


def _refuse_contradictions(arguments: Namespace, changes: dict[str, str], files: list[str]) -> None:
    """Options that cannot all have their way, and too few of them."""
    if files.count(STANDARD) > 1:
        raise Quit("-: stdin can be read only once")
    if arguments.other and arguments.what_if is not None:
        raise Quit("--what-if compares a FILE with its own variant; with two FILEs, leave it out")
    if not (arguments.other or _is_changed(arguments, changes) or arguments.what_if is not None):
        raise Quit("nothing to compare with: name a second FILE, or say --what-if, --set, --profile or --seed")
    if arguments.file == STANDARD and not arguments.other:
        raise Quit("-: both runs would need stdin, which can be read only once; name a file")


def _is_changed(arguments: Namespace, changes: dict[str, str]) -> bool:
    return bool(changes) or arguments.profile is not None or arguments.seed is not None


def _both(
    file: str, arguments: Namespace, changes: dict[str, str], console: Console
) -> tuple[Run, Run, tuple[str, str]]:
    """The two runs, and what they are called."""
    plain = Namespace(**{**vars(arguments), "what_if": None})
    untouched = Namespace(**{**vars(plain), "seed": None, "profile": None})
    if arguments.other:
        left, right = (
            run_file(file, arguments, changes, console),
            run_file(arguments.other, arguments, changes, console),
        )
        return left, right, (left.title, right.title)
    if arguments.what_if is not None:
        left, right = run_file(file, plain, changes, console), run_file(file, arguments, changes, console)
        return left, right, (left.title, right.title)
    left, right = run_file(file, untouched, {}, console), run_file(file, arguments, changes, console)
    said = [f"{key}={value}" for key, value in changes.items()]
    said += [f"{key} {value}" for key in ("profile", "seed") if (value := getattr(arguments, key)) is not None]
    return left, right, (left.title, f"{left.title}: {', '.join(said)}")


def _text(found: "Difference", arguments: Namespace, console: Console) -> str:
    return found.text(
        width=arguments.width or console.width,
        context=arguments.context,
        ascii_only=arguments.ascii or console.ascii_only,
        color=console.in_colour,
        lang=getattr(arguments, "lang", "en"),
    )


class _Drawable:
    """A difference, as what draws pictures wants it."""

    def __init__(self, found: "Difference") -> None:
        self._found = found

    @property
    def trace(self) -> Trace:
        """The longer of the two."""
        return max(self._found.left.trace, self._found.right.trace, key=lambda trace: len(trace.records))

    def picture(self, format: str, **options: "Unpack[LadderOptions]") -> bytes:  # noqa: A002
        """Both diagrams as the bytes of a file."""
        return self._found.picture(format, **options)
