#!/usr/bin/env python3
"""Measures how fast `vmedia verify` reads, as ratios to `sha256sum -c` on the same files in the same run.

Usage:
    cargo build --release
    python3 benches/verify.py [--binary PATH] [--rounds N] [--small]

    --binary PATH   program to measure [default: target/release/vmedia]
    --rounds N      runs of each, in turns [default: 5]
    --small         fewer and smaller files, to test the script

The files are made in a temporary folder (TMPDIR), served by `vmedia sandbox --data`, and archived by `vmedia download`. Then, in turns, so that the load of the
machine affects all alike: `sha256sum -c` over every bag's two manifests in sequence, the same with one process per CPU, `vmedia verify -j 1`, and `vmedia verify`.
All read from the page cache, so hashing and overhead are compared. Prints medians; 1.00 is as fast as `sha256sum`, less is slower. vmedia also checks the
journal, the record and the listings.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LOADS = [
    {"name": "2,000 x 250 kB in 200 sessions", "sessions": 200, "files": 10, "bytes": 250_000},
    {"name": "8 x 200 MB in 1 session", "sessions": 1, "files": 8, "bytes": 200_000_000},
    {"name": "20,000 x 2 kB in 2,000 sessions", "sessions": 2_000, "files": 10, "bytes": 2_000},
]


def write_sessions(folder, load):
    """Makes the load's files, each different from the others."""
    for session in range(load["sessions"]):
        attempt = folder / f"session-{session:05}" / f"attempt-{session:05}"
        attempt.mkdir(parents=True)
        for number in range(load["files"]):
            start = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + f"{session}-{number}".encode()
            with open(attempt / f"document-{number:02}.jpg", "wb") as file:
                file.write(start)
                left = load["bytes"] - len(start)
                while left > 0:
                    left -= file.write(os.urandom(min(left, 1 << 20)))


def timed(command, folder):
    """Seconds of wall time."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return seconds


def measure(binary, load, rounds):
    """Prints one load's line."""
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        write_sessions(work / "data", load)
        ids = work / "ids"
        ids.write_text("\n".join(sorted(entry.name for entry in (work / "data").iterdir())) + "\n")
        download = [binary, "sandbox", "--data", "data", "--", binary, "download", "--from", "ids", "-o", "archive", "-q"]
        timed(download, work)
        shutil.rmtree(work / "data")
        processors = os.cpu_count() or 1
        check = "cd {} && sha256sum --check --quiet manifest-sha256.txt tagmanifest-sha256.txt"
        lines = [check.format(bag) for bag in sorted((work / "archive").glob("session-*"))]
        (work / "checks").write_text("\n".join(lines) + "\n")
        # One process for many bags would need one list: what a person has who has no vmedia is one list a bag.
        peers = {
            "sha256sum": ["sh", "-e", "-c", "while read -r line; do sh -c \"$line\"; done < checks"],
            f"sha256sum x {processors}": ["sh", "-c", f"tr '\\n' '\\0' < checks | xargs -0 -P {processors} -I LINE sh -c LINE"],
            "verify -j 1": [binary, "verify", "archive", "-q", "-j", "1", "--read-only"],
            "verify": [binary, "verify", "archive", "-q", "--read-only"],
        }
        taken = {peer: [] for peer in peers}
        for _ in range(rounds):
            for peer, command in peers.items():
                taken[peer].append(timed(command, work))
        median = {peer: statistics.median(seconds) for peer, seconds in taken.items()}
        megabytes = load["sessions"] * load["files"] * load["bytes"] / 1e6
        print(f"{load['name']}:")
        for peer, seconds in median.items():
            print(f"  {peer:14} {seconds:7.2f} s  {megabytes / seconds:7.0f} MB/s")
        one, all_cores = median["sha256sum"] / median["verify -j 1"], median[f"sha256sum x {processors}"] / median["verify"]
        print(f"  ratio on one processor {one:.2f}, on all {all_cores:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", default="target/release/vmedia")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    chosen = parser.parse_args()
    binary = str(pathlib.Path(chosen.binary).resolve())
    for load in LOADS:
        if chosen.small:
            load = load | {"sessions": min(load["sessions"], 20), "bytes": min(load["bytes"], 1_000_000)}
        measure(binary, load, chosen.rounds)


if __name__ == "__main__":
    main()
