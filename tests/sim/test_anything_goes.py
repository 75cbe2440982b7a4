"""Whatever users, hosts, the network and strangers do: what must hold of every run holds (rows X01 to X10).

A state machine makes up scenarios: it opens, sends, shuts down, closes, aborts, stops listening, crashes, reboots,
kills, unplugs, loses, duplicates, delays, reorders, corrupts, and injects what is aimed at the edges of windows. What
must hold is looked at by the observer of every test (`invariants`), after every event. A failure shows a scenario.
"""

from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from invariants import Broken
from story import Story, StoryError, bounded, told

from tcpsim.scenario import loads
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import PARAMETERS, PROFILES, Profile
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire import ACK, FIN, PSH, RST, SYN

MS: Final = 1_000
SECOND: Final = 1_000_000
HOSTS: Final = ("client", "server")  # there is another one, too, which only connects

# ---- the world ---------------------------------------------------------------------------------------------

# Times, and numbers: small, so that their ends are met. What is on or off, or a word, is drawn by its type.
SMALL: Final[dict[str, list[Any]]] = {
    "msl": ["0ms", "50ms", "1s"],
    "rto_initial": ["100ms"],
    "rto_min": ["50ms"],
    "r2": ["3s", "30s"],
    "r2_syn": ["3s", "20s"],
    "data_retries": [0, 2],
    "syn_ack_retries": [0, 2],
    "orphan_retries": [0, 2],
    "user_timeout": ["2s", "off"],
    "connect_timeout": ["2s"],
    "orphan_timeout": ["1s", "off"],
    "keep_alive_idle": ["2s"],
    "keep_alive_interval": ["1s"],
    "keep_alive_probes": [1],
    "delayed_ack": ["200ms", "off"],
    "quick_acks": [2],
    "tail_loss_probe": ["20ms"],
    "send_buffer": [3, 70],
    "receive_buffer": [1, 4, 50],
    "mss": [1, 3, 20],
    "mss_min": [2],
    "window_scale": [0, 2, 14],
    "challenge_ack_limit": [0, 1],
    "time_wait_reuse_delay": ["1ms"],
    "backlog": [0, 1],
    "syn_backlog": [0, 1],
}


def values_of(name: str, annotation: Any) -> list[Any]:
    """What a parameter may be changed to."""
    if annotation is bool:
        return ["on", "off"]
    return SMALL.get(name, list(get_args(annotation)) if get_origin(annotation) is Literal else [])


TYPES: Final = get_type_hints(Profile, include_extras=True)
CHANGES: Final = {name: st.sampled_from(values) for name in PARAMETERS if (values := values_of(name, TYPES[name]))}


