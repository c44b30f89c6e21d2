#!/usr/bin/env python3
"""Feeds vmedia from a work queue of NATS JetStream. Each message holds a session id.

Usage:
    pip install nats-py
    nats stream add SESSIONS --subjects=sessions --retention=work --storage=file --defaults
    nats consumer add SESSIONS archive --pull --ack=explicit --wait=30s --max-pending=64 --max-deliver=10 --defaults
    NATS_URL=nats://127.0.0.1:4222 nats_worker.py SESSIONS archive vmedia download --stream --skip-complete --max-duration 1h -o /srv/evidence

A message is acknowledged when the event of its session says that nothing is left to do; with --ship, when the session is in the bucket. One whose
session failed is delivered again after a minute (RETRY_AFTER, in seconds), one without a session id never. When this program or vmedia is killed, the queue delivers again
what was not acknowledged, to any worker. vmedia is started again after --max-duration, so that its journal is sealed; it ends with SIGTERM, and
with a status that no retry helps.
"""

import asyncio
import collections
import json
import os
import re
import signal
import sys

import nats

ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
AT_ONCE = 64  # messages that are out at the same time
LATER = float(os.environ.get("RETRY_AFTER", "60"))  # seconds after which a session that failed is delivered again
LONGEST = 1024 * 1024  # bytes of an event
GOES_ON = (0, 5, 7)  # statuses after which the next run may do more


class Run:
    """One run of vmedia and the messages that it has not answered."""

    def __init__(self, process, ships):
        self.process = process
        self.ships = ships
        self.lines = 0
        self.open = {}  # the number of a line: its message
        self.by_session = collections.defaultdict(collections.deque)  # a session: its lines without an end
        self.unshipped = collections.defaultdict(list)  # a session's folder: its lines that wait for the bucket
        self.shipped = {}  # a session's folder: how its shipping ended, if that was before the session's end

    async def feed(self, consumer):
        """Writes a line for each message, while few enough are unanswered."""
        while self.process.returncode is None:
            space = AT_ONCE - len(self.open)
            try:
                messages = await consumer.fetch(space, timeout=1) if space > 0 else await asyncio.sleep(0.05, [])
            except asyncio.TimeoutError:  # also that of nats
                continue
            except nats.errors.Error as error:  # the server is away, or answers that it is busy
                print(f"nats: {error}", file=sys.stderr)
                await asyncio.sleep(1)
                continue
            for message in messages:
                session = message.data.decode("utf-8", "replace").strip()
                if not ID.fullmatch(session):
                    await message.term()
                    continue
                self.lines += 1
                self.open[self.lines] = message
                self.by_session[session].append(self.lines)
                self.shipped.pop(session, None)
                self.process.stdin.write(f"{session}\n".encode())
            try:
                await self.process.stdin.drain()
            except ConnectionError:
                return

    def ended(self, event):
        """The line that an event ends: of a session the first, as its events come in the order of its lines."""
        lines = self.by_session[event["session"]]
        line = lines.popleft()
        if not lines:
            del self.by_session[event["session"]]
        return line

    async def answer(self, line, exit_code):
        """Answers the message of a line by how its session ended."""
        message = self.open.pop(line)
        if exit_code == "done":
            await message.ack()
        elif exit_code in ("interrupted", "terminated", "out-of-time"):
            await message.nak()
        else:
            print(f"{message.data.decode()}: {exit_code}; again in {LATER:g} s", file=sys.stderr)
            await message.nak(delay=LATER)

    async def listen(self):
        """Takes the events of the run."""
        async for text in self.process.stdout:
            event = json.loads(text)
            match event["event"]:
                case "session-finished":
                    line, folder = self.ended(event), os.path.basename(event["folder"])
                    # Without a folder the bucket had the session before, or there is nothing of it.
                    if event["exit"] != "done" or not self.ships or not os.path.isdir(event["folder"]):
                        await self.answer(line, event["exit"])
                    elif folder in self.shipped:
                        await self.answer(line, self.shipped.pop(folder))
                    else:
                        self.unshipped[folder].append(line)
                case "session-shipped":
                    waiting = self.unshipped.pop(event["folder"], [])
                    for line in waiting:
                        await self.answer(line, event["exit"])
                    if not waiting:
                        self.shipped[event["folder"]] = event["exit"]
                case "session-erased-before":
                    await self.answer(self.ended(event), "done")
                case "session-not-started":
                    await self.answer(self.ended(event), "interrupted")
                case "line-rejected":
                    message = self.open.pop(event["line"])
                    lines = self.by_session[message.data.decode().strip()]
                    lines.remove(event["line"])
                    await message.term()

    async def stay(self, wait):
        """Keeps the queue from delivering what is under way to another worker; it does so after `wait` seconds without a sign of life."""
        while True:
            await asyncio.sleep(wait / 3)
            for message in list(self.open.values()):
                await message.in_progress()


async def work(stream, consumer, command):
    """Runs the command again and again, until it is stopped or no retry helps; returns its status."""
    client = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    source = await client.jetstream().pull_subscribe_bind(consumer, stream=stream)
    wait = (await source.consumer_info()).config.ack_wait
    ships = any(word.split("=")[0] == "--ship" for word in command)
    status, is_stopped = 0, False
    while status in GOES_ON and not is_stopped:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, "--format", "json", stdin=pipe, stdout=pipe, limit=LONGEST)
        run = Run(process, ships)

        def stop(process=process):
            nonlocal is_stopped
            is_stopped = True
            process.terminate()

        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        tasks = [asyncio.create_task(run.feed(source)), asyncio.create_task(run.stay(wait))]
        await run.listen()
        status = await process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for message in run.open.values():
            await message.nak()
    await client.flush()
    await client.close()
    return status


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(asyncio.run(work(sys.argv[1], sys.argv[2], sys.argv[3:])))
