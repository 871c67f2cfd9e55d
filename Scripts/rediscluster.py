"""A real Redis Cluster on loopback: six redis-server processes, TLS only.

Everything is in one folder:

    tls/             the authority and certificates, reused by the next run
    redis-password   the password for clients and between nodes, new for each cluster
    redis/<port>/    a node's redis.conf, nodes.conf and log
    cluster.json     which processes these are, for `down`
    README           marks a folder as this module's, which it may overwrite

To form the cluster, each node is given everything at once (slots, epoch, every other node, its
primary); what remains is the two seconds in which a starting primary refuses to serve. Secrets are
in files that only this user may read, never on a command line.
"""
import contextlib
import json
import os
import secrets
import shutil
import socket
import ssl
import time

import certificates
import processes

PRIMARIES = 3
NODES = 6
SLOTS = 16384
# A node accepts the other nodes' connections on a port this much higher than its own.
BUS = 10000
PATIENCE = 60.0
MARK = "A Redis Cluster on loopback, made by session-gateway's scripts, which make it anew.\n"


class Node:
    """One redis-server, and commands to it: RESP over TLS, from this process."""

    def __init__(self, folder, port, password):
        self.port, self.password = port, password
        self.home = os.path.join(folder, "redis", str(port))
        self.trust = ssl.create_default_context(cafile=os.path.join(folder, "tls", "ca.crt"))
        self.process = self.born = None

    def ask(self, *words):
        """Sends one command and returns its reply: text, a number, a list, or None."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as plain, \
                self.trust.wrap_socket(plain, server_hostname="localhost") as wire, \
                wire.makefile("rb") as answers:
            wire.sendall(_command("AUTH", self.password) + _command(*words))
            _answer(answers)
            return _answer(answers)

    def fill(self, keys, value, seconds):
        """Sets all keys to `value`, expiring after `seconds`, in one pipeline."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as plain, \
                self.trust.wrap_socket(plain, server_hostname="localhost") as wire, \
                wire.makefile("rb") as answers:
            wire.sendall(_command("AUTH", self.password))
            _answer(answers)
            for key in keys:
                wire.sendall(_command("SET", key, value, "EX", seconds))
            for _ in keys:
                _answer(answers)

    def facts(self, *words):
        """The `name:value` lines of a reply such as INFO's."""
        lines = self.ask(*words).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def serves(self):
        """Whether the node considers the cluster complete and, if it is a replica, is linked."""
        state = self.facts("CLUSTER", "INFO")
        link = self.facts("INFO", "replication").get("master_link_status", "up")
        whole = state["cluster_state"] == "ok" and state["cluster_known_nodes"] == str(NODES)
        return whole and link == "up"

    def knows(self):
        """Whether the node knows of a replica for each primary, in both tables that it reports."""
        known = [line.split()[2] for line in self.ask("CLUSTER", "NODES").splitlines()]
        replicas = sum("slave" in flags for flags in known)
        # A range is reported as its two ends, its primary, and the primary's replicas.
        following = sum(len(told) - 3 for told in self.ask("CLUSTER", "SLOTS"))
        return replicas == following == NODES - PRIMARIES


def up(folder, first_port=7000, tethered=False):
    """Starts six nodes, forms the cluster, waits until all serve, and returns them. Tethered nodes
    end with this process; others run until `down`."""
    folder = os.path.abspath(folder)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if running(folder):
        raise SystemExit(f"a cluster runs in {folder} already; "
                         f"`Scripts/cluster down --dir {folder}` ends it")
    _claim(folder)
    certificates.ensure(os.path.join(folder, "tls"))
    password = secrets.token_urlsafe(32)
    _write(os.path.join(folder, "redis-password"), password + "\n")
    shutil.rmtree(os.path.join(folder, "redis"), ignore_errors=True)
    nodes = [Node(folder, port, password) for port in _ports(first_port)]
    try:
        for node in nodes:
            _start(folder, node, tethered)
        _remember(folder, nodes)
        _form(nodes)
    except BaseException:
        processes.end([_known(node) for node in nodes if node.process])
        raise
    return nodes


def down(folder):
    """Ends the cluster's processes and returns their number."""
    known = running(folder)
    processes.end(known)
    with contextlib.suppress(FileNotFoundError):
        os.remove(os.path.join(folder, "cluster.json"))
    return len(known)


def running(folder):
    """The cluster's processes that still run, as pairs of id and birth."""
    try:
        with open(os.path.join(folder, "cluster.json"), encoding="utf-8") as state:
            known = [(node["pid"], node["born"]) for node in json.load(state)["nodes"]]
    except FileNotFoundError:
        return []
    return [(pid, birth) for pid, birth in known if processes.is_alive(pid, birth)]


