"""What the reading child may use and may do. Called once, first thing in the child."""

import sys
from typing import Any

MEMORY_BYTES = 1_000_000_000
CPU_SECONDS = 3600
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")
_WRITING = frozenset("wax+")


def apply_limits() -> None:
    """Limit memory and processor time, and forbid network, processes and writing files."""
    if sys.platform == "win32":
        _limit_windows()
    else:
        _limit_unix()
    sys.addaudithook(_forbid)


def peak_memory() -> int:
    """Bytes of memory this process has held at most; 0 where the system does not say."""
    if sys.platform == "linux":
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  (no pathlib)
            peak = next((line.split()[1] for line in status if line.startswith("VmHWM:")), "0")
        return int(peak) * 1024
    elif sys.platform == "darwin":  # noqa: RET505  (mypy checks each platform's branch alone)
        import resource  # noqa: PLC0415  (not on Windows)

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    else:
        return 0


def _forbid(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(args[1], str) and _WRITING & set(args[1]):
        raise PermissionError(event)


def _limit_unix() -> None:
    import resource  # noqa: PLC0415  (not on Windows)

    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):  # macOS refuses a limit below what is mapped already
            continue


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def _limit_windows() -> None:
        class Basic(ctypes.Structure):
            _fields_ = (
                ("per_process_user_time", ctypes.c_int64),
                ("per_job_user_time", ctypes.c_int64),
                ("flags", wintypes.DWORD),
                ("minimum_working_set", ctypes.c_size_t),
                ("maximum_working_set", ctypes.c_size_t),
                ("active_processes", wintypes.DWORD),
                ("affinity", ctypes.c_size_t),
                ("priority_class", wintypes.DWORD),
                ("scheduling_class", wintypes.DWORD),
            )

        class Extended(ctypes.Structure):
            _fields_ = (
                ("basic", Basic),
                ("io", ctypes.c_uint64 * 6),
                ("process_memory", ctypes.c_size_t),
                ("job_memory", ctypes.c_size_t),
                ("peak_process_memory", ctypes.c_size_t),
                ("peak_job_memory", ctypes.c_size_t),
            )

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        limits = Extended()
        limits.basic.flags = 0x100 | 0x8  # process memory, number of processes
        limits.basic.active_processes = 1
        limits.process_memory = MEMORY_BYTES
        extended_limit_information = 9
        kernel.SetInformationJobObject(
            job, extended_limit_information, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
