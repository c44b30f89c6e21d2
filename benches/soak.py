#!/usr/bin/env python3
"""Runs `vmedia download` for a long time against a sandbox that fails one request in five, and checks that nothing is lost, doubled or wrong.

Usage:
    cargo build --release
    python3 benches/soak.py [--minutes N | --seconds N] [--seed N] [--sessions N] [--binary PATH] [--keep FOLDER]

    --minutes N      time in which rounds begin [default: 60]; the last check comes on top, and takes under half a minute
    --seed N         repeat the choices of an earlier run; kills still come at other moments
    --sessions N     sessions of the sandbox [default: 2000]
    --binary PATH    program [default: target/release/vmedia]
    --keep FOLDER    work there and keep it [default: a temporary folder]

The script knows the SHA-256 of every file from its own files, and trusts nothing that vmedia writes. A round downloads some sessions with `--from` into a
new folder or one of earlier rounds: alone, beside a second run, killed (SIGKILL) or interrupted (SIGINT), at random. After each round every touched session is
checked: a listed media file has exactly one recorded state, an archived one has the right bytes under one name, everything archived before is still there, and
there is no unknown file. Every folder ends with a run without faults, after which all of it must be complete, `vmedia verify` must find nothing, and a further run
must fetch nothing.

Memory, threads and open files of vmedia are sampled while it runs (Linux only), and must not grow.

Prints a line per round and a verdict. Fails (exit status 1) on any finding.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from memory import own_environment

# Ten faults, each on every fiftieth request that no fault before it took: one request in five. What the provider
# signs and insists on would be kept by design, so no fault here is consistently signed and wrong.
FAULTS = (
    "any=503/50,any=429:0/50,any=cut/50,any=reset/50,any=flip/50,any=html/50,any=bad-signature/50,"
    "session-media=json/10,attempt-media=json/20,any=gzip/100,any=redirect/150,any=hang/400,any=stall/400,"
    "any=slow:20000/80,any=500/50,any=429:date+0/80,media=404/90,media=204/90"
)
STATES = {"archived", "withheld", "gone", "failed", "excluded"}
# Exit statuses of a run that was not interrupted: all done, refused or unavailable or not found as a whole, some failed.
ENDINGS = {0, 4, 5, 7, 9}
ROOTS = 3
FIGURES = ("peak", "threads", "files")
LARGEST_PEAK = 60_000_000


class Finding(Exception):
    """Something is lost, doubled or wrong."""


class Provider:
    """The sandbox's sessions: as files, and as what each attempt must hold."""

    def __init__(self, folder, chance, sessions):
        self.folder = folder
        # One port for all sandboxes, since listings hold it: another would be a change of every listing.
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.address = "127.0.0.1:%s" % server.getsockname()[1]
        # session → attempt → SHA-256 of each medium
        self.sessions = {}
        for _ in range(sessions):
            session = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            attempts = {}
            count = chance.choice([1, 1, 2])
            for number in range(count):
                # The newest is the last by name. NFC data is listed for it alone, as the provider does.
                attempt = f"{number}-{uuid.UUID(int=chance.getrandbits(128), version=4)}"
                attempts[attempt] = self.make_attempt(folder / session / attempt, chance, number == count - 1)
            self.sessions[session] = attempts

    @staticmethod
    def make_attempt(folder, chance, is_newest):
        """Makes the media of an attempt, every one with bytes of its own."""
        folder.mkdir(parents=True)
        jpeg, mp4 = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
        media = {f"document-front{number}.jpg": jpeg + chance.randbytes(chance.randrange(100, 20_000)) for number in range(2)}
        media["face.jpg"] = jpeg + chance.randbytes(chance.randrange(100, 40_000))
        if chance.random() < 0.2:
            media["selfid_video.mp4"] = mp4 + chance.randbytes(chance.randrange(100_000, 400_000))
        if is_newest and chance.random() < 0.4:
            media["nfc.json"] = json.dumps({"com": chance.randbytes(200).hex(), "dg1": "AA=="}).encode()
        for name, data in media.items():
            (folder / name).write_bytes(data)
        return {hashlib.sha256(data).hexdigest() for data in media.values()}

    def media(self, session):
        """How many media a session has."""
        return sum(len(media) for media in self.sessions[session].values())


