"""Load for a web server on this machine: prepared requests over kept connections, each sent once.

``wrk`` where it is installed (Debian: ``apt-get install wrk``), for it takes little from the server's processors; else
a loop over raw sockets of our own, which takes more of them: the figures of the two are not to be compared.
"""

from __future__ import annotations

import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONNECTIONS = 64


def load(port: int, wires: Sequence[bytes], seconds: float) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of their answers in seconds; any failure ends the benchmark."""
    if shutil.which("wrk"):
        return _wrk(port, wires, seconds)
    begun = time.perf_counter()
    took = sorted(drive(port, wires))
    return len(took) / (time.perf_counter() - begun), took[int(len(took) * 0.99)]


def name() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "loop"


def _wrk(port: int, wires: Sequence[bytes], seconds: float) -> tuple[float, float]:
    with tempfile.NamedTemporaryFile() as file:
        file.writelines(b"%d\n%b" % (len(wire), wire) for wire in wires)
        file.flush()
        script = str(Path(__file__).parent / "wires.lua")
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", script, f"http://127.0.0.1:{port}/"]
        done = subprocess.run(["wrk", *options, "--", file.name], capture_output=True, text=True, check=True)
    requests, microseconds, p99, failures = (int(figure) for figure in done.stderr.split()[-4:])
    if failures:
        raise SystemExit(f"{failures} requests failed")
    return requests / (microseconds / 1e6), p99 / 1e6


def drive(port: int, wires: Sequence[bytes], connections: int = CONNECTIONS) -> list[float]:
    """Send every request over kept connections, the next when the one before is answered; seconds of each."""
    selector, left, took = selectors.DefaultSelector(), iter(wires), []
    started: dict[socket.socket, float] = {}
    for wire in [next(left) for _ in range(connections)]:
        each = socket.create_connection(("127.0.0.1", port))
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(each, selectors.EVENT_READ)
        started[each] = time.perf_counter()
        each.sendall(wire)
    while started:
        for key, _ in selector.select():
            answered: Any = key.fileobj
            _read_answer(answered)
            took.append(time.perf_counter() - started.pop(answered))
            wire_or_none = next(left, None)
            if wire_or_none is None:
                selector.unregister(answered)
                answered.close()
            else:
                started[answered] = time.perf_counter()
                answered.sendall(wire_or_none)
    return took


def _read_answer(connection: socket.socket) -> None:
    """Read one answer to its end; anything but success ends the benchmark."""
    said = connection.recv(65536)
    while b"\r\n\r\n" not in said:
        said += connection.recv(65536)
    head, _, body = said.partition(b"\r\n\r\n")
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
        raise SystemExit(f"answered {head[:40]!r}")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length:" in line), 0)
    while len(body) < length:
        body += connection.recv(65536)
