"""Starting programs and ending exactly them.

A process is known by its id and the time it started: an id alone may by now be another's.
"""
import contextlib
import os
import signal
import subprocess
import time


def start(command, log=None, tethered=True, **more):
    """Starts `command`, in a session of its own: a Ctrl-C is for whoever started it, who then
    ends its children in order. A tethered one is killed by the kernel when its parent ends
    without doing so; it must be started from the main thread, since that is the parent."""
    if tethered:
        command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
    # A gateway among them closes its doors at once when it is told to end: nobody waits for it.
    # What the build was told is no setting, and would be refused as one.
    told = {name: value for name, value in os.environ.items() if name != "SESSION_GATEWAY_COMMIT"}
    more.setdefault("env", {"SESSION_GATEWAY_DRAIN_GRACE": "0s", **told})
    if log is not None:
        more.update(stdout=log, stderr=subprocess.STDOUT)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **more)


def born(pid):
    """When process `pid` started, in clock ticks after boot; None when there is none, or when
    it has ended and is only waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            # The name, in parentheses, may hold anything.
            fields = stat.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(pid, birth):
    """Whether the process that had `pid` and started at `birth` still runs."""
    return birth is not None and born(pid) == birth


def end(known, patience=10.0):
    """Ends all processes in `known`, pairs of id and birth: asks each, and after `patience`
    seconds no longer asks. Returns when none is left."""
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
    """Waits for a process that has ended, if it is a child of this one, and says whether it is
    still there to be waited for: its last threads may take a moment. Nobody else would wait for
    it in a container whose first process does not."""
    if birth is None:
        return False
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
