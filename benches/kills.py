#!/usr/bin/env python3
"""Kills `vmedia download` at random moments, and checks that nothing is lost, doubled, wrong or fetched again.

Usage:
    cargo build --release
    pip install bagit
    python3 benches/kills.py [--kills N] [--seed N] [--sessions N] [--binary PATH] [--keep FOLDER]

    --kills N        runs to kill [default: 200]
    --seed N         repeat the choices of an earlier series; the kills still meet other instructions
    --sessions N     sessions per run [default: 12]
    --binary PATH    program [default: target/release/vmedia]
    --keep FOLDER    work there and keep it [default: a temporary folder]

The same list is downloaded into one archive again and again. Each run is killed (SIGKILL) at a moment drawn from the time of a whole run, until one
completes; then the next archive begins. A run that ends before its kill does not count. Each run has its own sandbox on the same address, which prints a line
per request and fails none, but sends one media file in seven slowly.

After each kill, every file under a final name must have the bytes of a media file of that attempt, once, and everything that an earlier run published must
be there; a session without a pending file must have a matching record, and `vmedia verify` must find nothing but pending files. After a complete run, all
of it must be there, a further run must request no media file, and `vmedia verify`, `bagit` and `examples/check_archive.py` must find nothing.

Fetched again: a media file is *published* when its complete bytes are under a final name in the session folder. A run must not request a file that was
published before it began, and must request none twice. A file that the kill interrupted is fetched by the next run, and counted as cut off. Every run requests
the listings; they are not counted.

Prints a line per archive and a verdict. Fails (exit status 1) on any finding.
"""

import argparse
import collections
import hashlib
import json
import logging
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from memory import own_environment
from soak import Finding, Provider, Root, Sandbox

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = "unfinished.ndjson"
FAULTS = "media=slow:40000/7"
MEDIA_REQUEST = re.compile(r"\bGET /v1/media/([^/?\s]+)\s*$|\bGET /v1/media/([^/?\s]+)[?\s]")


