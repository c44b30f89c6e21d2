#!/usr/bin/env python3
"""Measures what a list of sessions costs `vmedia download`, by its length: memory, threads, descriptors, time, and the cost of a second run.

Usage:
    cargo build --release
    python3 benches/batch.py [--binary PATH] [--sessions N,N,...] [--files N] [--bytes N] [--out FILE]

    --sessions N,...  lengths of lists [default: 100,1000,10000]
    --files N         files per session [default: 4]
    --bytes N         bytes per file [default: 2000]

Each list is run four times into the same archive: the first run; a second one, which requests the listings and reads the files again; one with
--skip-complete; and the same without a provider, so that a single request would end it. The system reports peaks of the process; threads and
descriptors are sampled while it runs. `per session` is the time of a run divided by the length of the list. Linux only.

Fails (exit status 1) when the longest list takes both 30 % and 4 MB more memory than the shortest of at least 1,000, or more threads or descriptors
than any other, or when --skip-complete sends a request.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from memory import own_environment, start_of

BLOCK = random.Random(1).randbytes(1_000_000)


def session(number):
    """An id that no other number has."""
    return f"{number:08x}-8a41-4b7d-9e13-c27b64a0f815"


def write_sessions(folder, count, files, length):
    """Makes the sessions' files; every one differs from the others."""
    for number in range(count):
        attempt = folder / session(number) / f"{number:08x}-36cd-4f52-8d08-1f7a5c93e2d4"
        attempt.mkdir(parents=True)
        for file in range(files):
            head = start_of("jpg") + (number * files + file).to_bytes(8, "big")
            (attempt / f"document-front-{file:04}.jpg").write_bytes((head + BLOCK)[:length])


def look(process, most):
    """Notes how many threads and descriptors the process has now."""
    try:
        most["threads"] = max(most["threads"], len(os.listdir(f"/proc/{process.pid}/task")))
        most["descriptors"] = max(most["descriptors"], len(os.listdir(f"/proc/{process.pid}/fd")))
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
        if peak:
            most["peak"] = max(most["peak"], int(peak.split()[1]) * 1024)
    except OSError:
        pass


def run(command, environment):
    """The command's time, its largest sizes and its status."""
    most = {"threads": 0, "descriptors": 0, "peak": 0}
    begun = time.monotonic()
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL) as process:
        while process.poll() is None:
            look(process, most)
            time.sleep(0.005)
    return {"seconds": time.monotonic() - begun, **most, "status": process.returncode}


def measure(binary, count, arguments, home):
    """The four runs over a list of that length."""
    data, archive, listed = home / "data", home / "archive", home / "ids.txt"
    write_sessions(data, count, arguments.files, arguments.bytes)
    listed.write_text("".join(f"{session(number)}\n" for number in range(count)), encoding="ascii")
    environment = own_environment(home)
    sandbox = subprocess.Popen(
        [binary, "sandbox", "--data", str(data), "--", "sh", "-c", 'echo "$VMEDIA_BASE_URL $VMEDIA_API_KEY $VMEDIA_API_SECRET"; exec cat'],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url, key, secret = sandbox.stdout.readline().split()
        environment |= {"VMEDIA_BASE_URL": url, "VMEDIA_API_KEY": key, "VMEDIA_API_SECRET": secret}
        download = [binary, "download", "--from", str(listed), "-o", str(archive), "--quiet", "--no-progress"]
        runs = {"first": run(download, environment), "again": run(download, environment)}
        runs["skip"] = run([*download, "--skip-complete"], environment)
        offline = environment | {"VMEDIA_BASE_URL": "http://127.0.0.1:1"}
        runs["alone"] = run([*download, "--skip-complete", "--retries", "0"], offline)
    finally:
        sandbox.stdin.close()
        sandbox.wait()
    for name, figures in runs.items():
        if figures["status"] != 0:
            raise RuntimeError(f"{count} sessions, {name}: ended with {figures['status']}")
    held = sum(1 for _ in archive.glob("*/data/*/*.jpg"))
    if held != count * arguments.files:
        raise RuntimeError(f"{count} sessions: {held} files were archived, not {count * arguments.files}")
    return {"sessions": count, **runs}


def table(results):
    """The results as text, in columns."""
    yield f"{'sessions':>8}  {'run':<7}{'time':>9}{'per session':>13}{'peak':>10}{'threads':>9}{'descriptors':>13}"
    for result in results:
        for name in ("first", "again", "skip", "alone"):
            figures, count = result[name], result["sessions"]
            each = figures["seconds"] / count * 1000
            yield (
                f"{count:>8}  {name:<7}{figures['seconds']:>7.2f} s{each:>10.2f} ms{figures['peak'] / 1e6:>7.1f} MB"
                f"{figures['threads']:>9}{figures['descriptors']:>13}"
            )


def verdict(results):
    """What is wrong with the results, in sentences."""
    long = [result for result in results if result["sessions"] >= 1000] or results
    for name in ("first", "again"):
        shortest, longest = long[0][name], long[-1][name]
        if longest["peak"] > shortest["peak"] * 1.3 + 4e6:
            yield f"{name}: memory grows with the list, {shortest['peak'] / 1e6:.1f} to {longest['peak'] / 1e6:.1f} MB"
        for what in ("threads", "descriptors"):
            if longest[what] > shortest[what] * 1.3 + 4:
                yield f"{name}: {what} grow with the list, {shortest[what]} to {longest[what]}"


def main():
    """Measures every list and judges the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--sessions", default="100,1000,10000", metavar="N,N,...")
    parser.add_argument("--files", type=int, default=4, metavar="N")
    parser.add_argument("--bytes", type=int, default=2000, metavar="N")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    results = []
    for count in sorted(int(number) for number in arguments.sessions.split(",")):
        with tempfile.TemporaryDirectory(prefix="vmedia-batch-") as home:
            try:
                results.append(measure(binary, count, arguments, pathlib.Path(home)))
            except (OSError, RuntimeError, ValueError) as error:
                sys.exit(f"not measured: {error}")
    print("\n".join(table(results)))
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    faults = list(verdict(results))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
