"""python spawn.py COMMAND…: run it with its output thrown away; print exit code, seconds and peak memory in KiB.

A process inherits the peak memory of the one that starts it, so that one must be small: this one, which imports
nothing that is large.
"""

import os
import sys
import time

if __name__ == "__main__":
    command = sys.argv[1:]
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform != "darwin" else 1024
    print(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss // unit)
