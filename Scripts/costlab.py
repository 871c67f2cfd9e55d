"""What `Scripts/bench-costs` needs besides the lab of `Scripts/bench`: clusters of primaries only,
a gateway's metrics, clients that hold connections, and disturbances of a loop while it serves.
"""
import binascii
import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import benchlab
import processes
import rediscluster

SLOTS = rediscluster.SLOTS


def primaries(lab, count):
    """Starts a plain cluster of `count` primaries without replicas; returns the flag that names it,
    and its processes."""
    first, started = 22100, []
    ports = []
    while len(ports) < count:
        if rediscluster._is_free(first) and rediscluster._is_free(first + rediscluster.BUS):
            ports.append(first)
        first += 1
    for port in ports:
        home = os.path.join(lab.folder, f"node-{port}")
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(home, "nodes.conf"))
        started.append(lab.plain_node("--cluster-enabled", "yes", port=port)[1])
    for index, port in enumerate(ports):
        ask(port, "CLUSTER", "SET-CONFIG-EPOCH", index + 1)
        begin, end = (SLOTS * part // count for part in (index, index + 1))
        ask(port, "CLUSTER", "ADDSLOTSRANGE", begin, end - 1)
        for other in ports[:index]:
            ask(port, "CLUSTER", "MEET", "127.0.0.1", other)
    whole = f"cluster_known_nodes:{count}\r\n"
    until("the primaries to serve", lambda: all(
        "cluster_state:ok" in text and whole in text
        for text in (ask(port, "CLUSTER", "INFO") for port in ports)))
    return ["--redis", ",".join(f"127.0.0.1:{port}" for port in ports)], started


def end(*systems):
    """Ends the given processes, or the given systems' processes, now."""
    every = [getattr(system, "process", system) for system in systems]
    processes.end([(process.pid, processes.born(process.pid)) for process in every])


def ask(port, *words):
    """Sends one command to a plain node."""
    with socket.create_connection(("127.0.0.1", port), 5) as wire, wire.makefile("rb") as answers:
        wire.sendall(rediscluster._command(*words))
        return rediscluster._answer(answers)


def until(what, holds, patience=30.0):
    limit = time.monotonic() + patience
    while not holds():
        if time.monotonic() > limit:
            raise SystemExit(f"costs: waited {patience:.0f} s in vain for {what}")
        time.sleep(0.05)


def connect(system, lab=None):
    """A connection for requests; over TLS if the system's load uses TLS."""
    if "--tls" in system.targets:
        trust = ssl.create_default_context(cafile=lab.ca)
        return http.client.HTTPSConnection("127.0.0.1", system.port, timeout=20, context=trust)
    return http.client.HTTPConnection("127.0.0.1", system.port, timeout=20)


def request(connection, method, target, body=None):
    connection.request(method, target, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def metrics(system, lab=None):
    """All series of `/metrics`, with their values."""
    connection = connect(system, lab)
    _, page = request(connection, "GET", "/metrics")
    connection.close()
    lines = (line for line in page.decode().splitlines() if line and not line.startswith("#"))
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}


def ready(system, lab=None):
    def is_ready():
        connection = connect(system, lab)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            return request(connection, "GET", "/readyz")[0] == 200
        return False
    until(f"{system.name} to be ready", is_ready)
    return system


class Turns:
    """How long the loops' ticks were between two reads of the metrics."""

    NAME = "session_gateway_tick_duration_seconds"

    def __init__(self, before, after):
        self.before, self.after = before, after

    def change(self, series):
        return int(self.after.get(series, 0) - self.before.get(series, 0))

    @property
    def count(self):
        return self.change(f"{self.NAME}_count")

    def above(self, bound):
        return self.count - self.change(f'{self.NAME}_bucket{{le="{bound}"}}')

    @property
    def longest(self):
        """The upper bound of the last bucket with a tick, in milliseconds; None above the last
        bound."""
        bounds = ["0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
                  "0.1", "0.25", "0.5", "1.0"]
        return next((float(bound) * 1000 for bound in bounds if not self.above(bound)), None)


class Load:
    """A load in the background, by `session-gateway bench`."""

    def __init__(self, system, seconds, folder, *flags, warm_up=0.5):
        Load.number = getattr(Load, "number", 0) + 1
        self.report = os.path.join(folder, f"load-{Load.number}.json")
        self.process = subprocess.Popen(
            [benchlab.GATEWAY, "bench", f"127.0.0.1:{system.port}", "--pid",
             str(system.process.pid), "--duration", f"{int(seconds * 1000)}ms", "--warm-up",
             f"{int(warm_up * 1000)}ms", "--json", self.report, *system.targets, *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def figures(self):
        _, told = self.process.communicate()
        if not os.path.exists(self.report):
            raise SystemExit(f"costs: {told.strip()}")
        with open(self.report, encoding="utf-8") as file:
            figures = benchlab.json.load(file)
        os.remove(self.report)
        return figures


def rss(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def own(pid):
    """Anonymous memory of a process: without pages of files, which processes share."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))


def loop(pid):
    """The id of the first worker's thread."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as name:
            if name.read().strip() == "worker-0":
                return int(thread)
    raise SystemExit("costs: the gateway has no thread named worker-0")


def loop_time(pid):
    """The processor time that the first worker's thread has used, in microseconds."""
    with open(f"/proc/{pid}/task/{loop(pid)}/schedstat", encoding="utf-8") as times:
        return int(times.read().split()[0]) / 1000


@contextlib.contextmanager
def ahead(pid):
    """Gives the first worker's thread priority over all other processes, so that a tick of its loop
    takes no longer than its own work. Yields whether that was permitted."""
    thread = loop(pid)
    try:
        os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


@contextlib.contextmanager
def held(system, count, send=b""):
    """Holds `count` connections open, after sending `send` on each."""
    wires = []
    try:
        for _ in range(count):
            wires.append(socket.create_connection(("127.0.0.1", system.port), 10))
            if send:
                wires[-1].sendall(send)
        yield wires
    finally:
        for wire in wires:
            wire.close()


# MARK: Disturbances: contexts that run something in the background

@contextlib.contextmanager
def repeated(act, pause):
    """Calls `act` repeatedly, on a thread of its own, with `pause` seconds between calls."""
    ending, faults = threading.Event(), []

    def go_on():
        try:
            while not ending.wait(pause):
                act()
        except Exception as fault:  # Raised below, on the thread that can end the run.
            faults.append(fault)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
    if faults:
        raise faults[0]


def scrapes(system, lab):
    connection = connect(system, lab)
    return repeated(lambda: request(connection, "GET", "/metrics"), 0.1)


def reloads(system, _):
    return repeated(lambda: os.kill(system.process.pid, signal.SIGHUP), 0.2)


class MovingSlot:
    """An empty slot that moves between two primaries: a request for it is redirected, which makes
    the gateway refresh its topology."""

    def __init__(self, system, lab):
        self.nodes, self.owner = lab.nodes[:2], 0
        self.names = [node.ask("CLUSTER", "MYID") for node in self.nodes]
        self.connection = connect(system, lab)
        for number in range(100_000):
            self.session = f"probe-{number}"
            self.slot = binascii.crc_hqx(f"default:{self.session}".encode(), 0) % SLOTS
            if (self.slot < SLOTS // rediscluster.PRIMARIES - 1
                    and self.nodes[0].ask("CLUSTER", "COUNTKEYSINSLOT", self.slot) == 0):
                break

    def move(self):
        giver, taker = self.owner, 1 - self.owner
        self.nodes[taker].ask("CLUSTER", "SETSLOT", self.slot, "IMPORTING", self.names[giver])
        for node in (taker, giver):
            self.nodes[node].ask("CLUSTER", "SETSLOT", self.slot, "NODE", self.names[taker])
        self.owner = taker

    def ask(self):
        request(self.connection, "GET", f"/v1/sessions/{self.session}?touch=false")

    def move_and_ask(self):
        self.move()
        self.ask()

    def restore(self):
        if self.owner == 1:
            self.move_and_ask()


@contextlib.contextmanager
def refreshes(system, lab):
    slot = MovingSlot(system, lab)
    with repeated(slot.move_and_ask, 0.5):
        yield
    slot.restore()


@contextlib.contextmanager
def slow_readers(system, lab, count=10):
    """Clients that read one byte a second of a response of 900 KiB."""
    connection = connect(system, lab)
    request(connection, "PUT", "/v1/sessions/slow-reader", b"s" * (900 << 10))
    wires = []
    for _ in range(count):
        wire = socket.socket()
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", system.port))
        wire.sendall(b"GET /v1/sessions/slow-reader HTTP/1.1\r\nHost: slow\r\n\r\n")
        wires.append(wire)
    try:
        with repeated(lambda: [wire.recv(1) for wire in wires], 1.0):
            yield
    finally:
        for wire in wires:
            wire.close()


class SlowPipe:
    """A pipe for a log that takes 4 KiB every 50 ms."""

    def __init__(self):
        self.reading, writing = os.pipe()
        os.set_blocking(self.reading, False)
        self.log = open(writing, "ab")

    def take(self):
        with contextlib.suppress(BlockingIOError):
            os.read(self.reading, 4096)

    @contextlib.contextmanager
    def read(self):
        with repeated(self.take, 0.05):
            yield
        os.close(self.reading)
