"""CPU time and memory of processes and their children, as Linux accounts for them."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for parent in found:
        children = Path(f"/proc/{parent}/task/{parent}/children")
        found += [int(child) for child in children.read_text().split()] if children.exists() else []
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a family, its reaped children included."""
    total = 0
    for member in family(pid):
        stat = Path(f"/proc/{member}/stat")
        if stat.exists():
            total += sum(int(part) for part in stat.read_text().rpartition(")")[2].split()[11:15])
    return total / TICKS


def memory_mb(pid: int, line: str = "VmHWM") -> float:
    """Peak (VmHWM) or present (VmRSS) resident memory of one process, in MB (10^6 bytes)."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith(line):
            return int(text.split()[1]) * 1024 / 1e6
    return 0.0


def largest(pid: int) -> float:
    """Peak resident memory of the largest process of a family, in MB."""
    return max(memory_mb(member) for member in family(pid))
