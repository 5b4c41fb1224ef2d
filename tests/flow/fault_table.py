"""At the end of a run: the faults that were tried, what must be in each, and whether it was.

A row is a case of a test in a file test_faults_*.py, or of one marked `fault`."""
import collections
import re

WORDS = {"passed": "ok", "failed": "FAILED", "error": "FAILED", "skipped": "skipped"}


def _sentence(name):
    return name.removeprefix("test_").replace("_", " ")


def _is_row(report):
    return "/test_faults_" in report.nodeid or "fault" in report.keywords


def _rows(stats):
    """{what must be: {fault: how it went}}, in the order of the tests."""
    reports = {}
    for outcome, word in WORDS.items():
        for report in stats.get(outcome, []):
            if hasattr(report, "when") and _is_row(report):
                reports[report.nodeid] = word
    table = collections.defaultdict(dict)
    for nodeid, word in reports.items():
        test, case = re.fullmatch(r".*::([^\[]+)(?:\[(.*)\])?", nodeid).groups()
        table[_sentence(test)][case or ""] = word
    return table


def pytest_configure(config):
    config.addinivalue_line("markers", "fault: its cases are rows of the table of faults")


def pytest_terminal_summary(terminalreporter):
    table = _rows(terminalreporter.stats)
    if not table:
        return
    count = collections.Counter(word for cases in table.values() for word in cases.values())
    terminalreporter.write_sep("=", "faults: " + ", ".join(f"{n} {w}" for w, n in count.items()))
    for must, cases in table.items():
        if set(cases) == {""}:
            terminalreporter.write_line(f"{cases['']:8}{must}")
            continue
        terminalreporter.write_line(f"        {must}:")
        for case, word in cases.items():
            terminalreporter.write_line(f"{word:8}    {case}")
