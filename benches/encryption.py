#!/usr/bin/env python3
"""Measures what encryption costs: downloads with and without recipients of the same files, in alternating runs, and `vmedia encrypt` of what was
archived without.

Usage:
    cargo build --release
    python3 benches/encryption.py [--binary PATH] [--files N] [--bytes N] [--runs N] [--out FILE]

    --files N      media files of the session [default: 1]
    --bytes N      bytes per file [default: 2000000000]
    --runs N       runs of each sort [default: 3]

The files are served by `vmedia sandbox --data`. The system reports the peak of each process. Times include the start of the sandbox, and depend on
the machine and its disk; only the ratio of the medians says something. Needs four times the size of the files in TMPDIR.

Fails (exit status 1) when a peak is above 45 MB. Never fails for a time. Linux and macOS only.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import memory

# Public keys of this script alone; nothing that is encrypted to them is opened.
RECIPIENTS = ("age1xshnp9a48z6l0d9z472flnduzyyvj490kav8uvt83a7ljawcg9hs6ughxq", "age15duk59m2k7glna94twa6hjwesqqvw7tpseyfyrt46aekdluwtq2qspusv5")
TO_RECIPIENTS = [word for recipient in RECIPIENTS for word in ("--recipient", recipient)]


def run(binary, home, words):
    """Runs a command beside the sandbox that serves the files; its time and its peak."""
    report = home / "report"
    child = [sys.executable, "-I", "-S", memory.__file__, "--child", str(report)]
    command = [binary, "sandbox", "--data", str(home / "data"), "--", *child, binary, *words, "--quiet", "--no-progress"]
    begun = time.monotonic()
    subprocess.run(command, env=memory.own_environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - begun
    _, peak, status = (int(number) for number in report.read_text(encoding="ascii").split())
    if status != 0:
        raise RuntimeError(f"{words[0]} ended with {status}")
    return {"seconds": seconds, "peak": peak}


def measure(binary, arguments, home):
    """The runs of each sort."""
    load = {"files": arguments.files, "bytes": arguments.bytes, "extension": "mp4"}
    memory.write_files(home / "data", load, random.Random(1).randbytes(memory.BLOCK))
    runs = {"plain": [], "encrypted": [], "encrypt": []}
    for _ in range(arguments.runs):
        archive = home / "plain"
        runs["plain"].append(run(binary, home, ["download", memory.SESSION, "-o", str(archive)]))
        if memory.payload(archive) != (arguments.files, arguments.files * arguments.bytes):
            raise RuntimeError("the archive does not hold the files")
        runs["encrypt"].append(run(binary, home, ["encrypt", "--archive", str(archive), "--reason", "bench", *TO_RECIPIENTS]))
        shutil.rmtree(archive)
        archive = home / "encrypted"
        runs["encrypted"].append(run(binary, home, ["download", memory.SESSION, "-o", str(archive), *TO_RECIPIENTS]))
        shutil.rmtree(archive)
    return runs


def table(runs, total):
    """The results as text, in columns."""
    yield f"{'run':<40}{'median':>10}{'rate':>12}{'ratio':>8}{'peak':>10}"
    names = {"plain": "download", "encrypted": "download --recipient", "encrypt": "encrypt (reads plain and encrypted files)"}
    base = statistics.median(each["seconds"] for each in runs["plain"])
    for sort, name in names.items():
        median, peak = statistics.median(each["seconds"] for each in runs[sort]), max(each["peak"] for each in runs[sort])
        yield f"{name:<40}{median:>8.2f} s{total / median / 1e6:>7.0f} MB/s{median / base:>8.2f}{peak / 1e6:>7.1f} MB"


def main():
    """Measures the runs and judges their peaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    for name, default in (("files", 1), ("bytes", 2_000_000_000), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    with tempfile.TemporaryDirectory(prefix="vmedia-encryption-") as home:
        try:
            runs = measure(binary, arguments, pathlib.Path(home))
        except (subprocess.CalledProcessError, OSError, RuntimeError, ValueError) as error:
            sys.exit(f"not measured: {error}")
    print("\n".join(table(runs, arguments.files * arguments.bytes)))
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(runs, indent=2) + "\n", encoding="utf-8")
    large = [sort for sort, measured in runs.items() if max(each["peak"] for each in measured) > memory.LIMIT]
    for sort in large:
        print(f"{sort}: the peak is above {memory.LIMIT / 1e6:.0f} MB", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
