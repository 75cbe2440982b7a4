"""`python -m benchmarks`: every figure of docs/performance.md in one run, as ratios wherever a ratio can be had.

Machines differ and are noisy, so the yardstick (`bare_loop.py`, the least that CPython can do for the job) and tcpsim
take turns, and the best and the median of the pairs are told. `--quick` measures less, `--only NAME` one part.
"""

import argparse
import gc
import io
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import bare_loop, job
from tcpsim.sim.world import World

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "scenarios" / "loss" / "syn-ack-lost.yaml"


def processor_seconds(work: Callable[[], Any]) -> float:
    """How long the processor worked: other processes' turns are not counted."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def report(name: str, value: str, goal: str = "") -> None:
    print(f"  {name:<58} {value:>16}   {goal}", flush=True)


# ---- the job --------------------------------------------------------------------------------------------------------


def run_job(connections: int) -> float:
    world = World(job.setup(connections))
    seconds = processor_seconds(world.run)
    job.check(world, connections)
    return seconds


def run_bare(connections: int) -> float:
    return processor_seconds(partial(bare_loop.run, connections))


def the_job(*, quick: bool) -> None:
    connections, pairs = (1_000, 5) if quick else (2_000, 9)
    print(f"\nthe job, {connections:,} connections of 11 segments, {pairs} pairs")
    run_job(50)
    run_bare(50)
    bare, ours = [], []
    for _ in range(pairs):
        bare.append(run_bare(connections))
        ours.append(run_job(connections))
    segments = 11 * connections
    ratios = sorted(our / yard for yard, our in zip(bare, ours, strict=True))
    report("bare loop, segments/s", f"{segments / min(bare):,.0f}")
    report("tcpsim, segments/s", f"{segments / min(ours):,.0f}", "100,000 where the bare loop does 240,000")
    report("tcpsim, connections/s", f"{connections / min(ours):,.0f}")
    report("tcpsim, µs per segment", f"{min(ours) / segments * 1e6:.2f}")
    report("tcpsim / bare loop, best of each", f"{min(ours) / min(bare):.2f} ×", "at most 2.5 ×")
    report("tcpsim / bare loop, median of pairs", f"{statistics.median(ratios):.2f} ×")


def the_state_machine(*, quick: bool) -> None:
    """The whole job with `transitions` moving every state, against the same with a dict and an assignment."""
    from tcpsim.tcp import machine, states

    connections, pairs = (1_000, 5) if quick else (2_000, 9)
    rows: dict[tuple[str, states.State], list[states.Transition]] = {}
    for row in states.TRANSITIONS:
        rows.setdefault((row.trigger, row.source), []).append(row)

    def assign(trigger: str) -> Callable[[Any], states.Transition]:
        def move(tcb: Any) -> states.Transition:
            for row in rows[trigger, tcb.state]:
                if not row.guard or machine.GUARDS[row.guard](tcb):
                    tcb.state = row.destination
                    return row
            raise AssertionError(trigger)

        return move

    events = machine._EVENTS  # noqa: SLF001 - what the machine fires is exchanged for the measurement
    library = dict(events)
    plain = {trigger: assign(trigger) for trigger in library}
    with_library, with_assignment = [], []
    for _ in range(pairs):
        with_library.append(run_job(connections))
        events.update(plain)
        with_assignment.append(run_job(connections))
        events.update(library)
    print("\nthe state machine")
    share = (min(with_library) / min(with_assignment) - 1) * 100
    report("transitions over plain assignment, whole job, best", f"{share:+.1f} %", "at most +25 %")


def the_scale(*, quick: bool) -> None:
    few, many = 1_000, 20_000 if quick else 100_000
    small = min(run_job(few) for _ in range(3)) / few
    large = run_job(many) / many
    bare_small = min(run_bare(few) for _ in range(3)) / few
    bare_large = run_bare(many) / many
    print("\nscale")
    report(f"µs per connection at {few:,}", f"{small * 1e6:.0f}")
    report(f"µs per connection at {many:,}", f"{large * 1e6:.0f}")
    report("cost per connection, many / few", f"{large / small:.2f} ×", "at most 2.5 ×")
    report("the same of the bare loop", f"{bare_large / bare_small:.2f} ×")


def the_memory(*, quick: bool) -> None:
    print("\nmemory, the whole trace kept")
    for connections in (1_000, 20_000 if quick else 100_000):
        command = [sys.executable, "-m", "benchmarks", "--child-memory", str(connections)]
        kibibytes = float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)
        report(f"KiB per traced connection at {connections:,}", f"{kibibytes:.2f}", "at most 6 KiB")


def child_memory(connections: int) -> None:
    """In a process of its own: how much it grew by doing the job, for each connection. The setup was there before."""
    world = World(job.setup(connections))
    run_job(10)
    gc.collect()
    before = resident_kibibytes()
    world.run()
    job.check(world, connections)
    gc.collect()
    print((resident_kibibytes() - before) / connections)


def resident_kibibytes() -> float:
    """How much memory this process holds now; where the system does not say, the most it ever held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform == "darwin" else most


