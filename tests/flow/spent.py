"""What a worker costs: processor time, memory, descriptors."""
import contextlib
import pathlib
import re
import resource
import time


def pid_of(daemon, worker):
    """Of a living worker, else None."""
    return next((p for p, line in daemon.workers().items() if f"--worker {worker}" in line), None)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory_mib(pid, field="VmRSS"):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024


def descriptors(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def cpu_of_all(daemon):
    return {pid: cpu_seconds(pid) for pid in (daemon.pid, *daemon.workers())}


@contextlib.contextmanager
def limited_cpu(scene, daemon, seconds=1, most=0.1):
    """In these seconds and what is done in them no process of the daemon's is busy for more
    than `most` of them; none falls."""
    before, start = cpu_of_all(daemon), time.monotonic()
    yield
    scene.rig.wait_for(lambda: time.monotonic() > start + seconds, seconds + 5)
    passed = time.monotonic() - start
    for pid, spent in before.items():
        assert cpu_seconds(pid) - spent <= most * max(passed, seconds), daemon.workers().get(pid)


@contextlib.contextmanager
def limited_run(most=1.5):
    """The programs run in here are together not busy for more than `most` seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < most
