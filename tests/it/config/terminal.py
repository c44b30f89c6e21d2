"""Plays a person at a terminal: starts a program on a pseudo-terminal of its own, waits for each question and answers it.

The first argument is JSON, [[question, answer], ...]; the others are the program and its arguments. <e9> in an answer is
that byte, which is no UTF-8, and an answer that begins with ! is a command of the shell, for what others do meanwhile.
Prints JSON: the program's status, all that the terminal showed, and whether it was left as it was found.
"""

import json
import os
import pty
import select
import subprocess
import sys
import termios
import time


def main() -> None:
    steps = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    before = termios.tcgetattr(terminal)
    shown = b""
    seen = 0
    deadline = time.monotonic() + 60
    over = False
    while not over:
        if steps and (at := shown.find(steps[0][0].encode(), seen)) >= 0:
            question, answer = steps.pop(0)
            seen = at + len(question.encode())
            if answer.startswith("!"):
                subprocess.run(answer[1:], shell=True, check=True)
            else:
                os.write(terminal, answer.encode().replace(b"<e9>", b"\xe9"))
            continue
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            print(json.dumps({"error": f"waits for {steps[:1]}", "shown": shown.decode(errors="replace")}))
            os.kill(child, 9)
            return
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b""
        shown += piece
        over = not piece
    _, status = os.waitpid(child, 0)
    after = termios.tcgetattr(terminal)
    print(
        json.dumps(
            {
                "status": os.waitstatus_to_exitcode(status),
                "shown": shown.decode(errors="replace"),
                "left": [question for question, _ in steps],
                "restored": before == after,
            }
        )
    )


main()
