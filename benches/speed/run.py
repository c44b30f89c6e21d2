#!/usr/bin/env python3
"""Compares `vmedia download` with other clients, on the same files, in one run: ratios of wall time.

Usage:
    cargo build --release
    python3 benches/speed/run.py [--binary PATH] [--case NAME]... [--rounds N] [--small] [--out FILE]

    --case NAME   start, images, images-tls, disk, videos, small, far-30, far-80, far-80-http2, sample [default: all]
    --rounds N    rounds [default: 3]; in each, the clients take turns, and the median of their ratios counts
    --small       a tenth of the files, to test the script

    start         `--version` fifty times
    images        2,000 files of 250 kB in 200 sessions, loopback, 8 at once, http, in memory (TMPDIR or /dev/shm)
    images-tls    the same over TLS
    disk          the same over http, on the disk below this repository, synced
    videos        8 files of 200 MB in 4 sessions, loopback, 8 at once
    small         3,000 files of 2 kB in 300 sessions, loopback, 16 at once
    far-30, -80   images over TLS and a link with 30 or 80 ms round trip, 32 at once; Linux with root
    far-80-http2  the same with HTTP/2, which curl uses, and curl without it
    sample        60 files of 250 kB at 30 ms, beside a client like the vendor's sample

nginx serves everything, including listings and signatures. vmedia lists, checks signatures, hashes, syncs and writes bags in its time; the others only
download, unless their name says more. Figures are relative to `curl --parallel` = 1.00.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import clients
import link
import provider

IMAGES = ("images", 2000, 250_000, 10, "image/jpeg")
CASES = {
    "start": (None, "", 1, 0, []),
    "images": (IMAGES, "http", 8, 0, [clients.curl, clients.curl_and_sha256sum, clients.aria2, clients.vmedia]),
    "images-tls": (IMAGES, "tls", 8, 0, [clients.curl, clients.curl_and_sha256sum, clients.aria2, clients.vmedia]),
    "disk": (IMAGES, "http", 8, 0, [clients.curl, clients.curl_and_sha256sum_and_sync, clients.aria2, clients.vmedia]),
    "videos": (("videos", 8, 200_000_000, 2, "video/mp4"), "http", 8, 0, [clients.curl, clients.curl_and_sha256sum, clients.aria2, clients.vmedia]),
    "small": (("small", 3000, 2000, 10, "image/jpeg"), "http", 16, 0, [clients.curl, clients.curl_and_sha256sum, clients.aria2, clients.vmedia]),
    "far-30": (IMAGES, "tls", 32, 0.03, [clients.curl, clients.aria2, clients.vmedia]),
    "far-80": (IMAGES, "tls", 32, 0.08, [clients.curl, clients.aria2, clients.vmedia]),
    "far-80-http2": (IMAGES, "http2", 32, 0.08, [clients.curl, clients.curl_http1, clients.vmedia]),
    "sample": (("sample", 60, 250_000, 10, "image/jpeg"), "tls", 16, 0.03, [clients.curl, clients.sample, clients.vmedia]),
}


def rounds(case, arguments, home, work):
    """The figures of every client in every round."""
    (name, files, length, each, mimetype), base, workers, round_trip, wanted = CASES[case]
    load = provider.Load(home, name, files // arguments.share, length, each, mimetype)
    figures = {client.__name__: [] for client in wanted if clients.installed(client)}

    def measure(address, namespace):
        with provider.served(home, load, address, namespace) as bases:
            for number in range(arguments.rounds):
                for client in (client for client in wanted if client.__name__ in figures):
                    target = clients.fresh(work / f"{client.__name__}-{number}")
                    job = clients.Job(load, bases[base], target, workers, home / "authority.pem", arguments.binary)
                    figures[client.__name__].append(client(job))
                    # A disk that has just freed so many files takes longer to create new ones, for any client.
                    if case != "disk":
                        clients.fresh(target)

    if round_trip:
        with link.link(round_trip) as namespace:
            measure(link.SERVER, namespace)
    else:
        measure("127.0.0.1", None)
    return figures


def starts(arguments):
    """How long the programs take to say their version; each figure is that of one start."""

    def once(program):
        begun = time.monotonic()
        subprocess.run([program, "--version"], capture_output=True, check=True)
        return {"wall": time.monotonic() - begun, "cpu": 0.0}

    figures = {"curl": [], "vmedia": []}
    for _ in range(50):
        figures["curl"].append(once("curl"))
        figures["vmedia"].append(once(arguments.binary))
    return figures


def lines(case, figures):
    """The figures of a case as lines, and as data."""
    _, _, workers, round_trip, _ = CASES[case]
    result = {"case": case, "clients": {}}
    yield f"{case}: {workers} at once" + (f", {round_trip * 1000:.0f} ms of round trip" if round_trip else ""), None
    for name, measured in figures.items():
        ratios = [mine["wall"] / theirs["wall"] for mine, theirs in zip(measured, figures["curl"])]
        median = {key: statistics.median(one[key] for one in measured) for key in ("wall", "cpu")}
        result["clients"][name] = {"ratio": statistics.median(ratios), "ratios": ratios, **median}
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        yield (
            f"  {name.replace('_and_', ' + '):<28}{statistics.median(ratios):>7.2f}  ({spread})  {median['wall']:>9.4f} s"
            f"{median['cpu']:>8.2f} s of processor"
        ), None
    yield "", result


def main():
    """Measures the cases and prints them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/vmedia", metavar="PATH")
    parser.add_argument("--case", action="append", choices=CASES, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", metavar="FILE")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)
    arguments.share = 10 if arguments.small else 1
    if missing := provider.available():
        parser.error(f"missing: {', '.join(missing)}")
    versions = [subprocess.run([name, "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0] for name in ("curl", arguments.binary)]
    print("; ".join(versions))
    memory = os.environ.get("TMPDIR") or ("/dev/shm" if os.path.isdir("/dev/shm") else None)
    results = []
    for case in arguments.case or CASES:
        if CASES[case][3] and not link.possible():
            print(f"{case}: not measured, a link with a round trip takes Linux, root and /dev/net/tun\n")
            continue
        with tempfile.TemporaryDirectory(prefix="vmedia-speed-", dir=memory) as home, tempfile.TemporaryDirectory(
            prefix="vmedia-speed-", dir=os.path.abspath("target") if case == "disk" else memory
        ) as work:
            provider.certificate(pathlib.Path(home), ["127.0.0.1", link.SERVER])
            try:
                figures = starts(arguments) if case == "start" else rounds(case, arguments, pathlib.Path(home), pathlib.Path(work))
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                sys.exit(f"{case} not measured: {error}")
        for line, result in lines(case, figures):
            print(line, flush=True)
            results += [result] if result else []
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
