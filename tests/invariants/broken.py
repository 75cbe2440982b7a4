"""What an invariant that does not hold is told with: the row of the conformance catalogue, and what was seen."""


class Broken(AssertionError):  # noqa: N818 - it is an invariant that is broken
    """An invariant does not hold. `row` is its id in the catalogue, or a word where the catalogue has none."""

    def __init__(self, row: str, what: str) -> None:
        super().__init__(f"{row}: {what}")
        self.row = row
        self.what = what
