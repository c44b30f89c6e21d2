#!/usr/bin/env python3
"""Measures the time and memory of `vmedia catalog` for archives of many sessions.

Usage:
    cargo build --release
    python3 benches/catalog.py [--binary PATH] [--sizes N,N,...] [--rounds N] [--folder DIR] [--out FILE]

    --binary PATH   program to measure [default: target/release/vmedia]
    --sizes N,...   numbers of sessions [default: 1000,10000,100000]
    --rounds N      runs of each; the median counts [default: 3]
    --folder DIR    keep the archives there, and reuse existing ones [default: a temporary folder (TMPDIR)]
    --out FILE      also write the figures there, as JSON

Makes archives with the records and the journal that vmedia writes, without their media, which a catalog does not read: 10 media files in two
attempts per session, ten runs that archived them, twelve verifications of everything. 100,000 sessions take about 1.5 GB. The files are in the system's
cache when they are measured. Each time is also given as a ratio to reading the records in the same round:
`find ROOT -name archive.json | xargs cat > /dev/null`. The system reports peak memory when the process ends. Megabytes are millions of bytes. Linux and
macOS only.
"""

import os
import sys

# The child must be a small process: until a new program runs in it, a process counts as large as the one that started
# it. That is why nothing else is imported up here.

RUNS = 10
VERIFICATIONS = 12
BATCH = 500
MODES = {
    "table": ["--format", "table"],
    "json": ["--format", "json"],
    "csv": ["--format", "csv"],
    "html": ["--html"],
}
CONTEXTS = [
    ("image", "document-front", "image/jpeg", "jpg"),
    ("image", "document-back", "image/jpeg", "jpg"),
    ("image", "face", "image/jpeg", "jpg"),
    ("image", "face-nfc", "image/jpeg", "jpg"),
    ("video", "selfid_video", "video/mp4", "mp4"),
]


def peak_of(usage):
    """Bytes of a peak: the systems disagree on the unit."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def child(report, command):
    """Runs the command with its output thrown away, and writes the peak before that, and its time, peak and status."""
    import resource
    import time

    floor = peak_of(resource.getrusage(resource.RUSAGE_SELF))
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
    begun = time.monotonic()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    seconds = time.monotonic() - begun
    with open(report, "w", encoding="ascii") as file:
        cpu = usage.ru_utime + usage.ru_stime
        file.write(f"{seconds} {cpu} {peak_of(usage)} {floor} {os.waitstatus_to_exitcode(status)}\n")
    return 0


def identifier(random):
    """A UUID, always the same for the same seed."""
    import uuid

    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def medium(random, attempt, place, number):
    """A medium as a record has it."""
    kind, context, mimetype, extension = CONTEXTS[number]
    size = random.randrange(100_000, 900_000)
    name = identifier(random)
    file = {
        "path": f"data/{attempt}/{context}_{name}.{extension}",
        "bytes": size,
        "sha256": random.randbytes(32).hex(),
        "content_type": mimetype,
        "signature": {"verdict": "held", "value": random.randbytes(32).hex()},
        "fetched": "2026-03-12T10:00:00.123456789Z",
    }
    places = [f"attempts/{attempt}/media"] + ["media"] * (place == 0)
    record = {
        "id": name,
        "attempt": attempt,
        "kind": kind,
        "context": context,
        "mimetype": mimetype,
        "size": size,
        "duration": 5.0 if kind == "video" else None,
        "places": [{"document": document, "pointer": f"/{kind}s/{number}"} for document in places],
        "state": "archived",
        "files": [file],
    }
    if random.randrange(200) == 0:
        record.update(state="gone", reason="404: it does not exist", files=[])
    return record


def session(random):
    """A session's record."""
    attempts = [identifier(random), identifier(random)]
    media = [medium(random, attempt, place, number) for place, attempt in enumerate(attempts) for number in range(len(CONTEXTS))]
    names = ["attempts", "media", *(f"attempts/{attempt}/media" for attempt in attempts), "decision"]
    documents = [
        {
            "name": name,
            "endpoint": "GET /v1/sessions/{sessionId}/media",
            "path": f"metadata/{name}.json",
            "bytes": 2_345,
            "sha256": random.randbytes(32).hex(),
            "signature": {"verdict": "held", "value": random.randbytes(32).hex()},
            "fetched": "2026-03-12T10:00:00.123456789Z",
        }
        for name in names
    ]
    facts = {"decision": "approved", "decision-code": "9001", "given-name": "ANNA", "family-name": "SPECIMEN", "born": "1994-08-12"}
    return {
        "schema": "vmedia-archive",
        "version": 1,
        "tool": "vmedia 0.1.0",
        "provider": "veriff",
        "base_url": "https://stationapi.veriff.com",
        "session": identifier(random),
        "salt": random.randbytes(32).hex(),
        "created": "2026-03-12T10:00:00.123456789Z",
        "updated": "2026-03-13T10:00:00.123456789Z",
        "attempts": [
            {"id": attempt, "status": status, "created": "2026-03-12T09:28:40.115Z"}
            for attempt, status in zip(attempts, ["approved", "resubmission_requested"])
        ],
        "media": media,
        "documents": documents,
        "companions": [{"name": "decision", "state": "archived"}],
        "problems": [],
        "facts": [{"name": name, "value": value, "document": "decision"} for name, value in facts.items()],
        "history": [],
    }


