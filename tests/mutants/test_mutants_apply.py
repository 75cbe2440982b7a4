"""The planted mistakes keep up with the code: each can still be planted, and there is one for every item."""

import ast
import builtins
import symtable
import tomllib
from pathlib import Path

import pytest
from planted import ITEMS, MisplacedError, Mutant, load

ROOT = Path(__file__).parents[2]
MUTANTS = load()
ROWS = tomllib.loads((ROOT / "tests" / "conformance" / "rows.toml").read_text(encoding="utf-8"))
# What a module has without defining it.
GIVEN = {*dir(builtins), "__name__", "__file__", "__doc__"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_can_be_planted(mutant: Mutant) -> None:
    for name, text in mutant.mistaken(ROOT).items():
        now = (ROOT / name).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(text, name)) != ast.dump(ast.parse(now, name)), "nothing but its looks has changed"
        assert not undefined(text, name)


def undefined(text: str, name: str) -> set[str]:
    """The names that a module uses and nobody defines: such a mutant would die of something else than its mistake."""
    module = symtable.symtable(text, name, "exec")
    defined = set(module.get_identifiers())
    scopes = [module]
    used: set[str] = set()
    while scopes:
        scope = scopes.pop()
        used |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced()}
        scopes += scope.get_children()
    return used - defined - GIVEN


def test_a_name_that_nobody_defines_is_noticed() -> None:
    assert undefined("def f(x):\n    return x + y + len(z)\nz = 1\n", "a module") == {"y"}


def test_every_item_has_its_mutants_and_every_mutant_a_name_of_its_own() -> None:
    assert {mutant.item for mutant in MUTANTS} == set(range(1, len(ITEMS) + 1))
    assert len(ITEMS) == 25
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutant.edits for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_says_what_is_wrong_where_it_is_told_and_where_it_shows(mutant: Mutant) -> None:
    assert mutant.wrong.endswith(".")
    assert mutant.rfc
    assert mutant.rows
    assert set(mutant.rows) <= ROWS.keys()
    assert (ROOT / mutant.shown_in).is_file()


def test_a_text_that_is_not_there_just_once_is_refused(tmp_path: Path) -> None:
    mutant = MUTANTS[0]
    file = tmp_path / mutant.edits[0].file
    file.parent.mkdir(parents=True)
    for times in (0, 2):
        file.write_text(mutant.edits[0].old * times, encoding="utf-8")
        with pytest.raises(MisplacedError, match=f"has {times} times, not once"):
            mutant.mistaken(tmp_path)