def changed(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """These parameters, changed. Cookies are about the SYN-ACK, which a four-way handshake has not."""
    cookies = {"syn_cookies": st.just("off")} if "handshake" in names else {}
    return st.fixed_dictionaries({name: CHANGES[name] for name in names} | cookies)


profiles = st.lists(st.sampled_from(sorted(CHANGES)), max_size=6, unique=True).flatmap(changed)
numbers = st.sampled_from([100, 0xFFFF_FFFF, 0xFFFF_FFF8, 0x7FFF_FFFE])
hosts = st.fixed_dictionaries({"iss": numbers, "profile": profiles})
paths = st.fixed_dictionaries(
    {"delay": st.sampled_from(["20ms", "0ms", "300ms"])},
    optional={
        "jitter": st.sampled_from(["15ms", "300ms"]),
        "loss": st.sampled_from(["10%", "40%"]),
        "duplicate": st.just("20%"),
        "reorder": st.just("20%"),
        "corrupt": st.just("10%"),
        "rate": st.just("1mbit"),
    },
)
bases = st.builds(
    lambda base, changes: {"base": base, **changes},
    st.sampled_from(sorted(PROFILES)),
    st.fixed_dictionaries({}, optional={"msl": CHANGES["msl"], "timestamps": CHANGES["timestamps"]}),
)
worlds = st.fixed_dictionaries(
    {
        "profile": bases,
        "seed": st.integers(0, 99),
        "hosts": st.fixed_dictionaries({"client": hosts, "server": hosts, "other": st.just({"iss": 100})}),
        "network": paths,
    }
)

# ---- what may happen ---------------------------------------------------------------------------------------

durations = st.sampled_from(
    [30 * MS, 0, MS, 20 * MS, 21 * MS, 50 * MS, 100 * MS, 350 * MS, SECOND, 3 * SECOND, 70 * SECOND, 250 * SECOND]
)
calls: st.SearchStrategy[Any] = st.sampled_from(
    [
        *({"send": text} for text in ("x", "hello", {"octets": 60}, {"octets": 1500})),
        {"send": "more", "more": "on"},
        *({"recv": octets} for octets in (1, 5, "eof")),
        *({"wait": time} for time in ("1ms", "300ms", "5s")),
        *("shutdown", {"shutdown": "read"}, "close", "close", "abort", "stop_listening"),
    ]
)
# What is done with a connection: mostly what people do, and sometimes anything.
COMMON: Final[list[list[Any]]] = [
    ["close"],
    [{"recv": "eof"}, "close"],
    [{"send": "hello"}, {"recv": 5}, "close"],
    [{"send": "hello"}, "shutdown", {"recv": "eof"}, "close"],
    [{"wait": "1s"}, "close"],
    [],
]
sessions: st.SearchStrategy[list[Any]] = st.one_of(st.sampled_from(COMMON), st.lists(calls, max_size=4))


def _connect(host: str, to: str, port: int, from_port: int, **more: Any) -> tuple[str, list[Any]]:
    return host, [{"connect": {"host": to, "port": port, "from": from_port, **more}}]


# Two ways between the same two pairs of sockets: whoever opens, it is the same connection, or the next incarnation.
OPENINGS: Final = (
    _connect("client", "server", 80, 40_000),
    _connect("client", "server", 80, 40_000),
    _connect("server", "client", 40_000, 80),
    ("server", ["listen", "accept"]),
    _connect("client", "server", 80, 40_000, blocking="off"),
    _connect("client", "server", 80, 40_000, data="early"),
    _connect("other", "server", 80, 40_000),
    ("client", [{"listen": {"reuse": "on"}}, "accept"]),
    ("server", ["listen", {"accept": {"half_open": "on"}}]),
)
openings = st.sampled_from(OPENINGS)
kinds = st.sampled_from(["any", "SYN", "SYN-ACK", "ACK", "DATA", "FIN", "RST"])
aims = st.builds("{} {}".format, st.sampled_from(HOSTS), kinds)
faults = st.builds(
    lambda fault, nth: {**fault, "nth": nth},
    st.one_of(
        st.fixed_dictionaries({"drop": aims}),
        st.fixed_dictionaries({"duplicate": aims, "after": st.sampled_from(["0ms", "30ms", "2s"])}),
        st.fixed_dictionaries({"delay": aims, "by": st.sampled_from(["1ms", "30ms", "2s"])}),
        st.fixed_dictionaries({"corrupt": aims}),
    ),
    st.sampled_from([1, 2, 3, [1, 2]]),
)
flags = st.sampled_from([ACK, ACK, ACK | FIN, ACK | PSH, RST, RST, RST | ACK, SYN, SYN, SYN | ACK, SYN | FIN, FIN, 0])
sequence_numbers = st.tuples(
    st.sampled_from(["RCV.NXT", "RCV.NXT", "right edge", "IRS"]), st.sampled_from([0, 0, -1, 1, 70_000])
)
acknowledgments = st.tuples(st.sampled_from(["SND.NXT", "SND.UNA", "ISS"]), st.sampled_from([0, 0, 0, -1, 1, -70_000]))


class Anything(RuleBasedStateMachine):
    """Makes up a story, and has it told when it is done."""

    programs: Bundle[int] = Bundle("programs")

    def __init__(self) -> None:
        super().__init__()
        self.story = Story({})

    @initialize(world=worlds, serves=sessions, does=sessions, target=programs)
    def there_is_a_world(self, world: dict[str, Any], serves: list[Any], does: list[Any]) -> int:
        """Somebody listens and serves; somebody connects."""
        self.story = Story(world)
        self.story.opens("server", [{"listen": {"reuse": "on"}}, {"serve": serves or [{"wait": "1s"}]}])
        return self.story.opens("client", [*OPENINGS[0][1], *does])

    @rule(after=durations, opening=openings, does=sessions, target=programs)
    def opens(self, after: int, opening: tuple[str, list[Any]], does: list[Any]) -> int:
        self.story.tick(after)
        return self.story.opens(opening[0], [*opening[1], *does])

    @rule(after=durations, program=programs, call=calls)
    def calls(self, after: int, program: int, call: Any) -> None:
        self.story.tick(after)
        self.story.calls(program, call)

    @rule(duration=durations)
    def time_passes(self, duration: int) -> None:
        self.story.tick(duration)

    @rule(fault=faults)
    def the_network_fails(self, fault: dict[str, Any]) -> None:
        self.story.add("faults", fault)

    @rule(
        after=durations,
        host=st.sampled_from(HOSTS),
        what=st.sampled_from(["unplug", "plug", "kill", "crash", "reboot"]),
    )
    def happens(self, after: int, host: str, what: str) -> None:
        self.story.tick(after)
        self.story.add("events", {host: what}, at_once=True)

    @rule(
        after=durations,
        flags=flags,
        seq=sequence_numbers,
        ack=acknowledgments,
        octets=st.sampled_from([0, 0, 1, 12]),
        window=st.sampled_from([65_535, 0, 3]),
        whom=st.integers(0, 3),
    )
    def somebody_forges(self, after: int, **segment: Any) -> None:
        self.story.tick(after)
        self.story.injects(**segment)

    @rule(after=durations, which=st.integers(0, 40))
    def an_old_segment_comes_again(self, after: int, which: int) -> None:
        self.story.tick(after)
        self.story.replays(which)

    def teardown(self) -> None:
        world = self.story.run()
        if self.story.data["seed"] % 10 == 0:  # row X08
            assert told(self.story.run()) == told(world)


def anything(examples: int, turns: int) -> None:
    """So many stories of at most so many turns; the same ones every time."""
    run_state_machine_as_test(
        Anything,
        settings=settings(
            max_examples=examples,
            stateful_step_count=turns,
            derandomize=True,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.row("X01")
@pytest.mark.row("X08")
def test_anything() -> None:
    anything(250, 15)


@pytest.mark.slow
@pytest.mark.no_cover  # it would take twice as long, and walks no branch that conversations have not walked
def test_anything_at_length() -> None:
    """Some three minutes."""
    anything(10_000, 15)


def test_a_failure_shows_a_scenario_that_fails_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: once our FIN is sent, any acknowledgment is taken for one of it."""
    monkeypatch.setattr(Tcb, "fin_acknowledged", property(lambda tcb: tcb.outgoing.fin_sent))
    with pytest.raises(StoryError) as failure:
        anything(200, 5)
    told_first, _, text = str(failure.value).partition(StoryError.HEADING)
    assert len(text.splitlines()) < 40, "it was made small"
    with pytest.raises(Broken) as again:
        World(bounded(loads(text))).run()
    assert told_first.strip() == f"Broken: {again.value}"