class Segment:
    """A segment of the journal, its lines chained."""

    def __init__(self, root, number, command):
        self.path = root / "_journal" / f"20260312T1000{number:02}.000Z-{number:08x}.ndjson"
        self.at = f"2026-{1 + number % 12:02}-12T10:00:00Z"
        self.file = open(self.path, "w", encoding="utf-8")
        self.previous = None
        identity = {"tool": "vmedia 0.1.0", "command": command, "operator": "archivist", "host": "evidence"}
        self.add({"entry": "opened", "schema": "vmedia-journal", "version": 1, **identity, "parents": []})

    def add(self, entry):
        """Adds a line."""
        import hashlib
        import json

        line = json.dumps({"previous": self.previous, "at": self.at, **entry}, separators=(",", ":"))
        self.previous = hashlib.sha256(line.encode()).hexdigest()
        self.file.write(line + "\n")

    def close(self):
        """Ends it."""
        self.add({"entry": "closed"})
        self.file.close()


def archived(record):
    """What the journal says of a session that was archived."""
    line = lambda file, name, media: {"path": file["path"], "bytes": file["bytes"], name: file["sha256"], "signed": True, **media}
    media = [line(file, "sha256", {"media": medium["id"]}) for medium in record["media"] for file in medium["files"]]
    return {
        "entry": "archived",
        "session": record["session"],
        "folder": record["session"],
        "before": None,
        "bag": record["media"][0]["id"].replace("-", "") * 2,
        "files": media + [line(document, "commitment", {}) for document in record["documents"]],
        "media": [{"media": medium["id"], "state": medium["state"]} for medium in record["media"]],
    }


def make(root, count):
    """Makes an archive, unless it is there."""
    import json
    import random

    if (root / "made").exists():
        return
    (root / "_journal").mkdir(parents=True)
    random = random.Random(count)
    ids = []
    for run in range(RUNS):
        segment = Segment(root, run, "download")
        for _ in range(count // RUNS):
            record = session(random)
            ids.append(record["session"])
            folder = root / record["session"]
            folder.mkdir()
            (folder / "archive.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            segment.add(archived(record))
        segment.close()
    for run in range(RUNS, RUNS + VERIFICATIONS):
        segment = Segment(root, run, "verify")
        for begin in range(0, len(ids), BATCH):
            segment.add({"entry": "verified", "sessions": ids[begin : begin + BATCH]})
        segment.close()
    (root / "made").touch()


def run(command, home):
    """Time, processor time and peak of a command."""
    import pathlib
    import subprocess

    report = home / "report"
    strange = ("VMEDIA_", "XDG_", "HOME")
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(strange)}
    environment["HOME"] = str(home)
    script = pathlib.Path(__file__).resolve()
    subprocess.run([sys.executable, "-I", "-S", str(script), "--child", str(report), *command], env=environment, check=True)
    seconds, cpu, peak, floor, status = report.read_text(encoding="ascii").split()
    if int(status) != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {status}")
    return {"seconds": float(seconds), "cpu": float(cpu), "peak": int(peak), "floor": int(floor)}


def measure(binary, root, count, rounds, home):
    """The figures of all modes for one archive, the runs of a round one after the other."""
    import shlex
    from statistics import median

    find = f"find {shlex.quote(str(root))} -name archive.json | xargs cat > /dev/null"
    commands = {"find | xargs cat": ["/bin/sh", "-c", find]}
    commands.update({name: [binary, "catalog", str(root), "--no-progress", *words] for name, words in MODES.items()})
    for command in commands.values():
        run(command, home)
    taken = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command, home))
    reading = [round["seconds"] for round in taken["find | xargs cat"]]
    return [
        {
            "sessions": count,
            "what": name,
            "seconds": round(median(figure["seconds"] for figure in figures), 3),
            "cpu": round(median(figure["cpu"] for figure in figures), 3),
            "ratio": round(median(figure["seconds"] / peer for figure, peer in zip(figures, reading)), 2),
            "peak": max(figure["peak"] for figure in figures),
            "floor": max(figure["floor"] for figure in figures),
        }
        for name, figures in taken.items()
    ]


def table(results):
    """The results as text, in columns."""
    yield f"{'sessions':>9}  {'what':<18}{'time':>9}{'processor':>11}{'ratio':>8}{'peak':>11}{'a session':>12}"
    for result in results:
        each = result["seconds"] / result["sessions"] * 1e6
        # A peak at the floor is that of the process before the program began.
        mark = "<=" if result["peak"] <= result["floor"] * 1.02 else ""
        peak = f"{mark}{result['peak'] / 1e6:.1f} MB"
        yield (
            f"{result['sessions']:>9,}  {result['what']:<18}{result['seconds']:>7.2f} s{result['cpu']:>9.2f} s"
            f"{result['ratio']:>8.2f}{peak:>11}{each:>9.1f} us"
        )


def main():
    """Measures all sizes."""
    import argparse
    import json
    import pathlib
    import subprocess
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--sizes", default="1000,10000,100000", metavar="N,N,...")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--folder", metavar="DIR")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()

    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    if os.name != "posix":
        parser.error("this system does not say what a process took at its peak")
    results = []
    with tempfile.TemporaryDirectory(prefix="vmedia-catalog-") as home:
        home = pathlib.Path(home)
        folder = pathlib.Path(arguments.folder or home).resolve()
        for count in map(int, arguments.sizes.split(",")):
            try:
                make(folder / str(count), count)
                results += measure(binary, folder / str(count), count, arguments.rounds, home)
            except (subprocess.CalledProcessError, OSError, RuntimeError, ValueError) as error:
                sys.exit(f"not measured: {error}")
    print("\n".join(table(results)))
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        sys.exit(child(sys.argv[2], sys.argv[3:]))
    sys.exit(main())
