"""Measures the programs against a peer that does the same job in the same run.

    bench.py [CASE ...]        all cases where none is named

A case is a module of this folder with NAME, UNIT, PEER and measure() -> [row.Row]: what ours
did and what the peer did in each of its interleaved rounds. The table shows medians of
the rounds; the ratio is the median of the rounds' own ratios, so that a machine that is
busy for a while does not decide. A case that is not about speed has lines(rows) of its own.
"""
import importlib
import pathlib
import statistics
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
CASES = ("reading", "inviting", "sending", "sending_script", "sending_ready",
         "sending_far", "intake_mbsync", "intake_python", "intake_large", "waiting",
         "memory", "mixed", "mixed_python",
         "planning", "planning_years", "planning_single", "expanding", "turning")


def _median(rows, who, value):
    return statistics.median(value(row) for row in rows if row.who == who)


def _line(case, rows, who):
    return (case.NAME if who == "ours" else f"  {case.PEER}",
            f"{_median(rows, who, lambda r: r.count / r.seconds):,.0f} {case.UNIT}/s",
            f"{_median(rows, who, lambda r: 1000 * r.cpu / r.count):.2f} ms",
            f"{_median(rows, who, lambda r: r.peak_mib):.0f} MiB" if rows[0].peak_mib else "",
            f"{_ratio(rows):.2f}x" if who == "ours" else "1")


def _ratio(rows):
    ours, peer = ([r for r in rows if r.who == who] for who in ("ours", "peer"))
    return statistics.median((a.count / a.seconds) / (b.count / b.seconds)
                             for a, b in zip(ours, peer))


def _print(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        cells = [cell.ljust(width) if i == 0 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells))


def main(names):
    lines = [("case", "speed", "CPU each", "peak", "ratio")]
    for name in names or CASES:
        case = importlib.import_module(f"bench.{name}")
        print(f"bench: {case.NAME} ...", file=sys.stderr)
        rows = case.measure()
        lines += (case.lines(rows) if hasattr(case, "lines") else
                  [_line(case, rows, who) for who in ("ours", "peer")])
    _print(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
