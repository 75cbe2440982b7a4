"""How packetdrill's public suites fare, as the table in docs/packetdrill.md.

    python tests/packetdrill/public/suites.py FREEBSD_CHECKOUT GOOGLE_CHECKOUT

runs every script of both checkouts (freebsd-net/tcp-testsuite, google/packetdrill) and writes the table, and beside
this file `outcomes.json`, from which the table can be written again without them. The suites themselves are not ours
and not in this repository.

Why a script does not pass is said in reasons.toml, by hand. Nothing is written while a script that does not pass has
no reason there, or two; or while a reason is given for one that passes, or for none, or is not what is observed.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from tcpsim.packetdrill import ScriptError, load
from tcpsim.packetdrill.matching import Care
from tcpsim.packetdrill.platforms import PLATFORMS
from tcpsim.packetdrill.report import Verdict
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import PROFILES

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parents[2] / "docs" / "packetdrill.md"
REASONS: Final = HERE / "reasons.toml"
OUTCOMES: Final = HERE / "outcomes.json"
BEGIN: Final = "<!-- what follows is written by tests/packetdrill/public/suites.py -->"
CLASSES: Final = ("difference", "out of scope")
_KEPT: Final = {Verdict.UNREADABLE: "does not parse", Verdict.UNSUPPORTED: "does not run", Verdict.FAIL: "fails"}


# ---- what is run, and why what fails fails -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some scripts do not pass. reasons.toml says what its fields mean."""

    kind: str
    why: str
    says: str
    scripts: tuple[str, ...]

    def covers(self, script: str) -> bool:
        """Whether it is the reason of this script's."""
        return any(fnmatchcase(script, pattern) for pattern in self.scripts)


@dataclass(frozen=True, slots=True)
class Run:
    """A suite, or some of its folders, run in one way."""

    title: str
    suite: str
    profile: str
    folders: tuple[str, ...]
    overlook: tuple[str, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    @property
    def care(self) -> Care:
        """How closely segments are compared."""
        return Care(windows="windows" not in self.overlook, syn_options="syn-options" not in self.overlook)

    @property
    def command(self) -> str:
        """What it is on the command line, less the places."""
        overlooked = [f"--overlook {what}" for what in self.overlook]
        defined = [f"-D {name}={value}" for name, value in self.defines.items()]
        return " ".join(["tcpsim packetdrill", f"--profile {self.profile}", *overlooked, *defined])


def runs_of(text: str) -> tuple[dict[str, dict[str, str]], list[Run]]:
    """The suites by their names, and the runs, of reasons.toml."""
    tables = tomllib.loads(text)
    return tables["suites"], [_run(table) for table in tables["runs"]]


def _run(table: dict[str, Any]) -> Run:
    reasons = tuple(
        Reason(reason["class"], reason["why"], reason.get("says", ""), tuple(reason["scripts"]))
        for reason in table.get("reasons", ())
    )
    folders, overlook = tuple(table.get("folders", ["."])), tuple(table.get("overlook", ()))
    return Run(table["title"], table["suite"], table["profile"], folders, overlook, table.get("defines", {}), reasons)


# ---- what comes of it ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Found:
    """What became of the scripts of a run: how many each folder has, and what those did that do not pass.

    `ipv6`: how many of them say in their names that they are IPv6's. `said` is what tcpsim said of each that does not
    pass; like what passes, it is not kept.
    """

    commit: str
    ipv6: int = 0
    folders: dict[str, int] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)  # script → one of _KEPT's
    said: dict[str, str] = field(default_factory=dict)
    passing: list[str] = field(default_factory=list)


def commit_of(checkout: Path) -> str:
    """The commit that a checkout is at. Raises SystemExit where it is none, or has been changed."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(checkout), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 - fixed words, the user's own git
        if done.returncode:
            raise SystemExit(f"{checkout}: {done.stderr.strip()}")
        return done.stdout.strip()

    if git("status", "--porcelain", "--untracked-files=no"):
        raise SystemExit(f"{checkout} is not as it was checked out: its scripts would not be the suite's")
    return git("rev-parse", "HEAD")


def carried_out(run_: Run, root: Path, commit: str) -> Found:
    """Run every script of the run's folders below `root`."""
    found = Found(commit)
    for script in sorted({path for folder in run_.folders for path in (root / folder).rglob("*.pkt")}):
        name = script.relative_to(root).as_posix()
        folder = Path(name).parent.as_posix()
        found.folders[folder] = found.folders.get(folder, 0) + 1
        found.ipv6 += _is_ipv6(name)
        verdict, said = _outcome(script, run_)
        if verdict is Verdict.PASS:
            found.passing.append(name)
        else:
            found.failing[name] = _KEPT[verdict]
            found.said[name] = said
    return found


def _is_ipv6(name: str) -> bool:
    return "ipv6" in Path(name).name


def _outcome(script: Path, run_: Run) -> tuple[Verdict, str]:
    platform = PLATFORMS[run_.profile]
    try:
        read = load(str(script), {platform.defines: "", **run_.defines})
        outcome = run(read, PROFILES[run_.profile], platform, run_.care)
    except ScriptError as error:
        return Verdict.UNREADABLE, error.mistakes[0].what
    return outcome.verdict, outcome.why


