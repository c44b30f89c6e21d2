"""The compared clients: each fetches every file of a load into a folder, and its time is that of its process.

A client that is not installed is reported and left out. Does not know how times are compared.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

from provider import KEY, SECRET


class Job:
    """What is to be fetched, from where, into which folder, by how many at once."""

    def __init__(self, load, base, target, workers, authority, binary):
        self.load, self.base, self.target, self.workers = load, base, target, workers
        self.authority, self.binary = authority, binary

    def urls(self):
        """Every medium's address and the name of its file."""
        return [(f"{self.base}/v1/media/{medium}", medium) for medium in self.load.media]


def _timed(command, job, environment=None, stdin=None):
    """Runs a command in the target; gives wall time and processor time."""
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=job.target, env=environment, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime}


def _whole(job, files, path):
    """Fails unless every file is there in full length: a client that loses files is not fast."""
    sizes = [file.stat().st_size for file in path if file.is_file()]
    if len(sizes) != files or any(size != job.load.length for size in sizes):
        raise RuntimeError(f"{len(sizes)} files instead of {files}, or of other lengths")


def curl(job, one=False):
    """`curl --parallel`, which neither hashes nor syncs. Where HTTP/2 is offered it takes it, unless it is to have none."""
    listed = job.target / "urls"
    listed.write_text("".join(f'url = "{url}"\noutput = "{name}"\n' for url, name in job.urls()), encoding="ascii")
    trust = ["--cacert", str(job.authority)] if job.base.startswith("https") else []
    protocol = ["--http1.1"] if one or not job.base.endswith("18444") else []
    command = ["curl", "--silent", "--no-progress-meter", "--fail", "--parallel", "--parallel-immediate", "--parallel-max", str(job.workers)]
    figures = _timed([*command, *protocol, *trust, "--config", str(listed)], job)
    _whole(job, len(job.load.media), (job.target / name for name in job.load.media))
    return figures


def curl_http1(job):
    """The same, over HTTP/1.1 although HTTP/2 is offered."""
    return curl(job, one=True)


def curl_and_sha256sum(job):
    """The same, and then the digests of all, as people do it by hand."""
    first = curl(job)
    names = "\n".join(job.load.media)
    begun = time.monotonic()
    subprocess.run(["xargs", "sha256sum"], cwd=job.target, input=names, text=True, stdout=subprocess.DEVNULL, check=True)
    return {**first, "wall": first["wall"] + time.monotonic() - begun}


def curl_and_sha256sum_and_sync(job):
    """The same, and then everything synced, file by file."""
    first = curl_and_sha256sum(job)
    names = "\n".join(job.load.media)
    begun = time.monotonic()
    subprocess.run(["xargs", "sync"], cwd=job.target, input=names, text=True, check=True)
    return {**first, "wall": first["wall"] + time.monotonic() - begun}


def aria2(job):
    """`aria2c`, one connection a file."""
    listed = job.target / "urls"
    listed.write_text("".join(f"{url}\n  out={name}\n" for url, name in job.urls()), encoding="ascii")
    trust = [f"--ca-certificate={job.authority}"] if job.base.startswith("https") else []
    command = ["aria2c", "--quiet", "--no-conf", f"--max-concurrent-downloads={job.workers}", "--max-connection-per-server=1"]
    figures = _timed([*command, "--split=1", "--file-allocation=none", *trust, f"--input-file={listed}"], job)
    _whole(job, len(job.load.media), (job.target / name for name in job.load.media))
    return figures


SAMPLE = """
import sys, requests
for line in sys.stdin:
    url, name = line.split()
    answer = requests.get(url, headers={"x-auth-client": "key"}, verify=sys.argv[1])
    with open(name, "wb") as file:
        if name.endswith("v"):
            for piece in answer.iter_content():
                file.write(piece)
        else:
            file.write(answer.content)
"""


def sample(job):
    """A client in the manner of the vendor's sample: one after the other, a connection for each, no check."""
    listed = job.target / "urls"
    listed.write_text("".join(f"{url} {name}\n" for url, name in job.urls()), encoding="ascii")
    with listed.open(encoding="ascii") as stdin:
        figures = _timed([sys.executable, "-c", SAMPLE, str(job.authority)], job, stdin=stdin)
    _whole(job, len(job.load.media), (job.target / name for name in job.load.media))
    return figures


def vmedia(job):
    """vmedia: lists, fetches, checks signatures, hashes, syncs, and writes bags."""
    listed = job.target / "ids"
    listed.write_text("".join(f"{session}\n" for session in job.load.sessions), encoding="ascii")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(job.target), "VMEDIA_BASE_URL": job.base, "VMEDIA_API_KEY": KEY, "VMEDIA_API_SECRET": SECRET,
    }
    trust = ["--ca-cert", str(job.authority)] if job.base.startswith("https") else []
    flags = ["-j", str(job.workers), "--quiet", "--no-progress", "--insecure-http", "-o", "archive"]
    figures = _timed([job.binary, "download", "--from", str(listed), *flags, *trust], job, environment)
    _whole(job, len(job.load.media), (job.target / "archive").glob("*/data/*/*"))
    record = next((job.target / "archive").glob("*/archive.json")).read_text(encoding="utf-8")
    if '"held"' not in record:
        raise RuntimeError("the signatures were not checked")
    return figures


def installed(client):
    """Whether the client can run here."""
    if client is sample:
        return subprocess.run([sys.executable, "-c", "import requests"], capture_output=True, check=False).returncode == 0
    if client is vmedia:
        return True
    return shutil.which("aria2c" if client is aria2 else "curl") is not None


def fresh(folder):
    """An empty folder in place of what was there."""
    target = pathlib.Path(folder)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    return target
