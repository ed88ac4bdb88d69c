"""A real socket that takes what a client sends, as the collector does; the collector itself is in test/unit/python."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import agent_vitals

TOKEN = "the token of this workspace"
PYTHON = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def until(what, read, seconds=20):
    """Polls until `read` gives something true; fails with what it waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds} s: {what}")
        time.sleep(0.005)


class Client:
    """One connection: the lines that came over it."""

    def __init__(self, connection):
        self.connection = connection
        self.lines = []
        self.torn = b""
        self.left = False

    def read(self, greet):
        pieces = b""
        with contextlib.suppress(OSError):
            while True:
                chunk = self.connection.recv(65536)
                if not chunk:
                    break
                *lines, pieces = (pieces + chunk).split(b"\n")
                for line in lines:
                    self.lines.append(json.loads(line))
                    if len(self.lines) == 1:
                        self.send(greet(self.lines[0]))
        self.torn = pieces
        self.left = True
        self.connection.close()

    def send(self, message):
        self.connection.sendall(json.dumps(message).encode() + b"\n")

    def command(self, name, deadline=10.0):
        """The reply to a command."""
        identity = f"{name}-{len(self.lines)}-{time.monotonic()}"
        self.send({"type": "command", "id": identity, "name": name, "deadline": deadline})
        return until(f"the reply to {name}", lambda: [e for e in self.of("reply") if e["id"] == identity])[0]

    def of(self, kind):
        return [line for line in list(self.lines) if line["type"] == kind]


class Listening:
    """An address at which somebody listens, unless closed."""

    def __init__(self, listen=True):
        self.folder = tempfile.mkdtemp(prefix="av-")
        self.path = os.path.join(self.folder, "sock")
        self.clients = []
        self.server = None
        self.greeting = {"ok": True}
        if listen:
            self.open()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
        shutil.rmtree(self.folder)

    def open(self):
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen(64)
        threading.Thread(target=self._accept, args=(self.server,), daemon=True).start()

    def close(self):
        """As a collector's death: the address is gone and all connections with it."""
        if self.server is None:
            return
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.server = None
        os.unlink(self.path)
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.connection.shutdown(socket.SHUT_RDWR)
        until("the connections to close", lambda: all(client.left for client in self.clients))

    def monitor(self, **options):
        return agent_vitals.create_monitor(**{"agent": "test", "socket": self.path, "token": TOKEN, **options})

    def of(self, kind):
        """The events of one type, over all connections."""
        return [event for client in self.clients for event in client.of(kind)]

    def settle(self):
        """Waits until all who ever connected have left."""
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(self.path)
            last.sendall(b'{"type":"last"}\n')
            until("the last in the queue", lambda: self.of("last"))
        until("all clients to leave", lambda: all(client.left for client in self.clients))
        self.clients = [client for client in self.clients if client.of("hello")]

    @property
    def client(self):
        return until("a client", lambda: [client for client in self.clients if client.of("hello")])[-1]

    def _accept(self, server):
        with contextlib.suppress(OSError):
            while True:
                client = Client(server.accept()[0])
                self.clients.append(client)
                threading.Thread(target=client.read, args=(self._greet,), daemon=True).start()

    def _greet(self, hello):
        right = hello.get("token") == TOKEN
        greeting = self.greeting if right else {"ok": False, "error": "The token is not this workspace's."}
        return {"type": "reply", "id": "hello", **greeting}


@contextlib.contextmanager
def reported(**options):
    """What a monitor's use makes a collector hear: both, and after the block everything has arrived."""
    with Listening() as listening:
        monitor = listening.monitor(**options)
        yield monitor, listening
        monitor.close()
        until("the client to leave", lambda: all(client.left for client in listening.clients))


def run_agent(program, path, *arguments, token=TOKEN, flags=(), **environment):
    """Runs a program as an agent in a process of its own: its exit code, standard output and standard error."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("AGENT_VITALS_")}
    if path is not None:
        env.update(AGENT_VITALS_SOCKET=path, AGENT_VITALS_TOKEN=token)
    env.update(PYTHONPATH=PYTHON, PYTHONDONTWRITEBYTECODE="1", **environment)
    command = [sys.executable, *flags, "-c", program, *arguments]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
