"""Runs the fuzz targets one after the other, each for some seconds, and prints what they did; fails when one crashed.

    python3 Tests/Fuzz/run.py .build/fuzz/release/Fuzz --seconds 60 [TARGET ...]

New inputs and crashes go to .build/fuzz/runs/TARGET, and each run to .build/fuzz/runs/executions.tsv.
"""

import argparse
import datetime
import os
import pathlib
import re
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE.parent.parent / ".build" / "fuzz" / "runs"


def processor_time():
    """The seconds of processor time that the runs so far took: what others run beside them does not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def fuzz(program, target, seconds):
    """The executions, seconds of processor time, coverage and crashes of a run."""
    work = WORK / target
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    known = set(work.glob("*-*"))
    folders = [work / "corpus", HERE / "Corpus" / target, HERE / "Found" / target]
    log = work / "log"
    before = processor_time()
    # Swift's own crash handler and the sanitizer's would wait for each other.
    environment = os.environ | {"MAILSEAL_FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0"}
    with open(log, "wb") as output:
        status = subprocess.run(
            [program, f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=60", "-report_slow_units=60", "-rss_limit_mb=3072",
             f"-artifact_prefix={work}/", *(str(f) for f in folders if f.is_dir())],
            env=environment, stdout=output, stderr=subprocess.STDOUT).returncode
    text = log.read_text(errors="replace")
    numbers = re.findall(r"^#(\d+)\s+\S+\s+(?:cov: (\d+))?", text, re.M)
    executions = re.search(r"number_of_executed_units: (\d+)", text) or re.search(r"^Done (\d+)", text, re.M)
    coverage = max((int(c) for _, c in numbers if c), default=0)
    crashes = sorted(set(work.glob("*-*")) - known)
    if status != 0 and not crashes:
        sys.exit(f"{target} ended with status {status}:\n{text[-2000:]}")
    count = int(executions[1]) if executions else max((int(n) for n, _ in numbers), default=0)
    return count, round(processor_time() - before), coverage, crashes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_intermixed_args()
    targets = options.targets or sorted(f.name for f in (HERE / "Corpus").iterdir())
    crashed = []
    print(f"{'target':18}{'executions':>12}{'CPU s':>9}{'exec/s':>9}{'coverage':>10}{'crashes':>9}", flush=True)
    for target in targets:
        count, seconds, coverage, crashes = fuzz(options.program, target, options.seconds)
        crashed += crashes
        rate = count // max(1, seconds)
        print(f"{target:18}{count:12}{seconds:9}{rate:9}{coverage:10}{len(crashes):9}", flush=True)
        with open(WORK / "executions.tsv", "a") as total:
            now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
            total.write(f"{now}\t{target}\t{count}\t{seconds}\t{coverage}\t{len(crashes)}\n")
    for path in crashed:
        print(f"crash: {path}")
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
