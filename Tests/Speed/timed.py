"""What the benchmarks share: timing a command on two processors, and writing a table into a page."""

import dataclasses
import os
import pathlib
import sys
import time

MEMORY_LIMIT = 512 * 1024 * 1024


@dataclasses.dataclass
class Run:
    """What one run of a command took: seconds of wall and CPU, with its children, and the peak of its largest process in bytes."""
    wall: float
    cpu: float
    memory: int


def run(words, environment=os.environ, statuses=(0,)):
    """Runs a command, pinned to the first two processors that this process may use; ends the program when it fails."""
    words = [str(word) for word in words]
    processors = ",".join(map(str, sorted(os.sched_getaffinity(0))[:2]))
    sink = os.open(os.devnull, os.O_WRONLY)
    start = time.monotonic()
    child = os.posix_spawnp("taskset", ["taskset", "-c", processors, *words], environment,
                            file_actions=[(os.POSIX_SPAWN_DUP2, sink, 1)])
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - start
    os.close(sink)
    if os.waitstatus_to_exitcode(status) not in statuses:
        sys.exit(f"failed: {' '.join(words)}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def write(page, text, start, end):
    """Replaces what stands between the page's marks, or appends it."""
    path = pathlib.Path(page)
    before, _, rest = path.read_text().partition(start)
    path.write_text(before + start + text + end + rest.partition(end)[2])
