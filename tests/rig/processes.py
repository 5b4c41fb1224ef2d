"""Child processes that do not outlive whoever started them."""
import ctypes
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent():
    """For Popen's preexec_fn. Not kept over the start of a set-uid program."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