def objections(run_: Run, found: Found) -> Iterator[str]:
    """What keeps the table from being written, a line each."""
    for script in found.failing:
        reasons = [reason for reason in run_.reasons if reason.covers(script)]
        said = found.said.get(script, "")
        if not reasons:
            yield f"{script} has no reason: {said}"
        elif len(reasons) > 1:
            yield f"{script} has {len(reasons)} reasons: {'; '.join(reason.why for reason in reasons)}"
        elif said and not re.search(reasons[0].says, said):
            yield f"{script} does not say {reasons[0].says!r}: {said}"
    for reason in run_.reasons:
        if reason.kind not in CLASSES:
            yield f"no reason is {reason.kind!r}: {reason.why}"
        for pattern in reason.scripts:
            if not any(fnmatchcase(script, pattern) for script in found.failing):
                yield f"{pattern} is no script that does not pass, and has a reason: {reason.why}"
        for script in filter(reason.covers, found.passing):
            yield f"{script} passes, and has a reason: {reason.why}"


# ---- what is kept --------------------------------------------------------------------------------------------------


def kept(found: Mapping[str, Found]) -> str:
    """outcomes.json, by the runs' titles."""
    whole = {
        title: {"commit": its.commit, "ipv6": its.ipv6, "folders": its.folders, "failing": its.failing}
        for title, its in found.items()
    }
    return json.dumps(whole, indent=1) + "\n"


def found_in(text: str) -> dict[str, Found]:
    """What outcomes.json says."""
    return {title: Found(**its) for title, its in json.loads(text).items()}


# ---- the table -----------------------------------------------------------------------------------------------------


def table(suites: Mapping[str, Mapping[str, str]], runs: Iterable[Run], found: Mapping[str, Found]) -> str:
    """The part of the page that is generated."""
    parts = [BEGIN, ""]
    for run_ in runs:
        parts += [*_head(suites[run_.suite], run_, found[run_.title]), ""]
        parts += [*_folders(found[run_.title]), ""]
        parts += [*_reasons(run_, found[run_.title]), ""]
    return "\n".join(parts).rstrip() + "\n"


def _head(suite: Mapping[str, str], run_: Run, found: Found) -> list[str]:
    place = f"[{found.commit[:12]}]({suite['url']}/tree/{found.commit})"
    where = f" in `{suite['root']}`" if suite["root"] != "." else ""
    return [f"### {run_.title}", "", f"`{run_.command}`; {suite['name']}{where} at commit {place}."]


def _folders(found: Found) -> list[str]:
    lines = ["| folder | scripts | parse | run | pass |", "|---|---:|---:|---:|---:|"]
    of_folder = {folder: Counter[str]() for folder in found.folders}
    for script, what in found.failing.items():
        of_folder[Path(script).parent.as_posix()][what] += 1
    lines += [_counted(folder, count, of_folder[folder]) for folder, count in sorted(found.folders.items())]
    scripts = sum(found.folders.values())
    lines.append(_counted("**all**", scripts, Counter(found.failing.values())))
    if found.ipv6:
        failing = Counter(what for script, what in found.failing.items() if not _is_ipv6(script))
        lines.append(_counted("**all but IPv6's**", scripts - found.ipv6, failing))
    return lines


def _counted(name: str, scripts: int, failing: Counter[str]) -> str:
    parse = scripts - failing["does not parse"]
    ran = parse - failing["does not run"]
    return f"| {name} | {scripts} | {parse} | {ran} | {ran - failing['fails']} |"


def _reasons(run_: Run, found: Found) -> list[str]:
    if not found.failing:
        return ["Every script passes."]
    lines = ["| why not | class | scripts | which |", "|---|---|---:|---|"]
    for kind in CLASSES:
        for reason in run_.reasons:
            if reason.kind == kind:
                count = sum(map(reason.covers, found.failing))
                which = "<br>".join(f"`{pattern}`" for pattern in reason.scripts)
                lines.append(f"| {reason.why} | {kind} | {count} | {which} |")
    return lines


def written(page: str, generated: str) -> str:
    """The page with this as its generated part."""
    by_hand, mark, _ = page.partition(BEGIN)
    if not mark:
        raise SystemExit(f"{PAGE} has no line {BEGIN}")
    return by_hand + generated


def main(arguments: list[str]) -> None:
    """Run the suites and write the page. Raises SystemExit where it cannot be written."""
    if len(arguments) != 2:
        raise SystemExit("usage: python tests/packetdrill/public/suites.py FREEBSD_CHECKOUT GOOGLE_CHECKOUT")
    checkouts = dict(zip(("freebsd", "google"), map(Path, arguments), strict=True))
    suites, runs = runs_of(REASONS.read_text(encoding="utf-8"))
    commits = {name: commit_of(checkout) for name, checkout in checkouts.items()}
    found = {}
    for run_ in runs:
        root = checkouts[run_.suite] / suites[run_.suite]["root"]
        found[run_.title] = carried_out(run_, root, commits[run_.suite])
    wrong = [f"{run_.title}: {line}" for run_ in runs for line in objections(run_, found[run_.title])]
    if wrong:
        raise SystemExit("\n".join([*wrong, f"{len(wrong)} objections; nothing is written"]))
    page = written(PAGE.read_text(encoding="utf-8"), table(suites, runs, found))
    OUTCOMES.write_text(kept(found), encoding="utf-8")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
