"""One run of a command, with what it and all that it waited for has used."""
import os
import subprocess
import time


def run(command):
    """(what it printed as numbers, seconds, CPU seconds, peak MiB)"""
    start = time.monotonic()
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    if process.returncode:
        raise RuntimeError(f"{command}: exit {process.returncode}")
    return ([float(word) for word in said.split()], seconds,
            usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
