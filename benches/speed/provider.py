"""The files of a provider with Veriff's API, served by nginx: listings and media with the signatures of the API, in sessions of a few files. Every client fetches
the same bytes from the same server.

Does not know the clients.
"""

import contextlib
import hashlib
import hmac
import json
import os
import random
import shutil
import socket
import subprocess
import time

KEY, SECRET = "benchmark-key", "benchmark-secret"
_HEAD = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00",
    "video/mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42",
}


class Load:
    """Files of one length in sessions: made in `folder` as nginx serves them."""

    def __init__(self, folder, name, files, length, each, mimetype):
        self.folder, self.name, self.files, self.length, self.each = folder / name, name, files, length, each
        self.mimetype = mimetype
        self.sessions = []
        self.media = []
        self.signatures = {}
        self._make()

    def _put(self, path, body):
        target = self.folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        self.signatures[path] = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    def _make(self):
        noise = random.Random(1).randbytes(1_000_000)
        for number in range(0, self.files, self.each):
            session, attempt = f"{number:08x}-1111-4111-8111-000000000000", f"{number:08x}-2222-4222-8222-000000000000"
            entries = []
            for file in range(number, min(number + self.each, self.files)):
                medium = f"{file:08x}-3333-4333-8333-000000000000"
                head = _HEAD[self.mimetype] + file.to_bytes(8, "big")
                body = (head + noise * (self.length // len(noise) + 1))[: self.length]
                self._put(f"/v1/media/{medium}", body)
                self.media.append(medium)
                entries.append({"id": medium, "context": "document-front", "size": self.length, "mimetype": self.mimetype})
            kind = "videos" if self.mimetype.startswith("video/") else "images"
            listing = json.dumps({"status": "success", "images": [], "videos": [], kind: entries}).encode()
            attempts = json.dumps({"status": "success", "verifications": [{"id": attempt, "status": "approved"}]}).encode()
            self._put(f"/v1/sessions/{session}/attempts", attempts)
            self._put(f"/v1/sessions/{session}/media", listing)
            self._put(f"/v1/attempts/{attempt}/media", listing)
            self.sessions.append(session)


def certificate(folder, addresses):
    """A certificate for these addresses, and the authority that vouches for it."""
    names = ",".join(f"IP:{address}" for address in addresses)
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    authority = ["-keyout", "authority-key.pem", "-out", "authority.pem", "-subj", "/CN=benchmark authority"]
    leaf = ["-keyout", "key.pem", "-out", "certificate.pem", "-subj", "/CN=benchmark", "-CA", "authority.pem", "-CAkey", "authority-key.pem"]
    extensions = ["-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE"]
    for command in ([*new, *authority], [*new, *leaf, *extensions]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _configuration(folder, load, address, ports):
    """nginx for one load: plain, TLS, and TLS with HTTP/2."""
    plain, tls, two = ports
    map_file = folder / "signatures.conf"
    map_file.write_text("".join(f"{path} {value};\n" for path, value in load.signatures.items()), encoding="ascii")
    server = f"""
        root {load.folder};
        add_header X-HMAC-SIGNATURE $signature;
        location /v1/media/ {{ default_type {load.mimetype}; }}
        location / {{ default_type application/json; }}
    """
    secure = f"ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem; ssl_session_cache shared:tls:1m;"
    return f"""
    worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; user root;
    events {{ worker_connections 1024; }}
    http {{
        access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; keepalive_timeout 600s;
        types {{ }}
        client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
        uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
        map_hash_max_size 65536; map_hash_bucket_size 256;
        map $uri $signature {{ include {map_file}; }}
        server {{ listen {address}:{plain}; {server} }}
        server {{ listen {address}:{tls} ssl; {secure} {server} }}
        server {{ listen {address}:{two} ssl http2; http2_max_concurrent_streams 256; {secure} {server} }}
    }}
    """


@contextlib.contextmanager
def served(folder, load, address, namespace=None):
    """The load on that address; gives the base URLs: plain, TLS, TLS with HTTP/2."""
    ports = (18080, 18443, 18444)
    path = folder / "nginx.conf"
    path.write_text(_configuration(folder, load, address, ports), encoding="ascii")
    prefix = ["ip", "netns", "exec", namespace] if namespace else []
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([*prefix, nginx, "-p", str(folder), "-c", str(path)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection((address, ports[0]), timeout=1):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"nginx does not answer: {(folder / 'error.log').read_text(encoding='utf-8')[-500:]}")
        yield {
            "http": f"http://{address}:{ports[0]}",
            "tls": f"https://{address}:{ports[1]}",
            "http2": f"https://{address}:{ports[2]}",
        }
    finally:
        server.terminate()
        server.wait()


def available():
    """What is missing to serve."""
    return [name for name in ("nginx", "openssl") if not (shutil.which(name) or os.path.exists(f"/usr/sbin/{name}"))]