class Log(Sandbox):
    """A sandbox that says which media files it was asked for."""

    def __init__(self, binary, provider, home):
        self.path = home / "requests.log"
        self.file = open(self.path, "wb")
        super().__init__(binary, provider, home, FAULTS, log=self.file)

    def __exit__(self, *words):
        super().__exit__(*words)
        self.file.close()

    def requests(self):
        """How often each media file was asked for."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        found = (MEDIA_REQUEST.search(line) for line in lines)
        return collections.Counter(match[1] or match[2] for match in found if match)


class Kills:
    """The series."""

    def __init__(self, arguments, home):
        self.arguments, self.home = arguments, home
        self.chance = random.Random(arguments.seed)
        self.provider = Provider(home / "provider", self.chance, arguments.sessions)
        self.sessions = sorted(self.provider.sessions)
        self.list = home / "list"
        self.list.write_text("".join(f"{session}\n" for session in self.sessions), encoding="utf-8")
        self.kills = self.archives = self.cut = self.files = self.marks = self.requests = 0
        # How long a run takes that begins an archive and comes to its end, by its number of files in flight.
        self.whole = {}

    def run(self):
        """All kills, and what every archive must be in the end."""
        while self.kills < self.arguments.kills:
            self.archive()

    def download(self, root, after):
        """Downloads, and kills the run after so many seconds; says whether it was killed, what it asked for, and how long it took."""
        words = ["download", "--from", str(self.list), "-o", str(root.path), "--quiet", "--no-progress", "-j", self.jobs]
        with Log(self.arguments.binary, self.provider, self.home) as sandbox:
            begun = time.monotonic()
            process = subprocess.Popen(
                [self.arguments.binary, *words], env=sandbox.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            try:
                process.wait(timeout=after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            code = process.wait()
            seconds = time.monotonic() - begun
        if code not in (0, -signal.SIGKILL):
            raise Finding(f"a run without failures ended with {code}")
        requests = sandbox.requests()
        self.requests += sum(requests.values())
        return code != 0, requests, seconds

    def published(self, root):
        """The ids of the media files whose bytes stand under a final name. The id ends the name of a file."""
        files = (path for session in self.sessions for path in (root.folder(session) / "data").rglob("*") if path.is_file())
        whole = (path for path in files if self.is_whole(path))
        return {path.stem.rsplit("_", 1)[-1] for path in whole}

    def is_whole(self, path):
        attempts = self.provider.sessions[path.parents[2].name]
        return hashlib.sha256(path.read_bytes()).hexdigest() in attempts.get(path.parent.name, ())

    def archive(self):
        """One archive, from its first run to one that comes to its end."""
        self.archives += 1
        root = Root(self.home / f"archive-{self.archives}")
        root.asked.update(self.sessions)
        self.jobs = str(self.chance.choice([1, 4, 16]))
        kills, cut, before = 0, 0, set()
        while True:
            whole = self.whole.get(self.jobs) if self.kills < self.arguments.kills else None
            after = whole and self.chance.uniform(0.01, whole)
            is_killed, requests, seconds = self.download(root, after)
            twice = {media: count for media, count in requests.items() if count > 1}
            if twice or before & requests.keys():
                raise Finding(f"{root.path}: fetched again: {sorted(before & requests.keys())}, twice in one run: {twice}")
            now = self.published(root)
            if before - now:
                raise Finding(f"{root.path}: lost: {sorted(before - now)}")
            for session in self.sessions:
                root.check(self.provider, session, complete=not is_killed)
            if not is_killed:
                if kills == 0:
                    self.whole[self.jobs] = seconds
                break
            kills += 1
            cut += len(requests.keys() - now)
            self.marks += any((folder / MARK).exists() for folder in self.session_folders(root))
            self.kills += 1
            self.verify(root)
            before = now
        _, requests, _ = self.download(root, None)
        if requests:
            raise Finding(f"{root.path}: a run on a complete archive asked for {sorted(requests)}")
        self.judge(root)
        self.cut += cut
        self.files += len(now)
        print(f"archive {self.archives:>3}  -j {self.jobs:<3} {kills:>2} kills  {cut:>3} transfers cut off  {len(now)} files", flush=True)
        shutil.rmtree(root.path)

    def verify(self, root):
        """Fails when `vmedia verify` finds more than the marks of a run that did not come to its end."""
        if not any(self.session_folders(root)):
            return
        words = ["verify", str(root.path), "--no-progress", "--read-only", "--format", "json"]
        run = self.ask([self.arguments.binary, *words])
        events = [json.loads(line) for line in run.stdout.splitlines()]
        findings = [(event.get("folder"), finding) for event in events for finding in event.get("findings", ())]
        findings += [(event["archive"], event["finding"]) for event in events if event["event"] == "journal-missing"]
        others = [(folder, finding) for folder, finding in findings if finding["path"] != MARK]
        if run.returncode != (8 if findings else 0) or others:
            raise Finding(f"verify of {root.path} ended with {run.returncode}, and found {others}\n{run.stderr}")

    def judge(self, root):
        """Fails unless all judges find a complete archive sound."""
        import bagit

        self.judged([self.arguments.binary, "verify", str(root.path), "--no-progress"])
        for session in self.sessions:
            try:
                bagit.Bag(str(root.folder(session))).validate()
            except bagit.BagError as error:
                raise Finding(f"bagit: {root.folder(session)}: {error}") from error
        self.judged([sys.executable, str(ROOT / "examples" / "check_archive.py"), str(root.path)])

    def session_folders(self, root):
        """The folders of sessions that were begun."""
        return [folder for session in self.sessions if (folder := root.folder(session)).exists()]

    def ask(self, command):
        environment = own_environment(self.home)
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def judged(self, command):
        run = self.ask(command)
        if run.returncode != 0:
            raise Finding(f"{' '.join(command)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")


def main():
    """Kills, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)
    if not os.access(arguments.binary, os.X_OK):
        parser.error(f"{arguments.binary} is no program; build it with: cargo build --release")
    if os.name != "posix":
        parser.error("this system has no SIGKILL")
    try:
        import bagit  # noqa: F401
    except ImportError:
        parser.error("bagit is missing; install it with: pip install bagit")
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    print(f"seed {arguments.seed}, {arguments.kills} kills, {arguments.sessions} sessions", flush=True)
    home = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="vmedia-kills-"))
    home.mkdir(parents=True, exist_ok=True)
    kills = Kills(arguments, home)
    try:
        kills.run()
    except Finding as finding:
        print(f"FOUND: {finding}\nrepeat with: python3 benches/kills.py --seed {arguments.seed}", flush=True)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(home, ignore_errors=True)
    print(
        f"nothing lost, doubled, wrong or fetched again: {kills.kills} kills in {kills.archives} archives, {kills.marks} left a mark of an"
        f" unfinished run; {kills.files} files archived with {kills.requests} requests, {kills.cut} of them for files that a kill cut off"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
