#!/usr/bin/env python3
"""Measures the peak memory of `vmedia download`: many small files, a few large ones, and listings made to exhaust memory.

Usage:
    cargo build --release
    python3 benches/memory.py [--binary PATH] [--small] [--out FILE]

    --binary PATH   program to measure [default: target/release/vmedia]
    --small         fewer and smaller files, to test the script
    --out FILE      also write the figures there, as JSON

The files are made in a temporary folder (TMPDIR), served by `vmedia sandbox --data`, and fetched by `vmedia download` in its own process, whose peak the
system reports when it ends. The sandbox is not counted. Both loads together need about 4 GB of disk. A server of this script sends the listings made to exhaust
memory.

Fails (exit status 1) when a peak is above 45 MB, or above 200 MB with such listings. Megabytes are millions of bytes. Linux and macOS only.
"""

import os
import sys

# The child must be a small process: until a new program runs in it, a process counts as large as the one that started
# it. That is why nothing else is imported up here.

SESSION = "5f0c2d6e-8a41-4b7d-9e13-c27b64a0f815"
ATTEMPT = "b41e9a70-36cd-4f52-8d08-1f7a5c93e2d4"
LIMIT = 45_000_000
HOSTILE_LIMIT = 200_000_000
BLOCK = 1_000_000


def peak_of(usage):
    """Bytes of a peak: the systems disagree on the unit."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def child(report, command):
    """Runs the command, and writes to `report` its own peak before that, the command's peak, and its status."""
    import resource

    floor = peak_of(resource.getrusage(resource.RUSAGE_SELF))
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    code = os.waitstatus_to_exitcode(status)
    with open(report, "w", encoding="ascii") as file:
        file.write(f"{floor} {peak_of(usage)} {code}\n")
    return code if code >= 0 else 128 - code


def start_of(extension):
    """The bytes by which the type of a file is known."""
    if extension == "jpg":
        return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"


def write_files(folder, load, block):
    """Makes the load's files. Every one differs from the others, and none has a hole."""
    attempt = folder / SESSION / ATTEMPT
    attempt.mkdir(parents=True)
    for number in range(1, load["files"] + 1):
        left = load["bytes"]
        with open(attempt / f"document-front-{number:04}.{load['extension']}", "wb") as file:
            piece = start_of(load["extension"]) + number.to_bytes(8, "big") + block
            while left > 0:
                left -= file.write(piece[:left])
                piece = block


def own_environment(home):
    """An environment with nothing of the person who measures: no configuration, no credentials, no proxy."""
    strange = ("VMEDIA_", "XDG_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HOME")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(strange)}
    return kept | {"HOME": str(home)}


