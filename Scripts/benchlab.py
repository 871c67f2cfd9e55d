"""The systems that `Scripts/bench` compares, each on a loopback port, and one load for all.

The whole configuration of each system is written here, so that like is compared with like: one
thread each unless stated otherwise; reads that extend the session's 20 minutes, and writes that set
them. Everything is ended with the run, by process id.
"""
import json
import os
import resource
import shutil
import socket
import subprocess
import time

import processes
import rediscluster

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GATEWAY = os.path.join(ROOT, ".build/release/session-gateway")
PACKAGES = ["webdis", "nginx-light", "libnginx-mod-http-lua", "lua-nginx-redis"]
PATIENCE = 30.0
OPERATIONS = {"get", "put", "mix", "touch"}
CORES = sorted(os.sched_getaffinity(0))
# Where processes run if the scheduler must not choose: the server under test and its load on the
# first cores, Redis on the last ones.
FRONT, BACK = CORES[:-(len(CORES) // 2)] or CORES, CORES[-(len(CORES) // 2):]

NGINX = """
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off; master_process off; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_max_body_size 2m; client_body_buffer_size 1m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  lua_package_path "/usr/share/lua/5.1/?.lua;;";
  init_by_lua_block {{ redis = require "nginx.redis" }}
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/v1/sessions/(?<id>[^/]+)$ {{
      content_by_lua_block {{
        local node, id = redis:new(), ngx.var.id
        if not node:connect("127.0.0.1", {node}) then return ngx.exit(503) end
        if ngx.req.get_method() == "PUT" then
          ngx.req.read_body()
          local done = node:setex(id, 1200, ngx.req.get_body_data())
          node:set_keepalive(60000, 128)
          return ngx.exit(done and 204 or 503)
        end
        local value = node:getex(id, "EX", 1200)
        node:set_keepalive(60000, 128)
        if value == ngx.null then return ngx.exit(404) end
        ngx.header["Content-Type"] = "text/plain"
        ngx.header["Content-Length"] = #value
        ngx.print(value)
      }}
    }}
  }}
}}
"""


class System:
    """One server under load: its process, its port, and its targets for sessions."""

    def __init__(self, name, process, port, targets=(), operations=OPERATIONS):
        self.name, self.process, self.port = name, process, port
        self.targets, self.operations = list(targets), operations
        self.load_cores = CORES
        self.prefix = f"{port}-"
        self.failed = 0

    def stay(self, cores, load_cores):
        """From now on the server runs on `cores`, and its load on `load_cores`."""
        stay(self.process, cores)
        self.load_cores = load_cores

    def load(self, seconds, folder, *flags):
        """Runs one burst of load; returns the figures as `bench --json` writes them."""
        report = os.path.join(folder, "report.json")
        done = subprocess.run(
            ["taskset", "--cpu-list", listed(self.load_cores), GATEWAY, "bench",
             f"127.0.0.1:{self.port}", "--pid", str(self.process.pid),
             "--duration", f"{int(seconds * 1000)}ms", "--warm-up", "200ms", "--json", report,
             *self.targets, *flags], capture_output=True, text=True, check=False)
        if not os.path.exists(report):
            raise SystemExit(f"bench: {self.name}: {done.stderr.strip() or done.stdout.strip()}")
        with open(report, encoding="utf-8") as file:
            figures = json.load(file)
        os.remove(report)
        self.failed += figures["failed"]
        return figures


def in_turns(rounds, cells, tell, prepare=lambda number: None):
    """The results of each cell in each round, before which `prepare` is called with its number.
    `cells` maps (group, name) to a measurement, called once a round. The cells of a group, which
    are compared, follow each other in an order that rotates from round to round, so that other work
    on the machine affects all of them."""
    groups = {}
    for group, name in cells:
        groups.setdefault(group, []).append(name)
    found = {cell: [] for cell in cells}
    for number in range(rounds):
        prepare(number)
        for group, names in groups.items():
            tell(f"round {number + 1} of {rounds}: " + ", ".join(map(str, group)))
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                found[group, name].append(cells[group, name]())
    return found


def processor_time():
    """The processor time so far that went to other virtual machines (`steal`, proc(5)), and the
    total, in clock ticks."""
    with open("/proc/stat", encoding="utf-8") as stat:
        spans = [int(word) for word in stat.readline().split()[1:9]]
    return spans[7], sum(spans)


def stolen(since):
    """The share of processor time that went to other virtual machines, in words."""
    (before, begin), (after, end) = since, processor_time()
    return f"{100 * (after - before) / max(1, end - begin):.0f} % of its time went to others (steal)"


def listed(cores):
    return ",".join(map(str, cores))


def stay(process, cores):
    """From now on all threads of the process run on `cores`."""
    subprocess.run(["taskset", "--all-tasks", "--cpu-list", "--pid", listed(cores),
                    str(process.pid)], check=True, stdout=subprocess.DEVNULL)


class Direct:
    """A client that talks to the cluster directly, over TLS, without pipelining: a redis-benchmark
    per primary, with 64 connections in total. Only its rate is measured; a front-end's own CPU time
    would come on top. (`redis-benchmark --cluster` ends only at multiples of 250 ms, and reads keys
    that were never written.)"""

    name = "direct"
    connections = [22, 21, 21]
    sessions = 2000

    def __init__(self, lab):
        self.lab = lab
        self.tags = [self.tag(place) for place in range(rediscluster.PRIMARIES)]

    def tag(self, place):
        """A hash tag whose slot belongs to the primary at `place`."""
        node = self.lab.nodes[place]
        for number in range(1000):
            slot = node.ask("CLUSTER", "KEYSLOT", f"{{{number}}}")
            if slot * rediscluster.PRIMARIES // rediscluster.SLOTS == place:
                return number
        raise SystemExit("bench: no tag leads to a primary")

    def figures(self, operation, size, seconds):
        """The client's rate, in the form of a system's figures."""
        for node, tag in zip(self.lab.nodes, self.tags):
            node.fill([f"d{size}:{{{tag}}}:{number:012}" for number in range(self.sessions)],
                      "x" * size, 1200)
        words = {"get": ["getex", None, "ex", "1200"],
                 "put": ["set", None, "x" * size, "ex", "1200"]}[operation]
        # redis-benchmark takes a number of requests, not a duration; a first run finds the rate.
        rate = self.run(words, size, 3000)
        return {"per_second": self.run(words, size, int(rate * max(seconds, 1))), "failed": 0}

    def run(self, words, size, count):
        running = []
        for node, tag, connections in zip(self.lab.nodes, self.tags, self.connections):
            key = f"d{size}:{{{tag}}}:__rand_int__"
            running.append(subprocess.Popen(
                ["redis-benchmark", "--tls", "--cacert", self.lab.ca, "-h", "127.0.0.1",
                 "-p", str(node.port), "-a", self.lab.password, "-c", str(connections),
                 "-r", str(self.sessions), "-n", str(count // rediscluster.PRIMARIES), "--csv",
                 *(word or key for word in words)],
                stdout=subprocess.PIPE, text=True, cwd=self.lab.folder))
        total = 0
        for process in running:
            line = process.communicate()[0].strip().splitlines()[-1]
            if process.returncode:
                raise SystemExit("bench: redis-benchmark failed")
            total += float(line.split(",")[1].strip('"'))
        return total


class Lab:
    """A TLS cluster, a plain node, and the systems in front of them."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.started = []
        self.nodes = []
        self.next_port = 23000
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.bare_loop = os.path.join(self.folder, "bare-loop")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for known in reversed(self.started):
            processes.end([known], patience=5)
        # A cluster that was running already belongs to another run.
        if self.nodes:
            rediscluster.down(self.folder)

    def up(self):
        """Builds the bare loop, and starts the cluster and the node behind all systems."""
        install()
        self.build_bare_loop()
        self.redis = self.cluster()
        self.plain, self.plain_redis = self.plain_node()

    def build_bare_loop(self):
        compiler = shutil.which("clang") or shutil.which("cc")
        source = os.path.join(ROOT, "Benchmarks/BareLoop/bare-loop.c")
        subprocess.run([compiler, "-O2", "-o", self.bare_loop, source, "-lssl", "-lcrypto"],
                       check=True)

    def plain_node(self, *flags, port=None):
        """Starts one Redis without TLS or a password; returns its port and process."""
        port = port or self.port()
        home = os.path.join(self.folder, f"node-{port}")
        os.makedirs(home, exist_ok=True)
        process = self.start("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "",
                             "--appendonly", "no", "--dir", home, *flags, name=f"node-{port}",
                             port=port)
        return port, process

    def cluster(self):
        """Starts the cluster; returns the flags that point a gateway at it."""
        self.nodes = rediscluster.up(self.folder, first_port=22000, tethered=True)
        self.started += [(node.process.pid, node.born) for node in self.nodes]
        self.ca = os.path.join(self.folder, "tls", "ca.crt")
        self.password_file = os.path.join(self.folder, "redis-password")
        self.password = self.nodes[0].password
        seeds = [f"127.0.0.1:{node.port}" for node in self.nodes[:rediscluster.PRIMARIES]]
        return ["--redis", ",".join(seeds), "--redis-tls", "--redis-ca", self.ca,
                "--redis-password-file", self.password_file]

    def empty_cluster(self):
        for node in self.nodes[:rediscluster.PRIMARIES]:
            node.ask("FLUSHALL")

    def empty_node(self):
        subprocess.run(["redis-cli", "-p", str(self.plain), "FLUSHALL"], check=True,
                       stdout=subprocess.DEVNULL)

    def cluster_systems(self):
        seeds = ",".join(str(node.port) for node in self.nodes[:rediscluster.PRIMARIES])
        redis = self.redis
        return [self.gateway("gateway", *redis, "--workers", 1),
                *self.bare_loops(seeds, self.ca, self.password_file),
                self.gateway("gateway, all workers", *redis)]

    def plain_systems(self):
        """The systems in front of the plain node; each runs, with its load, on other cores than
        Redis."""
        node = f"127.0.0.1:{self.plain}"
        systems = [self.gateway("gateway", "--redis", node, "--workers", 1),
                   *self.bare_loops(self.plain), self.webdis(), self.nginx()]
        stay(self.plain_redis, BACK)
        for system in systems:
            system.stay(FRONT, FRONT)
        return systems

    def gateway(self, name, *flags, log=None, targets=()):
        port = self.port()
        process = self.start(GATEWAY, "serve", "--listen", f"127.0.0.1:{port}", *flags,
                             name=f"gateway-{port}", port=port, log=log)
        return System(name, process, port, targets)

    def bare_loops(self, *words):
        """The limit, and the limit with the commands that the gateway sends for a PUT and a
        touch."""
        return [self.bare("bare loop", *words),
                self.bare("bare loop, same commands", *words, flags=["--reads-headers"],
                          operations=OPERATIONS - {"get"})]

    def bare(self, name, *words, flags=(), operations=OPERATIONS):
        port = self.port()
        process = self.start(self.bare_loop, *flags, port, *words, name=f"bare-{port}", port=port)
        return System(name, process, port, operations=operations)

    def webdis(self):
        port, path = self.port(), os.path.join(self.folder, "webdis.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"redis_host": "127.0.0.1", "redis_port": self.plain, "http_port": port,
                       "http_host": "127.0.0.1", "threads": 1, "daemonize": False,
                       "http_max_request_size": 1 << 24, "verbosity": 0,
                       "logfile": os.path.join(self.folder, "webdis.log")}, file)
        process = self.start("webdis", path, name="webdis", port=port)
        targets = ["--get-target", "/GETEX/{id}/EX/1200.txt", "--put-target", "/SETEX/{id}/1200"]
        return System("webdis", process, port, targets, operations=OPERATIONS - {"touch"})

    def nginx(self):
        port, path = self.port(), os.path.join(self.folder, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=self.folder, port=port, node=self.plain))
        process = self.start("nginx", "-c", path, "-e", os.path.join(self.folder, "nginx.log"),
                             name="nginx", port=port)
        return System("nginx + Lua", process, port, operations=OPERATIONS - {"touch"})

    def start(self, *command, name, port, log=None):
        with log or open(os.path.join(self.folder, f"{name}.log"), "ab") as log:
            process = processes.start([str(word) for word in command], log=log)
        self.started.append((process.pid, processes.born(process.pid)))
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
            except OSError as error:
                if process.poll() is not None or time.monotonic() > limit:
                    raise SystemExit(
                        f"bench: {name} does not serve; see {self.folder}/{name}.log") from error
            time.sleep(0.05)

    def port(self):
        while True:
            self.next_port += 1
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", self.next_port))
                    return self.next_port
                except OSError:
                    continue


def commit():
    """The commit of the program, as `git describe` names it."""
    return subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], check=True,
                          capture_output=True, text=True).stdout.strip()


def install():
    """Installs the peers' Debian packages if they are missing; their services stay off."""
    query = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", *PACKAGES],
                           capture_output=True, text=True, check=False)
    have = {line.split()[0] for line in query.stdout.splitlines() if " ii" in line}
    if missing := [package for package in PACKAGES if package not in have]:
        subprocess.run([os.path.join(ROOT, "Scripts/install-packages"), *missing], check=True)
