#!/usr/bin/env python3
"""Measures how the memory of `vmedia verify` and `vmedia catalog` grows with the number of sessions in an archive.

Usage:
    cargo build --release
    python3 benches/growth.py [--binary PATH] [--sessions N] [--folder DIR] [--out FILE]

    --binary PATH   program to measure [default: target/release/vmedia]
    --sessions N    sessions of the larger archive [default: 10000]
    --folder DIR    make the archives there [default: a temporary folder (TMPDIR)]; they are deleted at the end
    --out FILE      also write the figures there, as JSON

Makes two archives, one with a quarter of the sessions. One session with one small file is downloaded from `vmedia sandbox`; the others are copies of it
under other ids, with matching manifests, record and journal line. `vmedia verify` must find every bag and the journal sound, and records that in the journal; then
`vmedia catalog` lists them in each format and writes its page. A session takes about 80 kB of disk.

The system reports peaks when a process ends. Growth is the difference of the two peaks, divided by the difference of sessions. The limits are 100 MB for
`verify` and 60 MB for `catalog` in each format, with 100,000 sessions. `--sessions 100000` measures that; with fewer sessions it is extrapolated, and because half
a megabyte of noise in a peak becomes several, an extrapolation may exceed its limit by a quarter. Fails (exit status 1) above that. Megabytes are
millions of bytes. Linux and macOS only.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import uuid

import memory
from memory import ATTEMPT, SESSION, own_environment

CLAIM, FEWEST = 100_000, 4_000
VERIFY_LIMIT, CATALOG_LIMIT = 100_000_000, 60_000_000
COMMANDS = {
    "verify": (["verify"], VERIFY_LIMIT),
    "catalog": (["catalog"], CATALOG_LIMIT),
    "catalog --format csv": (["catalog", "--format", "csv"], CATALOG_LIMIT),
    "catalog --format json": (["catalog", "--format", "json"], CATALOG_LIMIT),
    "catalog --html": (["catalog", "--html"], CATALOG_LIMIT),
}
RECORD, TAG_MANIFEST = "archive.json", "tagmanifest-sha256.txt"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Template:
    """A session that the program archived, and its run's part of the journal."""

    def __init__(self, binary, home, files=1):
        archive, attempt = home / "template", home / "data" / SESSION / ATTEMPT
        attempt.mkdir(parents=True)
        for number in range(files):
            (attempt / f"face-{number}.jpg").write_bytes(memory.start_of("jpg") + b"a small file" + bytes([number]))
        download = [binary, "download", SESSION, "-o", str(archive), "--quiet"]
        command = [binary, "sandbox", "--data", str(home / "data"), "--", *download]
        subprocess.run(command, env=own_environment(home), stdin=subprocess.DEVNULL, check=True)
        (segment,) = (archive / "_journal").glob("*.ndjson")
        self.segment, (self.opened, self.archived, self.closed) = segment.name, segment.read_bytes().splitlines()
        bag = archive / SESSION
        self.files = {path.relative_to(bag).as_posix(): path.read_bytes() for path in sorted(bag.rglob("*")) if path.is_file()}
        self.folders = [path.relative_to(bag).as_posix() for path in sorted(bag.rglob("*")) if path.is_dir()]
        self.tags = self.files.pop(TAG_MANIFEST)
        # What names the session is different in each copy. The provider's answers stay those of the first.
        own = [name for name in self.files if not name.startswith(("data/", "metadata/"))]
        self.named = [name for name in own if SESSION.encode() in self.files[name]]

    def copy(self, root, session):
        """Makes a session like this one, and returns its line of the journal, which does not follow from any line yet."""
        bag, tags = root / session, self.tags
        for folder in [bag, *(bag / name for name in self.folders)]:
            folder.mkdir()
        own = {}
        for name in self.named:
            own[name] = self.files[name].replace(SESSION.encode(), session.encode())
            tags = tags.replace(sha256(self.files[name]).encode(), sha256(own[name]).encode())
        for name, content in {**self.files, **own, TAG_MANIFEST: tags}.items():
            (bag / name).write_bytes(content)
        line = self.archived.replace(SESSION.encode(), session.encode())
        line = line.replace(sha256(self.files[RECORD]).encode(), sha256(own[RECORD]).encode())
        return line.replace(sha256(self.tags).encode(), sha256(tags).encode())

    def archive(self, root, count):
        """Makes an archive of that many sessions: one run archived them."""
        (root / "_journal").mkdir(parents=True)
        chance = random.Random(count)
        with open(root / "_journal" / self.segment, "wb") as segment:
            previous = self.opened
            segment.write(self.opened + b"\n")

            def follow(line):
                nonlocal previous
                before = json.loads(line)["previous"].encode()
                previous = line.replace(before, sha256(previous).encode(), 1)
                segment.write(previous + b"\n")

            for _ in range(count):
                follow(self.copy(root, str(uuid.UUID(int=chance.getrandbits(128), version=4))))
            follow(self.closed)