def payload(archive):
    """How many media files the archive holds, and how many bytes."""
    sizes = [path.stat().st_size for path in (archive / SESSION / "data").rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def measure(binary, load, block, home):
    """The load with its figures: peak, and the floor below which a peak cannot be seen."""
    import pathlib
    import subprocess
    import time

    data, archive, report = home / "data", home / "archive", home / "report"
    write_files(data, load, block)
    environment = own_environment(home)
    script = pathlib.Path(__file__).resolve()
    python = [sys.executable, "-I", "-S", str(script), "--child", str(report)]
    download = [binary, "download", SESSION, "-o", str(archive), "--quiet", "--no-progress"]
    begun = time.monotonic()
    subprocess.run(
        [binary, "sandbox", "--data", str(data), "--", *python, *download],
        env=environment,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.monotonic() - begun
    floor, peak, status = (int(number) for number in report.read_text(encoding="ascii").split())
    if status != 0:
        raise RuntimeError(f"{load['name']}: the download ended with {status}, and the status was not passed on")
    expected = load["files"], load["files"] * load["bytes"]
    if payload(archive) != expected:
        raise RuntimeError(f"{load['name']}: {payload(archive)} files and bytes were archived, not {expected}")
    return {**load, "peak": peak, "floor": floor, "seconds": round(seconds, 1)}


def answers(listing):
    """A server that gives every session this listing, and no attempts."""
    import hashlib
    import hmac
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = b'{"verifications":[]}' if self.path.endswith("/attempts") else listing
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-HMAC-SIGNATURE", hmac.new(b"secret", body, hashlib.sha256).hexdigest())
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                # A caller that finds no room for an answer goes away.
                self.close_connection = True

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure_listings(binary, load, home):
    """The load of a run whose sessions all have this listing."""
    import pathlib
    import subprocess
    import time

    server = answers(load["listing"])
    report = home / "report"
    environment = own_environment(home)
    environment["VMEDIA_BASE_URL"] = f"http://127.0.0.1:{server.server_address[1]}"
    environment |= {"VMEDIA_API_KEY": "key", "VMEDIA_API_SECRET": "secret"}
    script = pathlib.Path(__file__).resolve()
    python = [sys.executable, "-I", "-S", str(script), "--child", str(report)]
    sessions = [f"s{number}" for number in range(load["sessions"])]
    download = [binary, "download", *sessions, "-o", str(home / "archive"), "--quiet", "--no-progress", *load["words"]]
    begun = time.monotonic()
    subprocess.run([*python, *download], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - begun
    server.shutdown()
    floor, peak, status = (int(number) for number in report.read_text(encoding="ascii").split())
    if status != load["status"]:
        raise RuntimeError(f"{load['name']}: the download ended with {status}")
    named = {"name": load["name"], "limit": HOSTILE_LIMIT, "sessions": load["sessions"]}
    return {**named, "peak": peak, "floor": floor, "seconds": round(seconds, 1)}


def table(results):
    """The results as text, in columns."""
    yield f"{'load':<24}{'peak':>10}{'time':>10}"
    for result in results:
        # A peak at the floor is that of the process before the program began.
        mark = "<=" if result["peak"] <= result["floor"] else ""
        peak = f"{mark}{result['peak'] / 1e6:.1f} MB"
        yield f"{result['name']:<24}{peak:>10}{result['seconds']:>8.1f} s"


def verdict(results):
    """What is wrong with the results, in sentences."""
    for result in results:
        limit = result.get("limit", LIMIT)
        if result["peak"] > limit:
            yield f"{result['name']}: the peak of {result['peak'] / 1e6:.1f} MB is above {limit / 1e6:.0f} MB"


def main():
    """Measures both loads and judges them."""
    import argparse
    import json
    import pathlib
    import random
    import subprocess
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()

    binary = os.path.abspath(arguments.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} is no program; build it with: cargo build --release")
    if os.name != "posix":
        parser.error("this system does not say what a process took at its peak")
    share = 10 if arguments.small else 1
    loads = [
        {"name": "many small files", "files": 1_000 // share, "bytes": 250_000 // share, "extension": "jpg"},
        {"name": "a few large files", "files": 8, "bytes": 200_000_000 // share, "extension": "mp4"},
    ]
    block = random.Random(1).randbytes(BLOCK)
    results = []
    for load in loads:
        with tempfile.TemporaryDirectory(prefix="vmedia-memory-") as home:
            try:
                results.append(measure(binary, load, block, pathlib.Path(home)))
            except (subprocess.CalledProcessError, OSError, RuntimeError, ValueError) as error:
                sys.exit(f"not measured: {error}")
    listings = [
        {
            "name": "16 with 83,000 entries",
            "sessions": 16,
            "listing": b'{"images":[' + b'{"id":1},' * 83_000 + b'{"id":1}]}',
            "words": [],
            "status": 4,
        },
        {
            "name": "40 of 14.8 MB, -j 64",
            "sessions": 40,
            "listing": b'{"images":[],"x":[' + (b'"' + b"x" * 58 + b'",') * 242_000 + b"1]}",
            "words": ["--jobs", "64"],
            "status": 0,
        },
    ]
    for load in listings:
        with tempfile.TemporaryDirectory(prefix="vmedia-memory-") as home:
            try:
                results.append(measure_listings(binary, load, pathlib.Path(home)))
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
    if sys.argv[1:2] == ["--child"]:
        sys.exit(child(sys.argv[2], sys.argv[3:]))
    sys.exit(main())
