#!/usr/bin/env python3
"""Shows which file is left under the final name after the network, the provider or the machine failed: `vmedia` beside other downloaders.

Usage:
    cargo build --release
    python3 benches/faults.py [--binary PATH] [--tools LIST] [--cases LIST] [--quick] [--out FILE]

    --binary PATH   vmedia to try [default: target/release/vmedia]
    --tools LIST    of vmedia, curl, wget, wget2, aria2c, rclone, gallery-dl, yt-dlp [default: all that are installed]
    --cases LIST    such as A,B,F [default: all]
    --quick         vmedia and curl, the cases without long waits
    --out FILE      also write the table there

One server of this script causes the same faults for each of them, on loopback, with an object of 1 MiB. It speaks the part of the provider's API that
`vmedia` uses and checks no credentials, so that the others can use it too. Each program may try four times; a run that takes longer than a minute is
ended. Prints a Markdown table: exit status, and the file under the final name: absent, the right bytes, other bytes, half of the right ones, or a
mixture of two objects; and below it the command lines.

Fails (exit status 1) when the column of vmedia is not as expected. Linux and macOS.
"""

import argparse
import concurrent.futures
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SESSION = "5f0c2d6e-8a41-4b7d-9e13-c27b64a0f815"
ATTEMPT = "b41e9a70-36cd-4f52-8d08-1f7a5c93e2d4"
SECRET = "the-secret-of-the-fault-server"
SIZE = 1 << 20
LIMIT = 60