class Sandbox:
    """A running `vmedia sandbox`."""

    def __init__(self, binary, provider, home, faults, log=None):
        words = [binary, "sandbox", "--listen", provider.address, "--data", str(provider.folder)]
        words += [] if log else ["--quiet"]
        words += ["--faults", faults] if faults else []
        self.process = subprocess.Popen(
            words, env=own_environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        self.environment = own_environment(home)
        for line in self.process.stdout:
            name, value = line.removeprefix("export ").strip().split("=", 1)
            self.environment[name] = value
            if name == "VMEDIA_SESSION_ID":
                return
        raise RuntimeError("the sandbox did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Gauge(threading.Thread):
    """Reads what a process takes while it runs: the most memory, threads and open files."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = self.threads = self.files = 0
        # Resident memory as time goes by.
        self.memory = []
        self.start()

    def run(self):
        while self.look():
            time.sleep(0.02)

    def look(self):
        """One look; whether the process is still there."""
        try:
            status = pathlib.Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
            figures = {name: int(value) for name, value in re.findall(r"^(VmHWM|VmRSS|Threads):\s+(\d+)", status, re.M)}
            files = len(os.listdir(f"/proc/{self.pid}/fd"))
        except (OSError, ValueError):
            return False
        if "VmRSS" in figures:
            self.peak = max(self.peak, figures["VmHWM"] * 1024)
            self.threads = max(self.threads, figures["Threads"])
            self.files = max(self.files, files)
            self.memory.append(figures["VmRSS"] * 1024)
        return "VmRSS" in figures


class Root:
    """An archive folder, and what was ever seen in it."""

    def __init__(self, path):
        self.path = path
        self.asked = set()
        # session → path below its folder → SHA-256
        self.seen = collections.defaultdict(dict)

    def folder(self, session):
        """Where a session is. The ids here are all plain."""
        return self.path / session

    def check(self, provider, session, complete=False):
        """Fails unless what is there of a session is right; says how many media are archived."""
        folder, attempts = self.folder(session), provider.sessions[session]
        found = {}
        for path in (folder / "data").rglob("*"):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
                if found[name] not in attempts.get(path.parent.name, ()):
                    raise Finding(f"{path} has bytes that the provider never had in that attempt")
        doubled = [sha256 for sha256, count in collections.Counter(found.values()).items() if count > 1]
        if doubled:
            raise Finding(f"{folder} holds the same bytes twice: {doubled}")
        lost = {name for name, sha256 in self.seen[session].items() if found.get(name) != sha256}
        if lost:
            raise Finding(f"{folder} had these files before, and has no longer: {sorted(lost)}")
        self.seen[session] = found
        if (folder / "damaged").exists():
            raise Finding(f"{folder} has files set aside as damaged, although none was damaged")
        unfinished = (folder / "unfinished.ndjson").exists()
        if folder.exists() and not unfinished:
            self.check_record(folder, found, provider.media(session))
        if complete and (unfinished or len(found) != provider.media(session)):
            raise Finding(f"{folder} has {len(found)} of {provider.media(session)} media after a run without faults")
        return len(found)

    @staticmethod
    def check_record(folder, found, expected):
        """Fails unless the record names every medium once, and the files that are there."""
        if not (folder / "archive.json").exists():
            if found:
                raise Finding(f"{folder} has files and neither a record nor the mark of an unfinished session")
            return
        record = json.loads((folder / "archive.json").read_text(encoding="utf-8"))
        ids = [medium["id"] for medium in record["media"]]
        if len(ids) != len(set(ids)):
            raise Finding(f"{folder} records a medium twice")
        if len(ids) != expected and not record["problems"]:
            raise Finding(f"{folder} records {len(ids)} of {expected} listed media")
        recorded = {}
        for medium in record["media"]:
            files = [file for file in medium["files"] if not file.get("lost")]
            if medium["state"] not in STATES or (medium["state"] == "archived") != bool(files) or len(files) > 1:
                raise Finding(f"{folder} records media {medium['id']} as {medium['state']}, with {len(files)} files")
            recorded.update({file["path"]: file["sha256"] for file in files})
        if recorded != found:
            raise Finding(f"{folder} records other files than are there: {sorted(recorded.items() ^ found.items())}")


class Soak:
    """The rounds."""

    def __init__(self, arguments, home):
        self.arguments, self.home = arguments, home
        self.chance = random.Random(arguments.seed)
        self.provider = Provider(home / "provider", self.chance, arguments.sessions)
        self.roots = []
        self.rounds = self.made = self.killed = self.archived = 0
        self.gauges = []

    def start(self, sandbox, root, sessions, *further):
        """Starts a download of these sessions."""
        listed = self.home / f"list-{self.chance.getrandbits(32):08x}"
        listed.write_text("".join(f"{session}\n" for session in sessions), encoding="utf-8")
        words = ["download", "--from", str(listed), "-o", str(root.path), "--format", "json", "--no-progress"]
        words += ["--retry-delay", "0.01", "--timeout", "2", "-j", "8", *further]
        root.asked.update(sessions)
        output = open(listed.with_suffix(".out"), "wb")
        process = subprocess.Popen(
            [self.arguments.binary, *words], env=sandbox.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        output.close()
        process.listed, process.sessions, process.gauge = listed, list(sessions), Gauge(process.pid)
        return process

    def end(self, process, killed=None):
        """Waits for a run, and returns its events."""
        code = process.wait(timeout=600)
        process.gauge.join()
        self.gauges.append(process.gauge)
        out = process.listed.with_suffix(".out")
        lines = out.read_text(encoding="utf-8").splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        process.listed.unlink()
        out.unlink()
        if killed is None or code >= 0 and code != 130:
            if code not in ENDINGS:
                raise Finding(f"a run ended with {code}: {lines[-3:]}")
            finished = collections.Counter(event["session"] for event in events if event["event"] == "session-finished")
            wrong = {session: finished[session] for session in process.sessions if finished[session] != 1}
            if wrong:
                raise Finding(f"a run of {len(process.sessions)} sessions did not tell the end of each once: {wrong}")
        return code, events

    def pick_root(self):
        """A folder of earlier rounds, or a fresh one."""
        if not self.roots or len(self.roots) < ROOTS and self.chance.random() < 0.5:
            self.made += 1
            self.roots.append(Root(self.home / f"archive-{self.made}"))
            return self.roots[-1]
        return self.chance.choice(self.roots)

    def round(self):
        """One round, with its line."""
        self.rounds += 1
        chance, root = self.chance, self.pick_root()
        known = sorted(root.asked)
        sessions = chance.sample(sorted(self.provider.sessions), min(len(self.provider.sessions), chance.randrange(20, 120)))
        sessions += chance.sample(known, min(len(known), chance.randrange(0, 60)))
        sessions = list(dict.fromkeys(sessions))
        how = chance.choice(["alone", "alone", "two at once", "killed", "interrupted", "two, one killed"])
        retries = ["--retries", str(chance.choice([0, 1, 5, 5]))]
        begun, first = time.monotonic(), len(self.gauges)
        with Sandbox(self.arguments.binary, self.provider, self.home, FAULTS) as sandbox:
            codes = self.play(sandbox, root, sessions, how, retries)
        files = sum(root.check(self.provider, session) for session in sorted(root.asked))
        peak, threads, opened = (max(getattr(gauge, name) for gauge in self.gauges[first:]) for name in FIGURES)
        print(
            f"round {self.rounds:>4}  {root.path.name:<10} {len(sessions):>4} sessions  {how:<16} exit {codes!s:<12}"
            f" {files:>6} files  {time.monotonic() - begun:>5.1f} s  {peak / 1e6:>5.1f} MB {threads:>3} threads {opened:>3} open",
            flush=True,
        )
        # Folders end by chance, so that early and late ones are both judged.
        if chance.random() < 0.12:
            self.finish(root)

    def play(self, sandbox, root, sessions, how, retries):
        """Carries a round out; gives the exit statuses."""
        chance = self.chance
        processes = [self.start(sandbox, root, sessions, *retries)]
        if how.startswith("two"):
            other = sessions[:]
            chance.shuffle(other)
            processes.append(self.start(sandbox, root, other, *retries))
        killed = {"killed": signal.SIGKILL, "interrupted": signal.SIGINT, "two, one killed": signal.SIGKILL}.get(how)
        if killed:
            time.sleep(chance.uniform(0.02, 2.5))
            if processes[0].poll() is None:
                processes[0].send_signal(killed)
                self.killed += 1
        return [self.end(process, killed if index == 0 else None)[0] for index, process in enumerate(processes)]

    def finish(self, root):
        """The last runs of a folder: without faults, all must be there; then nothing is left to fetch."""
        sessions = sorted(root.asked)
        with Sandbox(self.arguments.binary, self.provider, self.home, None) as sandbox:
            for further in (False, True):
                code, events = self.end(self.start(sandbox, root, sessions))
                fetched = [event["media"] for event in events if event["event"] == "media-finished" and event["fetched"]]
                if code != 0 or further and fetched:
                    raise Finding(f"{root.path}: a run without faults ended with {code}, and fetched {len(fetched)} media")
        files = sum(root.check(self.provider, session, complete=True) for session in sessions)
        strangers = {path.name for path in root.path.iterdir()} - set(sessions) - {"_journal", ".vmedia"}
        # The lock on a journal segment is named after it; that of a killed run is free and unused.
        left = [path for path in (root.path / ".vmedia").rglob("*") if path.is_file() and not path.name.startswith("_journal~")]
        if strangers or left:
            raise Finding(f"{root.path} holds unexpected files: {sorted(strangers)} {left}")
        verify = [self.arguments.binary, "verify", str(root.path), "--no-progress"]
        run = subprocess.run(verify, env=own_environment(self.home), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Finding(f"verify of {root.path} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
        print(f"complete    {root.path.name:<10} {len(sessions):>4} sessions  {files:>6} files  verified", flush=True)
        self.archived += files
        self.roots.remove(root)
        shutil.rmtree(root.path)

    def all_at_once(self):
        """Every session in one run: memory at its end is what it was early on."""
        root = Root(self.home / "archive-all")
        with Sandbox(self.arguments.binary, self.provider, self.home, "any=503/5") as sandbox:
            process = self.start(sandbox, root, sorted(self.provider.sessions))
            self.end(process)
        memory = process.gauge.memory
        self.roots.append(root)
        self.finish(root)
        if len(memory) >= 20:
            early, late = max(memory[: len(memory) // 4]), max(memory[-len(memory) // 4 :])
            print(f"one run     {len(self.provider.sessions)} sessions  {early / 1e6:.1f} MB early, {late / 1e6:.1f} MB late", flush=True)
            if late > early * 1.25 + 4e6:
                raise Finding(f"memory grew within a run, from {early / 1e6:.1f} MB to {late / 1e6:.1f} MB")

    def judge_figures(self):
        """Fails when later runs take more than earlier ones, or any too much."""
        measured = [gauge for gauge in self.gauges if gauge.memory]
        if not measured:
            print("memory, threads and open files cannot be read on this system")
            return
        for name in FIGURES:
            figures = [getattr(gauge, name) for gauge in measured]
            third = max(1, len(figures) // 3)
            early, late = max(figures[:third]), max(figures[-third:])
            print(f"{name:<8} largest {max(figures):>9}   first third {early:>9}   last third {late:>9}")
            if len(figures) >= 9 and late > early * 1.3 + (8e6 if name == "peak" else 8):
                raise Finding(f"{name} grew from {early} to {late}")
        if max(gauge.peak for gauge in measured) > LARGEST_PEAK:
            raise Finding(f"a run took more than {LARGEST_PEAK / 1e6:.0f} MB")

    def run(self):
        """All rounds, then the last checks."""
        until = time.monotonic() + self.arguments.seconds
        while time.monotonic() < until:
            self.round()
        for root in self.roots[:]:
            self.finish(root)
        self.all_at_once()
        self.judge_figures()


def main():
    """Soaks, and says what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)
    if arguments.seconds is None:
        arguments.seconds = arguments.minutes * 60
    if not os.access(arguments.binary, os.X_OK):
        parser.error(f"{arguments.binary} is no program; build it with: cargo build --release")
    print(f"seed {arguments.seed}, {arguments.sessions} sessions, {arguments.seconds:.0f} s", flush=True)
    home = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="vmedia-soak-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        soak = Soak(arguments, home)
        soak.run()
    except Finding as finding:
        print(f"FOUND: {finding}\nrepeat with: python3 benches/soak.py --seed {arguments.seed}", flush=True)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(home, ignore_errors=True)
    print(f"nothing lost, doubled or wrong: {soak.rounds} rounds, {soak.killed} cut short, {soak.archived} files archived and verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
