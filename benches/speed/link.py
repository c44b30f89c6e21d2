"""A network link with a round trip, between two network namespaces: packets from one TUN device enter the other after half of the round trip. The kernel's own
TCP runs on both sides, so slow start, windows and congestion are real.

Does not know what is sent over it. Linux with root, `ip` and /dev/net/tun only.
"""

import collections
import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

SERVER = "10.77.0.2"
CLIENT = "10.77.0.1"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET = 65_536
# Packets that wait beyond this are lost, as in a router; a second at gigabit speed.
_WAITING = 100_000


def possible():
    """Whether this machine lets us make such a link."""
    return sys.platform == "linux" and os.geteuid() == 0 and os.path.exists("/dev/net/tun")


def _device(name):
    """Opens a TUN device in the namespace that this process is in."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


def _carry(near, far, delay):
    """Carries packets both ways for ever."""
    ways = {near: (far, collections.deque()), far: (near, collections.deque())}
    poll = select.poll()
    for device in ways:
        poll.register(device, select.POLLIN)
    while True:
        due = min((queue[0][0] for _, queue in ways.values() if queue), default=None)
        wait = None if due is None else max(0.0, (due - time.monotonic()) * 1000)
        poll.poll(wait)
        now = time.monotonic()
        for device, (other, queue) in ways.items():
            # Bounded, so that one direction cannot starve the other.
            for _ in range(64):
                try:
                    packet = os.read(device, _PACKET)
                except BlockingIOError:
                    break
                if len(queue) < _WAITING:
                    queue.append((now + delay, packet))
            while queue and queue[0][0] <= now:
                with contextlib.suppress(BlockingIOError, OSError):
                    os.write(other, queue[0][1])
                queue.popleft()


def main(namespace, delay):
    """Makes both devices, then carries packets. Runs in the client's namespace and looks once into the server's."""
    near = _device("vmclient")
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    os.setns(there, os.CLONE_NEWNET) if hasattr(os, "setns") else _setns(there)
    far = _device("vmserver")
    os.setns(home, os.CLONE_NEWNET) if hasattr(os, "setns") else _setns(home)
    for prefix, name, address, peer in (
        ([], "vmclient", CLIENT, SERVER),
        (["ip", "netns", "exec", namespace], "vmserver", SERVER, CLIENT),
    ):
        subprocess.run([*prefix, "ip", "addr", "add", address, "peer", peer, "dev", name], check=True)
        subprocess.run([*prefix, "ip", "link", "set", name, "up", "mtu", "1500", "txqueuelen", "10000"], check=True)
    print("ready", flush=True)
    _carry(near, far, delay)


def _setns(descriptor):
    """Python before 3.12 has no word for it."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def link(round_trip):
    """A link with that many seconds of round trip; gives the namespace to start the server in."""
    namespace = f"vmedia-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    process = None
    try:
        subprocess.run(["ip", "netns", "exec", namespace, "ip", "link", "set", "lo", "up"], check=True)
        process = subprocess.Popen([sys.executable, __file__, namespace, str(round_trip / 2)], stdout=subprocess.PIPE, text=True)
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the link could not be made")
        yield namespace
    finally:
        if process:
            process.kill()
            process.wait()
        subprocess.run(["ip", "netns", "del", namespace], check=False)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