def recording(seed):
    """An MP4 by its first bytes, with a megabyte that no other seed has."""
    head = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
    block = hashlib.sha256(seed.encode()).digest()
    return (head + block * (SIZE // len(block) + 1))[:SIZE]


RIGHT = recording("right")
OLD = recording("old")
ERROR = b'{"status":"fail","code":"1104","message":"Internal error"}'
PAGE = b"<!DOCTYPE html><html><head><title>Please sign in</title></head><body>Please sign in</body></html>"

CASES = {
    "A": "body always cut in the middle",
    "B": "cut, then replaced by another object",
    "C": "503 with `Retry-After: 3`, once",
    "D": "429 with `Retry-After: 3`, once",
    "E": "404 for the second of three",
    "F": "200 with a JSON error as body",
    "F2": "200 with a sign-in page as body",
    "H": "stale partial file, right size, wrong bytes",
    "I": "complete partial file, as before a rename",
    "J": "SIGINT in the middle of the file",
    "K": "SIGTERM in the middle of the file",
    "L": "calls of fsync, fdatasync and syncfs for one file",
    "M": "carriage returns into a pipe in 4 s",
    "O": "a bit flipped under a signature",
    "O2": "the listing declares another size",
}
QUICK = ["A", "B", "E", "F", "F2", "H", "I", "O", "O2"]


class Server:
    """Breaks the wire in the way of one case, for one tool."""

    def __init__(self, case):
        self.case = case
        self.run = 1
        self.lock = threading.Lock()
        self.asked = []
        self.refused = None
        self.waited = None
        self.stalled = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.over = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.over.set()
        self.listener.close()

    def accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    byte = connection.recv(1)
                    if not byte:
                        return
                    head += byte
                first, *lines = head.decode("latin-1").split("\r\n")
                method, path, _ = first.split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
                self.answer(connection, method, path, headers)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(2)
                connection.recv(1)
            except OSError:
                pass  # The client has closed the connection.

    def answer(self, connection, method, path, headers):
        name = path.rsplit("/", 1)[1]
        if not path.startswith("/v1/media/"):
            body = self.listing(path)
            self.send(connection, method, 200, body, signature=body, content_type="application/json")
            return
        with self.lock:
            self.asked.append(path)
            again = self.refused is not None
            if again and self.waited is None:
                self.waited = time.monotonic() - self.refused
            if self.case in "CD" and not again:
                self.refused = time.monotonic()
        if self.case in "CD" and not again:
            status = 503 if self.case == "C" else 429
            self.send(connection, method, status, ERROR, signature=ERROR, extra="Retry-After: 3\r\n", content_type="application/json")
        elif self.case == "E" and name == "b.mp4":
            self.send(connection, method, 404, ERROR, signature=ERROR, content_type="application/json")
        elif self.case == "F":
            self.send(connection, method, 200, ERROR, signature=ERROR, content_type="application/json")
        elif self.case == "F2":
            self.send(connection, method, 200, PAGE, content_type="text/html")
        elif self.case == "O":
            flipped = bytearray(RIGHT)
            flipped[SIZE // 2] ^= 1
            self.send(connection, method, 200, bytes(flipped), signature=RIGHT)
        else:
            self.send_object(connection, method, headers)

    def send_object(self, connection, method, headers):
        whole = OLD if self.case == "B" and self.run == 1 else RIGHT
        tag = f'"{hashlib.sha256(whole).hexdigest()[:16]}"'
        status, body, extra = 200, whole, f"ETag: {tag}\r\nAccept-Ranges: bytes\r\n"
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        if wanted and headers.get("if-range", tag) == tag:
            begin, end = int(wanted[1]), min(int(wanted[2] or SIZE - 1), SIZE - 1)
            if begin >= SIZE:
                self.send(connection, method, 416, b"", extra=f"Content-Range: bytes */{SIZE}\r\n")
                return
            status, body = 206, whole[begin : end + 1]
            extra += f"Content-Range: bytes {begin}-{end}/{SIZE}\r\n"
        cut = self.case == "A" or (self.case == "B" and self.run == 1)
        self.send(connection, method, status, body, signature=whole, extra=extra, cut=cut)

    def send(self, connection, method, status, body, signature=None, extra="", content_type="video/mp4", cut=False):
        if signature is not None:
            extra += f"X-HMAC-SIGNATURE: {hmac.new(SECRET.encode(), signature, 'sha256').hexdigest()}\r\n"
        head = f"HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        connection.sendall(head.encode())
        if method == "HEAD":
            return
        half = body[: len(body) // 2]
        if cut:
            connection.sendall(half)
        elif self.case in "JK" and content_type == "video/mp4":
            connection.sendall(half)
            self.stall(connection)
        elif self.case == "M" and content_type == "video/mp4":
            for begin in range(0, len(body), len(body) // 40 + 1):
                connection.sendall(body[begin : begin + len(body) // 40 + 1])
                time.sleep(0.1)
        else:
            connection.sendall(body)

    def stall(self, connection):
        """Sends nothing more; a client that closes the connection is no longer in the middle of the file."""
        begun = time.monotonic()
        connection.settimeout(0.1)
        while not self.over.is_set():
            try:
                if not connection.recv(1):
                    break
            except TimeoutError:
                if time.monotonic() - begun > 1:
                    self.stalled = True

    def listing(self, path):
        if path.endswith("/attempts"):
            return json.dumps({"status": "success", "verifications": [{"id": ATTEMPT, "status": "approved"}]}).encode()
        size = SIZE + 1 if self.case == "O2" else SIZE
        videos = [{"id": name, "context": "selfid_video", "mimetype": "video/mp4", "size": size} for name in self.names()]
        return json.dumps({"status": "success", "images": [], "videos": videos}).encode()

    def names(self):
        return ["a.mp4", "b.mp4", "c.mp4"] if self.case == "E" else ["a.mp4"]

    def urls(self):
        return [f"{self.url}/v1/media/{name}" for name in self.names()]


def outputs(flag, names, urls):
    """`FLAG NAME URL` for each."""
    return [word for name, url in zip(names, urls) for word in [*flag, name, url]]


class Tool:
    """How to ask for files, where a run that broke off leaves its part, and how to ask it to go on."""

    def __init__(self, program, version, words, part="{name}", goes_on=()):
        self.program, self.version, self.words, self.part, self.goes_on = program, version, words, part, goes_on


TOOLS = {
    "vmedia": Tool("vmedia", r"vmedia (\S+)", None),
    "curl": Tool(
        "curl",
        r"curl (\S+)",
        lambda names, urls, loud: ["--fail", "--retry", "3", *([] if loud else ["-sS"]), *outputs(["-o"], names, urls)],
        goes_on=("-C", "-"),
    ),
    "wget": Tool("wget", r"Wget (\S+)", lambda names, urls, loud: ["--tries=4", "--retry-on-http-error=429,503", *urls], goes_on=("-c",)),
    "wget2": Tool("wget2", r"Wget2 (\S+)", lambda names, urls, loud: ["--tries=4", *urls], goes_on=("-c",)),
    "aria2c": Tool(
        "aria2c",
        r"version (\S+)",
        lambda names, urls, loud: ["--no-conf", "--max-tries=4", "--retry-wait=1", "-Z", *urls],
        goes_on=("-c",),
    ),
    "rclone": Tool(
        "rclone",
        r"rclone v(\S+)",
        lambda names, urls, loud: ["copyurl", "--config", "/dev/null", "--retries", "4", *([] if not loud else ["-P"]), urls[0], names[0]],
    ),
    "gallery-dl": Tool(
        "gallery-dl",
        r"(\S+)",
        lambda names, urls, loud: ["--config-ignore", "-R", "3", "-D", ".", "-o", "filename={filename}.{extension}", *urls],
        part="{name}.part",
    ),
    "yt-dlp": Tool(
        "yt-dlp",
        r"(\S+)",
        lambda names, urls, loud: ["--ignore-config", "--no-cache-dir", "--retries", "3", "-o", "%(id)s.%(ext)s", *urls],
        part="{name}.part",
    ),
}


def words_for(name, names, urls, loud=False, session=SESSION):
    """The arguments of a tool, without those that resume a partial file."""
    if name == "vmedia":
        return ["download", session, "--retries", "3", "--retry-delay", "0.2", "-o", "archive"]
    return TOOLS[name].words(names, urls, loud)


class Trial:
    """One tool in one case, in a folder of its own."""

    def __init__(self, name, program, case, folder):
        self.name, self.tool, self.program, self.case, self.folder = name, TOOLS[name], program, case, folder
        self.server = Server(case)
        self.said = b""

    def command(self, goes_on):
        words = words_for(self.name, self.server.names(), self.server.urls(), self.case == "M")
        return [self.program, *(self.tool.goes_on if goes_on else ()), *words]

    def run(self, goes_on=False, sends=None):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        if self.name == "vmedia":
            environment |= {"VMEDIA_BASE_URL": self.server.url, "VMEDIA_API_KEY": "key", "VMEDIA_API_SECRET": SECRET}
        command = self.command(goes_on)
        if self.case == "L":
            command = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,syncfs,sync", "-o", "calls", *command]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + LIMIT
        try:
            while sends and not self.server.stalled and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            if sends and process.poll() is None:
                process.send_signal(sends)
            self.said, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            self.said, _ = process.communicate()
            return "no end"
        return f"−{-process.returncode}" if process.returncode < 0 else str(process.returncode)

    def final(self, name):
        """The file under its final name, if it is there."""
        if self.name == "vmedia":
            return next(self.folder.glob(f"archive/*/data/*/selfid_video_{name[0]}*"), None)
        if self.name == "yt-dlp":
            # It makes a name of its own of what the address ends in.
            return next((path for path in self.folder.glob(f"{name[0]}*") if path.suffix != ".part"), None)
        path = self.folder / name
        return path if path.exists() else None

    def state(self, name="a.mp4"):
        path = self.final(name)
        if path is None:
            return "absent"
        found = path.read_bytes()
        if found == RIGHT:
            return "right"
        marked = " (marked)" if path.with_name(path.name + ".aria2").exists() else ""
        if len(found) == SIZE and (old := len(os.path.commonprefix([found, OLD]))) > SIZE // 4 and found[old:] == RIGHT[old:]:
            return "mixed"
        is_half = 0 < len(found) < SIZE and (RIGHT.startswith(found) or OLD.startswith(found))
        return ("half" if is_half or marked else "wrong") + marked

    def leave_part(self, content):
        """What a crashed run left."""
        if self.name == "vmedia":
            dead = self.folder / "archive/.vmedia/unfinished/0123456789abcdef"
            dead.mkdir(parents=True)
            (dead / ".tmpAbCdEf").write_bytes(content)
            return
        (self.folder / self.tool.part.format(name="a.mp4")).write_bytes(content)

    def judged(self):
        """Runs the case and says in a cell what came of it."""
        case = self.case
        if case == "B":
            self.run()
            self.server.run = 2
            return f"{self.run(goes_on=True)} {self.state()}"
        if case in "CD":
            code = self.run()
            waited = self.server.waited
            how = "gives up" if waited is None else "waits" if waited >= 3 else "too early"
            return f"{code} {self.state()}, {how}"
        if case == "E":
            if self.name == "rclone":
                return "takes one"
            code = self.run()
            rest = [self.state("a.mp4"), self.state("c.mp4")].count("right")
            names = "named" if b"b.mp4" in self.said else "not named"
            return f"{code} {names}, {rest} others"
        if case in "HI":
            self.leave_part(RIGHT if case == "I" else b"\0" * SIZE)
            return f"{self.run(goes_on=True)} {self.state()}"
        if case in "JK":
            code = self.run(sends=signal.SIGINT if case == "J" else signal.SIGTERM)
            return f"{code} {self.state()}"
        if case == "L":
            if not shutil.which("strace"):
                return "?"
            self.run()
            lines = (self.folder / "calls").read_text().splitlines()
            return str(sum("sync" in line and "resumed" not in line for line in lines))
        if case == "M":
            self.run()
            return str(self.said.count(b"\r"))
        code = self.run()
        note = ", reported" if case == "O2" and str(SIZE + 1).encode() in self.said else ""
        return f"{code} {self.state()}{note}"


EXPECTED = {
    "A": r"5 absent",
    "B": r"0 right",
    "C": r"0 right, waits",
    "D": r"0 right, waits",
    "E": r"7 named, 2 others",
    "F": r"7 absent",
    "F2": r"7 absent",
    "H": r"0 right",
    "I": r"0 right",
    "J": r"130 absent",
    "K": r"143 absent",
    "L": r"\?|[1-9]\d*",
    "M": r"0",
    "O": r"7 absent",
    "O2": r"0 right, reported",
}


def tried(name, program, case):
    with tempfile.TemporaryDirectory(prefix="vmedia-faults-") as folder:
        trial = Trial(name, program, case, pathlib.Path(folder))
        try:
            return name, case, trial.judged(), trial.said
        finally:
            trial.server.close()


def rewritten(program):
    """Case N: a bag whose payload, record and manifests were all rewritten; who finds it."""
    with tempfile.TemporaryDirectory(prefix="vmedia-faults-") as folder:
        trial = Trial("vmedia", program, "N", pathlib.Path(folder))
        trial.run()
        trial.server.close()
        file = trial.final("a.mp4")
        bag = file.parents[2]
        before = hashlib.sha256(file.read_bytes()).hexdigest()
        file.write_bytes(OLD)
        after = hashlib.sha256(OLD).hexdigest()
        tags = [bag / name for name in ("archive.json", "index.html", "manifest-sha256.txt")]
        for path in tags:
            path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        manifest = bag / "tagmanifest-sha256.txt"
        lines = [line.split("  ", 1)[1] for line in manifest.read_text(encoding="utf-8").splitlines()]
        digests = [(hashlib.sha256((bag / name).read_bytes()).hexdigest(), name) for name in lines]
        manifest.write_text("".join(f"{digest}  {name}\n" for digest, name in digests), encoding="utf-8")
        verify = subprocess.run([program, "verify", bag.parent], capture_output=True).returncode
        bagit = shutil.which("bagit.py")
        others = subprocess.run([bagit, "--validate", bag], capture_output=True).returncode if bagit else "not installed"
        return verify, others


def version(name, program):
    words = subprocess.run([program, "version" if name == "rclone" else "--version"], capture_output=True, text=True, timeout=LIMIT)
    found = re.search(TOOLS[name].version, words.stdout)
    return found[1].strip(",") if found else "?"


def main():
    # A shell may ignore it for background jobs, and child processes would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description="What stands under the final name after a fault.")
    parser.add_argument("--binary", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "target/release/vmedia")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    wanted = ["vmedia", "curl"] if arguments.quick else arguments.tools.split(",")
    cases = QUICK if arguments.quick else arguments.cases.split(",")
    programs = {name: str(arguments.binary.resolve()) if name == "vmedia" else shutil.which(name) for name in wanted}
    programs = {name: program for name, program in programs.items() if program and pathlib.Path(program).exists()}
    missing = [name for name in wanted if name not in programs]

    cells, failures = {}, []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        trials = [pool.submit(tried, name, program, case) for case in cases for name, program in programs.items()]
        for trial in concurrent.futures.as_completed(trials):
            name, case, cell, said = trial.result()
            cells[case, name] = cell
            if name == "vmedia" and not re.fullmatch(EXPECTED[case], cell):
                failures.append(f"{case}: {cell}, not {EXPECTED[case]}\n{said.decode(errors='replace')}")
    notes = []
    if "vmedia" in programs and not arguments.quick:
        verify, others = rewritten(programs["vmedia"])
        notes = ["", f"N: a bag whose payload and manifests were both rewritten: `vmedia verify` {verify}, `bagit.py --validate` {others}"]
        if verify != 8:
            failures.append(f"N: {verify}, not 8")
    lines = [
        "| | " + " | ".join(f"{name} {version(name, program)}" for name, program in programs.items()) + " |",
        "|---|" + "---|" * len(programs),
        *(f"| {case}: {CASES[case]} | " + " | ".join(cells[case, name] for name in programs) + " |" for case in cases),
        *notes,
        "",
        "| | command line; `URL` several times in E | in B, H and I also |",
        "|---|---|---|",
        *(
            f"| {name} | `{shlex.join([name, *words_for(name, ['NAME'], ['URL'], session='SESSION')])}` | "
            + (f"`{shlex.join(TOOLS[name].goes_on)}` |" if TOOLS[name].goes_on else "|")
            for name in programs
        ),
        "",
        f"{datetime.date.today():%Y-%m-%d}" + (f"; not installed: {', '.join(missing)}" if missing else ""),
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    if failures or "vmedia" in missing:
        sys.exit("\n".join(failures) or f"there is no {arguments.binary}: cargo build --release")


if __name__ == "__main__":
    main()