def _claim(folder):
    mark = os.path.join(folder, "README")
    with contextlib.suppress(FileNotFoundError), open(mark, encoding="utf-8") as text:
        if text.read() == MARK:
            return
    names = ("README", "redis", "redis-password", "tls")
    found = [name for name in names if os.path.lexists(os.path.join(folder, name))]
    if found:
        raise SystemExit(f"{folder} holds {', '.join(found)}, and no cluster of this script's; "
                         "remove that (`make clean` does, of .local), or choose a folder of its own")
    _write(mark, MARK)


def _ports(first):
    for start in range(first, 65536 - BUS - NODES):
        ports = range(start, start + NODES)
        if all(_is_free(port) and _is_free(port + BUS) for port in ports):
            return ports
    raise SystemExit(f"no {NODES} free ports in a row from {first} on")


def _is_free(port):
    with socket.socket() as probe:
        # Like redis-server; otherwise ports would look taken for a minute after a cluster ended.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _start(folder, node, tethered):
    os.makedirs(node.home, mode=0o700)
    tls = os.path.join(folder, "tls")
    settings = f"""
        bind 127.0.0.1
        port 0
        tls-port {node.port}
        tls-ca-cert-file "{tls}/ca.crt"
        tls-cert-file "{tls}/node.crt"
        tls-key-file "{tls}/node.key"
        tls-auth-clients optional
        tls-replication yes
        tls-cluster yes
        requirepass {node.password}
        masterauth {node.password}
        cluster-enabled yes
        cluster-node-timeout 5000
        repl-diskless-sync-delay 0
        appendonly no
        save ""
        dir "{node.home}"
        """
    conf = os.path.join(node.home, "redis.conf")
    _write(conf, "\n".join(line.strip() for line in settings.strip().splitlines()) + "\n")
    with open(os.path.join(node.home, "redis.log"), "ab") as log:
        node.process = processes.start(["redis-server", conf], log=log, tethered=tethered)
    node.born = processes.born(node.process.pid)


def _form(nodes):
    for node in nodes:
        _wait(f"the node on port {node.port} to answer", nodes,
              lambda node=node: node.ask("PING") == "PONG")
    for index, node in enumerate(nodes):
        node.ask("CLUSTER", "SET-CONFIG-EPOCH", index + 1)
        if index < PRIMARIES:
            first, after = (SLOTS * i // PRIMARIES for i in (index, index + 1))
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
        for other in nodes[:index]:
            node.ask("CLUSTER", "MEET", "127.0.0.1", other.port)
    for index, node in enumerate(nodes[PRIMARIES:]):
        primary = nodes[index].ask("CLUSTER", "MYID")
        # Refused until the node knows its primary.
        _wait(f"the node on port {node.port} to follow its primary", nodes,
              lambda node=node, primary=primary: node.ask("CLUSTER", "REPLICATE", primary) == "OK")
    _wait("the cluster to serve", nodes, lambda: all(node.serves() for node in nodes))
    # Replicas spread by gossip, last of all: a gateway started earlier would log no replicas.
    _wait("each node to know the replicas", nodes, lambda: all(node.knows() for node in nodes))


def _wait(what, nodes, holds):
    limit = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError, RedisError):
            if holds():
                return
        for node in nodes:
            if node.process.poll() is not None:
                raise SystemExit(f"the node on port {node.port} ended; see {node.home}/redis.log")
        if time.monotonic() > limit:
            raise SystemExit(f"waited {PATIENCE:.0f} s in vain for {what}")
        time.sleep(0.02)


def _known(node):
    return node.process.pid, node.born


def _remember(folder, nodes):
    state = [{"port": node.port, "pid": node.process.pid, "born": node.born} for node in nodes]
    _write(os.path.join(folder, "cluster.json"), json.dumps({"nodes": state}, indent=2) + "\n")


def _write(path, text):
    """Writes a file that only this user may read, replacing whatever was there before."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


class RedisError(Exception):
    """An error that Redis replied with."""


def _command(*words):
    texts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%s\r\n" % (len(t), t) for t in texts)


def _answer(answers):
    line = answers.readline()
    if not line:
        raise ConnectionError("the node closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise RedisError(rest.decode())
    if kind == b"+":
        return rest.decode()
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if rest == b"-1" else answers.read(int(rest) + 2)[:-2].decode()
    return [_answer(answers) for _ in range(int(rest))]
