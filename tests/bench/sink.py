"""Postfix's smtp-sink, and a link with a delay in front of it."""
import asyncio
import contextlib
import pathlib
import socket
import subprocess
import sys
import time


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def _wait_for(port, process):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("nothing listens: is Debian's postfix installed?")


@contextlib.contextmanager
def _running(command, port):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def sink():
    port = free_port()
    return _running(["/usr/sbin/smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "200"], port)


def far_link(to, round_trip_ms):
    """A port that leads to another with half the time added each way."""
    port = free_port()
    return _running([sys.executable, "-B", str(pathlib.Path(__file__)), str(port), str(to),
                     str(round_trip_ms)], port)


async def _late(queue, writer):
    loop = asyncio.get_running_loop()
    while True:
        due, data = await queue.get()
        await asyncio.sleep(max(0, due - loop.time()))
        if not data:
            writer.close()
            return
        writer.write(data)
        await writer.drain()


async def _pump(reader, writer, delay):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()
    late = asyncio.create_task(_late(queue, writer))
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 18):
            queue.put_nowait((loop.time() + delay, data))
    queue.put_nowait((loop.time() + delay, b""))
    with contextlib.suppress(OSError):
        await late


async def _relay(port, to, delay):
    async def serve(reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
        for one in (writer, far_writer):
            one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(_pump(reader, far_writer, delay), _pump(far_reader, writer, delay))

    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_relay(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2000))