# ---- the command ----------------------------------------------------------------------------------------------------


def milliseconds(command: list[str], times: int, environment: dict[str, str]) -> tuple[float, float, float]:
    """By the clock the best and the median of several runs of a command, and the least that the processor worked.

    The first run does not count.
    """
    by_the_clock, of_the_processor = [], []
    for _ in range(times + 1):
        start, worked = time.perf_counter(), children_worked()
        subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        by_the_clock.append((time.perf_counter() - start) * 1e3)
        of_the_processor.append((children_worked() - worked) * 1e3)
    return min(by_the_clock[1:]), statistics.median(by_the_clock[1:]), min(of_the_processor[1:])


def children_worked() -> float:
    """For how many seconds the processor has worked for processes that this one began and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def the_start(*, quick: bool) -> None:
    """As it is where tcpsim was installed: pip has compiled every file, whatever Python may write down here."""
    times = 5 if quick else 15
    tcpsim = [sys.executable, "-m", "tcpsim"]
    with TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled}
        python, *_ = milliseconds([sys.executable, "-c", "pass"], times, environment)
        print(f"\nstart-up, {times} runs each (python alone: {python:.0f} ms): best / median / of the processor")
        for name, command, goal in (
            ("tcpsim --help", [*tcpsim, "--help"], "at most 150 ms"),
            ("tcpsim run, a small file, no plot", [*tcpsim, "run", str(EXAMPLE)], "at most 400 ms"),
            ("tcpsim run --plot, the same", [*tcpsim, "run", str(EXAMPLE), "--plot", "-"], ""),
        ):
            best, median, worked = milliseconds(command, times, environment)
            report(name, f"{best:.0f} / {median:.0f} / {worked:.0f} ms", goal)


# ---- the picture ----------------------------------------------------------------------------------------------------


def conversation(segments: int) -> World:
    """A world with about so many segments in it: one octet back and forth between connect and close."""
    from tcpsim.sim.setup import Accept, Close, Connect, HostSetup, Listen, ProgramSetup, Recv, Send, WorldSetup

    rounds = max((segments - 7) // 4, 0)
    asks = tuple(step for _ in range(rounds) for step in (Send(b"?"), Recv(1)))
    answers = tuple(step for _ in range(rounds) for step in (Recv(1), Send(b"!")))
    hosts = (HostSetup("client", "192.0.2.1", 40_000, (100,)), HostSetup("server", "192.0.2.2", 80, (300,)))
    programs = (
        ProgramSetup("client", (Connect(), *asks, Close())),
        ProgramSetup("server", (Listen(), Accept(), *answers, Recv(None), Close())),
    )
    return World(WorldSetup(hosts, programs)).run()


def burst(segments: int) -> World:
    """A world with about so many segments in it, as many at one instant as the window lets pass, and their ACKs."""
    from tcpsim.sim.setup import Accept, Close, Connect, HostSetup, Listen, ProgramSetup, Recv, Send, WorldSetup

    hosts = (HostSetup("client", "192.0.2.1", 40_000, (100,)), HostSetup("server", "192.0.2.2", 80, (300,)))
    sends = tuple(Send(b"x" * 1460) for _ in range(segments // 2))
    programs = (
        ProgramSetup("client", (Connect(), *sends, Close())),
        ProgramSetup("server", (Listen(), Accept(), Recv(None), Close())),
    )
    return World(WorldSetup(hosts, programs)).run()


def the_picture(*, quick: bool) -> None:
    from tcpsim.views.figures import save
    from tcpsim.views.ladder import ladder

    def draw(world: World) -> None:
        save(ladder(world.trace), io.BytesIO(), format="svg")

    draw(conversation(10))  # imports and fonts
    print("\nthe ladder, to SVG, after import")
    goals = {100: "at most 300 ms", 200: "under 3 s", 1_000: "at most 2 s"}
    for segments in (10, 100) if quick else (10, 100, 200, 1_000):
        world = conversation(segments)
        best = min(processor_seconds(partial(draw, world)) for _ in range(3 if segments > 100 else 7))
        report(f"{len(world.trace.segments)} segments", f"{best * 1e3:.0f} ms", goals.get(segments, ""))
    for segments in (100,) if quick else (100, 500, 1_000):
        world = burst(segments)
        spent = processor_seconds(partial(draw, world))
        report(f"{len(world.trace.segments)} segments in bursts of a window", f"{spent * 1e3:.0f} ms")


PARTS: dict[str, Callable[..., None]] = {
    "job": the_job,
    "machine": the_state_machine,
    "scale": the_scale,
    "memory": the_memory,
    "start": the_start,
    "picture": the_picture,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and smaller worlds")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part (may be given again)")
    parser.add_argument("--child-memory", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child_memory:
        child_memory(arguments.child_memory)
        return
    print(f"Python {sys.version.split()[0]} on {sys.platform}")
    for name, part in PARTS.items():
        if not arguments.only or name in arguments.only:
            part(quick=arguments.quick)


if __name__ == "__main__":
    main()
