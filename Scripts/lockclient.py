"""A minimal client of one gateway that locks sessions, over one HTTP/1.1 connection."""
import socket
import time


class Client:
    """One connection. Each request is answered before the next one is sent."""

    def __init__(self, port):
        self.wire = socket.create_connection(("127.0.0.1", port), 90)
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.wire.makefile("rb")

    def send(self, method, target, body=None, **fields):
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b""))

    def answer(self):
        """The status, the fields and the body of the next response."""
        status = int(self.answers.readline().split()[1])
        fields = {}
        while (line := self.answers.readline().strip()):
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        return status, fields, self.answers.read(int(fields.get("content-length", 0)))

    def put(self, session, body=b"x" * 1024):
        self.send("PUT", f"/v1/sessions/{session}", body)
        status = self.answer()[0]
        if status not in (201, 204):
            raise SystemExit(f"a PUT was answered {status}")

    def ask(self, session, wait=0, lease=30):
        self.send("POST", f"/v1/sessions/{session}/lock?wait={wait}&lease={lease}")

    def granted(self):
        """The token of the lock that was asked for; None if another client holds it."""
        status, fields, _ = self.answer()
        if status not in (200, 423):
            raise SystemExit(f"a request for a lock was answered {status}")
        return fields.get("session-lock")

    def acquire(self, session, wait=0, lease=30):
        self.ask(session, wait, lease)
        return self.granted()

    def release(self, session, token):
        self.send("DELETE", f"/v1/sessions/{session}/lock", Session_Lock=token)
        status = self.answer()[0]
        if status != 204:
            raise SystemExit(f"a release was answered {status}")


def wait_until_ready(ports, patience=30.0):
    """Waits until the gateways on these ports serve."""
    limit = time.monotonic() + patience
    for port in ports:
        client = Client(port)
        while True:
            client.send("GET", "/readyz")
            if client.answer()[0] == 200:
                break
            if time.monotonic() > limit:
                raise SystemExit(f"the gateway on {port} is not ready")
            time.sleep(0.05)
