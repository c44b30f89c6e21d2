#!/usr/bin/env python3
"""Measures commands on an archive whose journal is about a million sessions.

Usage:
    cargo build --release
    python3 benches/journal.py [--binary PATH] [--sessions N] [--bags N] [--rounds N] [--no-index] [--folder DIR]
                                [--out FILE]

    --binary PATH   program to measure [default: target/release/vmedia]
    --sessions N    sessions of the journal [default: 1000000]
    --bags N        sessions that have a folder, too [default: 100]
    --rounds N      runs of each command; the median counts [default: 3]
    --no-index      make a journal as runs before indexes left it
    --folder DIR    make the archive there [default: a temporary folder (TMPDIR)]
    --out FILE      also write the figures there, as JSON

One session of ten files is downloaded from `vmedia sandbox`. The journal is about copies of it under other ids, each with its line in one segment of 4 kB a
session; the copies with a folder are whole sessions, which `vmedia verify` finds sound. The commands answer about one of these. Prints wall time, the time of
processors, which depends less on what else the machine does and includes 0.03 s of this script, and the peak of memory, which the system reports when a process ends.
Megabytes are millions of bytes. The journal is in the page cache, if the machine has that much memory. Linux and macOS only.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import growth
import memory

FILES = 10


class Archive(growth.Template):
    """An archive of one run: its journal is about many sessions, of which some are there."""

    def journal(self, root, sessions, bags, has_index=True):
        """Makes the archive, and returns the sessions that are there. A run of an older version wrote no index."""
        (root / "_journal").mkdir(parents=True)
        chance = random.Random(sessions)
        ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(sessions)]
        here = ids[:: max(sessions // max(bags, 1), 1)][:bags]
        places = set(here)
        old, null = self.archived[13:77], b'{"previous":null'
        assert self.archived.startswith(b'{"previous":"' + old) and self.opened.startswith(null)
        path, digest = root / "_journal" / self.segment, hashlib.sha256()
        with open(path, "wb", buffering=1 << 20) as segment, open(f"{path}.index", "wb", buffering=1 << 20) as index:

            def add(line, folder=None):
                record = record_of(line, folder)
                digest.update(record)
                index.write(record)
                segment.write(line + b"\n")

            previous = self.opened
            add(previous)
            for session in ids:
                line = self.copy(root, session) if session in places else self.archived.replace(growth.SESSION.encode(), session.encode())
                previous = line.replace(old, growth.sha256(previous).encode(), 1)
                add(previous, session)
            before, end = json.loads(self.closed)["previous"].encode(), b"}"
            if has_index:
                named = {"bytes": segment.tell(), "sha256": digest.hexdigest()}
                end = b',"index":' + json.dumps(named, separators=(",", ":")).encode() + b"}"
            closed = self.closed.replace(before, growth.sha256(previous).encode(), 1)
            segment.write(closed.removesuffix(b"}") + end + b"\n")
        return here


def record_of(line, folder):
    """The record of a line in an index; see docs/archive.md."""
    half = hashlib.sha256(folder.encode()).digest()[:16] if folder else bytes(16)
    sort = b"archived" if folder else b"opened"
    return hashlib.sha256(b"\0" + line).digest() + half + len(line).to_bytes(8, "big") + sort.ljust(8, b"\0")


def processor():
    """The seconds of processors that the processes which have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(command, report, environment):
    """The seconds, the seconds of processors and the peak of a program, in a process of its own that is small before it begins."""
    script = pathlib.Path(memory.__file__).resolve()
    binary, words = command[0], command[1:]
    sandbox, words = (words[: words.index("--") + 1], words[words.index("--") + 1 :]) if "--" in words else ([], command)
    child = [sys.executable, "-I", "-S", str(script), "--child", str(report), *words]
    whole = [binary, *sandbox, *child] if sandbox else child
    begun, busy = time.monotonic(), processor()
    done = subprocess.run(
        whole, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-800:]}")
    return seconds, processor() - busy, int(report.read_text(encoding="ascii").split()[1])


