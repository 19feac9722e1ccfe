"""Adds up the JUnit reports of the tests on every Python: the last line of a CI run."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

TOX = Path(__file__).resolve().parent.parent / ".tox"


def main() -> int:
    """Print how many tests passed, failed and were skipped; 1 if any failed or none ran."""
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for report in TOX.glob("py3*/log/junit.xml"):
        for suite in ET.parse(report).iter("testsuite"):
            for name in counts:
                counts[name] += int(suite.get(name, 0))
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    print(f"{passed} passed, {failed} failed, {counts['skipped']} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
