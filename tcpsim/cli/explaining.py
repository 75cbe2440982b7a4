"""`tcpsim explain`: why what happened in a run happened. And the language in which a terminal is told anything."""

from argparse import Namespace

from tcpsim.cli.console import Console
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures


def explain(arguments: Namespace, console: Console) -> int:
    """Run one file and print why what happened happened."""
    changes = changes_of(arguments)
    lang = language_to_print(arguments, console)

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        told = finished.explain(lang, collapse=arguments.collapse)
        if arguments.markdown:
            console.print_octets(told.markdown().encode())
        else:
            plain = arguments.ascii or console.ascii_only
            console.print(told.text(width=arguments.width or console.width, ascii_only=plain), end="")
        say_failures(file, finished, console, in_full=True)
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)


def language_to_print(arguments: Namespace, console: Console) -> str:
    """The language that was asked for; English, and a word about it, where stdout cannot show Chinese characters."""
    lang: str = getattr(arguments, "lang", "en")
    if lang == "zh" and not console.can_show("中文"):
        console.say("this terminal cannot show Chinese characters, so it is told in English")
        return "en"
    return lang
