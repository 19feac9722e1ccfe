"""`python -m tests.hostile.huge`: judge every huge answer, and say what it took.

A process of its own, for its memory is measured. The server's part of that is small: it sends the
same mebibyte again and again.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from tests.hostile.corpus import HUGE, LINE
from tests.hostile.judging import behind, judged, opened

ADDRESS_SPACE = 3 * 1024**3


def peak_mib() -> int:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Print by name: the row of the results, seconds of CPU, by how many MiB the process grew."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    found = {}
    with behind(LINE) as overlay, opened(overlay.url) as run:
        before = peak_mib()
        for name, bad in HUGE.items():
            overlay.bad = bad.answer
            started = time.process_time()
            row = judged(run, LINE, bad.about, bad.timeout_s)
            seconds = time.process_time() - started
            found[name] = {"row": row, "seconds": seconds, "grown_mib": peak_mib() - before}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