class Bench:
    """An archive, and the figures of commands on it."""

    def __init__(self, binary, home, rounds):
        self.binary, self.home, self.rounds, self.results = binary, home, rounds, []
        self.root, self.environment = home / "archive", memory.own_environment(home)
        settings = home / ".config" / "vmedia" / "config.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text('[retention.bench]\nauthority = "bench"\nevent = "end"\nkeep = "1y"\n', encoding="utf-8")

    def row(self, name, words, prepare=lambda: None):
        """Measures a command. `prepare` precedes each run."""
        runs = []
        for _ in range(self.rounds):
            prepare()
            runs.append(measure([self.binary, *words], self.home / "report", self.environment))
        seconds, busy = (statistics.median(run[column] for run in runs) for column in (0, 1))
        peak = max(run[2] for run in runs)
        self.results.append({"command": name, "seconds": round(seconds, 2), "processor": round(busy, 2), "peak": peak})
        print(f"{name:<36}{seconds:>7.2f} s{busy:>9.2f} s{peak / 1e6:>9.1f} MB", flush=True)

    def download(self, archive):
        """A run about one session, beside its provider."""
        serve = ["sandbox", "--data", str(self.home / "data"), "--", self.binary]
        return [*serve, "download", growth.SESSION, "-o", str(archive), "--quiet", "--no-progress"]

    def starts(self, segment):
        """Measures how runs begin."""
        fresh, length = self.home / "fresh", segment.stat().st_size
        end = tail(segment)

        def reset(is_open):
            for other in segment.parent.iterdir():
                if not other.name.startswith(segment.name):
                    other.unlink()
            shutil.rmtree(self.root / growth.SESSION, ignore_errors=True)
            shutil.rmtree(fresh, ignore_errors=True)
            os.truncate(segment, length - len(end))
            if not is_open:
                with open(segment, "ab") as file:
                    file.write(end)

        self.row("download SESSION, new archive", self.download(fresh), lambda: reset(False))
        self.row("download SESSION, killed run before", self.download(self.root), lambda: reset(True))
        self.row("download SESSION", self.download(self.root), lambda: reset(False))

    def commands(self, here):
        """Measures the other commands."""
        root = str(self.root)
        one, other, last = (here[len(here) * part // 4] for part in (1, 2, 3))
        order, out = ["--reason", "bench", "--archive", root], self.home / "out.zip"
        self.row("verify SESSION", ["verify", str(self.root / one), "--read-only", "--no-progress"])
        self.row("show SESSION", ["show", one, "--archive", root])
        self.row("hold add", ["hold", "add", "bench", other, *order])
        self.row("hold list", ["hold", "list", "--archive", root])
        self.row("hold release", ["hold", "release", "bench", *order], lambda: self.hold(other, order))
        self.row("retention due", ["retention", "due", "--archive", root])
        self.row("catalog", ["catalog", root])
        self.row("export SESSION", ["export", one, "-o", str(out), *order], lambda: out.unlink(missing_ok=True))
        self.row("erase SESSION --dry-run", ["erase", last, "--authority", "bench", *order, "--dry-run"])

    def hold(self, session, order):
        """Holds a session, so that there is something to release."""
        command = [self.binary, "hold", "add", "bench", session, *order]
        subprocess.run(command, env=self.environment, capture_output=True, check=True)


def tail(segment):
    """The last line of a segment."""
    with open(segment, "rb") as file:
        file.seek(-min(1 << 16, segment.stat().st_size), os.SEEK_END)
        return file.read().splitlines(keepends=True)[-1]


def main():
    """Makes the archive and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--sessions", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--bags", type=int, default=100, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--no-index", action="store_true")
    parser.add_argument("--folder", metavar="DIR")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    if os.name != "posix":
        parser.error("this system does not say what a process took at its peak")
    with tempfile.TemporaryDirectory(prefix="vmedia-journal-", dir=arguments.folder) as home:
        bench = Bench(binary, pathlib.Path(home), arguments.rounds)
        here = Archive(binary, bench.home, FILES).journal(
            bench.root, arguments.sessions, arguments.bags, not arguments.no_index
        )
        (segment,) = (bench.root / "_journal").glob("*.ndjson")
        print(f"{arguments.sessions:,} sessions, {segment.stat().st_size / 1e6:,.0f} MB of journal")
        print(f"{'command':<36}{'time':>9}{'processor':>11}{'peak':>12}", flush=True)
        bench.starts(segment)
        bench.commands(here)
        if arguments.out:
            pathlib.Path(arguments.out).write_text(json.dumps(bench.results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
