"""Bug reports of real failures, made once for all tests of this folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from conformance import families
from conformance.bugreport.command import run_bugreport
from tests.bugreport.finding import CASES, emulated, folder_of, results_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Written:
    """The report on one case."""

    folder: Path
    row: dict[str, Any]
    defect: str

    @property
    def script(self) -> Path:
        """Its script."""
        return self.folder / "reproduce.sh"

    @property
    def text(self) -> str:
        """Everything in it that people or programs read."""
        files = (file for file in sorted(self.folder.rglob("*")) if file.is_file())
        return "\n".join(file.read_text(encoding="utf-8") for file in files)


# Each takes seconds to find: the tests of this folder and those of replay share them.
_MADE: dict[str, Written] = {}


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Written]:
    """Find a case's failure and report it, when it is first asked for."""

    def write(name: str) -> Written:
        if name not in _MADE:
            case, folder = CASES[name], tmp_path_factory.mktemp(name)
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("XDG_STATE_HOME", str(folder / "state"))
                with emulated(case.defect) as pbx:
                    results = results_of(case, pbx)
            file = folder / "results.json"
            file.write_text(json.dumps(results), encoding="utf-8")
            reports = folder / "reports"
            run_bugreport(file, families.traces(), select=(), output=reports, earlier=())
            row = results["requirements"][0]
            _MADE[name] = Written(folder_of(reports, case.requirement), row, case.defect)
        return _MADE[name]

    return write
