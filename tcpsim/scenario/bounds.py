"""Bounds of times and of numbers: whether what was found lies between them, and how they are said.

Must not be known here: what it is that was found.
"""

from tcpsim.scenario.expectations import Amount, Between
from tcpsim.scenario.scalars import Duration
from tcpsim.tcp.profiles import Profile

# ---- times ---------------------------------------------------------------------------------------------------------


def is_within(found: int, amount: Amount, within: Duration, profile: Profile) -> bool:
    """Whether a time (µs) lies between two bounds, give or take."""
    slack = within.microseconds(profile)
    low = amount.at_least.microseconds(profile) - slack if amount.at_least else 0
    return low <= found and (amount.at_most is None or found <= amount.at_most.microseconds(profile) + slack)


def amount_text(amount: Amount, within: Duration) -> str:
    """`2msl`, `at least 2msl`, `1s (± 100ms)`."""
    slack = f" (± {within})" if within.amount else ""
    if amount.at_least == amount.at_most:
        return f"{amount.at_least}{slack}"
    bounds = [f"at least {amount.at_least}"] * (amount.at_least is not None)
    bounds += [f"at most {amount.at_most}"] * (amount.at_most is not None)
    return " and ".join(bounds) + slack


# ---- numbers -------------------------------------------------------------------------------------------------------


def is_between(found: int, between: Between) -> bool:
    """Whether a number lies between two bounds."""
    enough = between.at_least is None or found >= between.at_least
    return enough and (between.at_most is None or found <= between.at_most)


def times_text(between: Between) -> str:
    """`once`, `at least twice and at most 5 times`."""
    if between.at_least == between.at_most and between.at_least is not None:
        return times(between.at_least)
    return " and ".join(f"{bound} {times(number)}" for bound, number in _bounds(between))


def times(number: int) -> str:
    """`never`, `once`, `twice`, `5 times`."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def number_text(between: Between, noun: str) -> str:
    """`no segment`, `1 segment`, `at least 2 and at most 5 segments`; the noun's first word becomes plural."""
    one, _, rest = noun.partition(" ")
    if between.at_most == 0:
        return f"no {noun}"
    single = between.at_least == between.at_most
    numbers = f"{between.at_least:,}" if single else " and ".join(f"{bound} {n:,}" for bound, n in _bounds(between))
    plural = one if (between.at_least if between.at_most is None else between.at_most) == 1 else f"{one}s"
    return f"{numbers} {plural} {rest}".rstrip()


def _bounds(between: Between) -> list[tuple[str, int]]:
    bounds = (("at least", between.at_least), ("at most", between.at_most))
    return [(bound, number) for bound, number in bounds if number is not None]
