"""Starts programs, and ends exactly those.

A process is identified by its id and its start time, since an id alone may have been reused.
"""
import contextlib
import os
import signal
import subprocess
import time


def start(command, log=None, tethered=True, **more):
    """Starts `command` in a session of its own, so that Ctrl-C reaches only this program, which
    then ends its children in order. A tethered process is killed by the kernel when its parent ends
    without doing so; start it from the main thread, since that is its parent."""
    if tethered:
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
    # A gateway stops accepting connections as soon as it is asked to end: no client waits for it.
    more.setdefault("env", {"SESSION_GATEWAY_DRAIN_GRACE": "0s", **os.environ})
    if log is not None:
        more.update(stdout=log, stderr=subprocess.STDOUT)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **more)


def born(pid):
    """When process `pid` started, in clock ticks since boot; None if there is no such process, or
    if it has ended and only waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            # The name, in parentheses, may contain anything.
            fields = stat.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(pid, birth):
    """Whether the process with id `pid` that started at `birth` still runs."""
    return birth is not None and born(pid) == birth


def end(known, patience=10.0):
    """Ends all processes in `known`, pairs of id and birth: with SIGTERM, and after `patience`
    seconds with SIGKILL. Returns when none is left, or `patience` seconds after SIGKILL."""
    _signal(known, signal.SIGTERM)
    if not _gone(known, patience):
        _signal(known, signal.SIGKILL)
        _gone(known, patience)


def _signal(known, number):
    for pid, birth in known:
        if is_alive(pid, birth):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _gone(known, patience):
    limit = time.monotonic() + patience
    while any(is_alive(pid, birth) or _is_unwaited(pid, birth) for pid, birth in known):
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _is_unwaited(pid, birth):
    """Reaps a process that has ended, if it is a child of this one; returns whether it cannot be
    reaped yet: its last threads may take a moment. In a container whose first process does not reap
    others, nothing else would."""
    if birth is None:
        return False
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
