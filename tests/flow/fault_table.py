"""At the end of a run: the faults that were tried, what must be in each, and whether it was.

A row is a case of a test in a file test_faults_*.py, or of one marked `fault`; what it gave
to record_property("figures", ...) stands beside it."""
import collections
import re

WORDS = {"passed": "ok", "failed": "FAILED", "error": "FAILED", "skipped": "skipped"}


def _sentence(name):
    return name.removeprefix("test_").replace("_", " ")


def _is_row(report):
    return "/test_faults_" in report.nodeid or "fault" in report.keywords


def _rows(stats):
    """{what must be: {fault: (how it went, figures)}}, in the order of the tests."""
    reports = {}
    for outcome, word in WORDS.items():
        for report in stats.get(outcome, []):
            if hasattr(report, "when") and _is_row(report):
                figures = dict(report.user_properties).get("figures")
                reports[report.nodeid] = (word, f" ({figures})" if figures else "")
    table = collections.defaultdict(dict)
    for nodeid, row in sorted(reports.items(), key=lambda one: one[0].partition("[")[0]):
        test, case = re.fullmatch(r".*::([^\[]+)(?:\[(.*)\])?", nodeid).groups()
        table[_sentence(test)][case or ""] = row
    return table


def pytest_configure(config):
    config.addinivalue_line("markers", "fault: its cases are rows of the table of faults")


def pytest_terminal_summary(terminalreporter):
    table = _rows(terminalreporter.stats)
    if not table:
        return
    count = collections.Counter(word for cases in table.values() for word, _ in cases.values())
    terminalreporter.write_sep("=", "faults: " + ", ".join(f"{n} {w}" for w, n in count.items()))
    for must, cases in table.items():
        if set(cases) == {""}:
            terminalreporter.write_line("{:8}{}{}".format(cases[""][0], must, cases[""][1]))
            continue
        terminalreporter.write_line(f"        {must}:")
        for case, (word, figures) in cases.items():
            terminalreporter.write_line(f"{word:8}    {case}{figures}")