def measure(binary, words, root, home):
    """The peak of a command, in a process of its own that is small before it begins."""
    report = home / "report"
    script = pathlib.Path(memory.__file__).resolve()
    command = [sys.executable, "-I", "-S", str(script), "--child", str(report), binary, *words, str(root), "--no-progress"]
    begun = time.monotonic()
    done = subprocess.run(
        command, env=own_environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    seconds = time.monotonic() - begun
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    _, peak, _ = (int(number) for number in report.read_text(encoding="ascii").split())
    return peak, round(seconds, 1)


def judge(name, figures):
    """The figures of a command with what they amount to: growth a session, and the peak for the sessions that are claimed."""
    (few, small, _), (many, large, seconds) = figures
    growth = (large - small) / (many - few)
    claimed = large + max(growth, 0) * max(CLAIM - many, 0)
    named = {"name": name, "sessions": [few, many], "peaks": [small, large], "seconds": seconds}
    return {**named, "growth": round(growth), "claimed": round(claimed)}


def report(figures, out):
    """Prints the figures and what is wrong with them; returns the exit status."""
    results = [judge(name, each) for name, each in figures.items()]
    few, many = results[0]["sessions"]
    print(f"{'sessions':<24}{few:>10,}{many:>12,}{'a session':>12}{CLAIM:>12,}{'limit':>10}{'time':>10}")
    faults = 0
    for result in results:
        limit = COMMANDS[result["name"]][1]
        allowed = limit if many >= CLAIM else limit * 5 // 4
        small, large = (f"{peak / 1e6:.1f} MB" for peak in result["peaks"])
        claimed = f"{result['claimed'] / 1e6:.1f} MB"
        growth, seconds = f"{result['growth']} B", f"{result['seconds']} s"
        print(f"{result['name']:<24}{small:>10}{large:>12}{growth:>12}{claimed:>12}{limit / 1e6:>7.0f} MB{seconds:>10}")
        if max(result["claimed"], *result["peaks"]) > allowed:
            faults += 1
            print(f"{result['name']}: the peak is, or would be with {CLAIM:,} sessions, above {allowed / 1e6:.0f} MB", file=sys.stderr)
    if out:
        pathlib.Path(out).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 1 if faults else 0


def main():
    """Measures both archives and judges them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--sessions", type=int, default=10_000, metavar="N")
    parser.add_argument("--folder", metavar="DIR")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    if arguments.sessions < FEWEST:
        parser.error(f"how memory grows cannot be seen with fewer than {FEWEST} sessions")
    if os.name != "posix":
        parser.error("this system does not say what a process took at its peak")

    figures = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="vmedia-growth-", dir=arguments.folder) as home:
        home = pathlib.Path(home)
        try:
            template = Template(binary, home)
            for count in (arguments.sessions // 4, arguments.sessions):
                root = home / f"archive-{count}"
                template.archive(root, count)
                for name, (words, _) in COMMANDS.items():
                    figures[name].append((count, *measure(binary, words, root, home)))
        except (subprocess.CalledProcessError, OSError, RuntimeError, ValueError) as error:
            sys.exit(f"not measured: {error}")
        return report(figures, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
