#!/usr/bin/env python3
"""Feeds vmedia from a work queue of NATS JetStream. Each message holds a session id.

Usage:
    pip install nats-py
    nats stream add SESSIONS --subjects=sessions --retention=work --storage=file --defaults
    nats consumer add SESSIONS archive --pull --ack=explicit --wait=30s --max-pending=64 --max-deliver=10 --defaults
    NATS_URL=nats://127.0.0.1:4222 nats_worker.py SESSIONS archive vmedia download --stream --skip-complete --max-duration 1h -o /srv/evidence

A message is acknowledged when the event of its session says that nothing is left to do. One whose session failed is delivered again after a
minute, one without a session id never. When this program or vmedia is killed, the queue delivers again what was not acknowledged, to any worker.
vmedia is started again after --max-duration, so that its journal is sealed; it ends with SIGTERM, and with a status that no retry helps.
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
LATER = 60  # seconds after which a session that failed is delivered again
ALIVE = 10  # seconds between two signs of life; less than the consumer's wait
LONGEST = 1024 * 1024  # bytes of an event
GOES_ON = (0, 5, 7)  # statuses after which the next run may do more


class Run:
    """One run of vmedia and the messages that it has not answered."""

    def __init__(self, process):
        self.process = process
        self.lines = 0
        self.by_line = {}  # the number of a line: session, message
        self.by_session = collections.defaultdict(collections.deque)  # a session: the numbers of its lines

    async def feed(self, consumer):
        """Writes a line for each message, while few enough are unanswered."""
        while self.process.returncode is None:
            space = AT_ONCE - len(self.by_line)
            try:
                messages = await consumer.fetch(space, timeout=1) if space > 0 else await asyncio.sleep(0.05, [])
            except nats.errors.TimeoutError:
                continue
            for message in messages:
                session = message.data.decode("utf-8", "replace").strip()
                if not ID.fullmatch(session):
                    await message.term()
                    continue
                self.lines += 1
                self.by_line[self.lines] = (session, message)
                self.by_session[session].append(self.lines)
                self.process.stdin.write(f"{session}\n".encode())
            try:
                await self.process.stdin.drain()
            except ConnectionError:
                return

    def take(self, event):
        """The message that an event answers: of a session the first, as its events come in the order of its lines."""
        line = event["line"] if event["event"] == "line-rejected" else self.by_session[event["session"]].popleft()
        session, message = self.by_line.pop(line)
        if event["event"] == "line-rejected":
            self.by_session[session].remove(line)
        if not self.by_session[session]:
            del self.by_session[session]
        return message

    async def answer(self):
        """Answers a message for each event that ends one."""
        async for text in self.process.stdout:
            event = json.loads(text)
            match event["event"], event.get("exit"):
                case ("session-finished", "done") | ("session-erased-before", _):
                    await self.take(event).ack()
                case ("session-finished", "interrupted" | "terminated" | "out-of-time") | ("session-not-started", _):
                    await self.take(event).nak()
                case ("session-finished", _):
                    await self.take(event).nak(delay=LATER)
                case ("line-rejected", _):
                    await self.take(event).term()

    async def stay(self):
        """Keeps the queue from delivering what is under way to another worker."""
        while True:
            await asyncio.sleep(ALIVE)
            for _, message in list(self.by_line.values()):
                await message.in_progress()


async def work(stream, consumer, command):
    """Runs the command again and again, until it is stopped or no retry helps; returns its status."""
    client = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    source = await client.jetstream().pull_subscribe_bind(consumer, stream=stream)
    status, is_stopped = 0, False
    while status in GOES_ON and not is_stopped:
        pipe = asyncio.subprocess.PIPE
        run = Run(await asyncio.create_subprocess_exec(*command, "--format", "json", stdin=pipe, stdout=pipe, limit=LONGEST))

        def stop(process=run.process):
            nonlocal is_stopped
            is_stopped = True
            process.terminate()

        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop)
        tasks = [asyncio.create_task(run.feed(source)), asyncio.create_task(run.stay())]
        await run.answer()
        status = await run.process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, message in run.by_line.values():
            await message.nak()
    await client.flush()
    await client.close()
    return status


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(asyncio.run(work(sys.argv[1], sys.argv[2], sys.argv[3:])))
