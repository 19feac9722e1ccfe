"""The command `detection`: the suite against everything that can be seeded."""

from __future__ import annotations

import datetime as dt
import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rich.console import Console

from conformance.detection.campaign import Campaign, planned, sampled
from conformance.detection.table import show, show_result
from conformance.detection.trial import warm_up
from conformance.errors import ConfigurationError
from conformance.report.files import make_folder, write_json
from conformance.suite import forget_other_suites

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.detection.campaign import Result
    from conformance.emulator.seeded import AnySeed, Defect, Variant

__all__ = ["run_detection"]

FOUND_ALL, MISSED = 0, 1


def _chosen(seeds: Sequence[AnySeed], globs: Sequence[str]) -> list[AnySeed]:
    return [seed for seed in seeds if not globs or any(fnmatchcase(seed.id, g) for g in globs)]


def run_detection(  # noqa: PLR0913 - the options of the command
    defects: Sequence[Defect],
    variants: Sequence[Variant],
    *,
    sample: int | None,
    seed: int | None,
    profile: str,
    select: tuple[str, ...],
    jobs: int | None,
    out: Path | None,
) -> int:
    """Conduct the campaign; the exit status is 0 if all was found and nothing was cried wolf about.

    Args:
        defects: everything wrong that can be seeded.
        variants: everything unusual that can be seeded.
        sample: try so many defects only, chosen by the seed; None for all.
        seed: chooses the sample and seeds the runs; None takes today's date, so that the sample of
            a daily job rotates.
        profile: the profile of the runs.
        select: globs of the ids to try.
        jobs: how many runs at a time; None for one per core.
        out: folder for detection.json.

    Raises:
        ConfigurationError: nothing has such an id, or the folder can't be written.
    """
    forget_other_suites()
    if seed is None:
        seed = dt.datetime.now(dt.UTC).date().toordinal()
    chosen, unusual = _chosen(defects, select), _chosen(variants, select)
    if not (chosen or unusual):
        raise ConfigurationError(
            f"--select: no defect or variant is called {' or '.join(select)}; "
            "see kpbx-conformance detection --list"
        )
    if sample is not None:
        trials = list(sampled(chosen, unusual, seed, profile, sample))
    else:
        trials = list(planned(chosen, unusual, seed, profile, clean=not select))
    console, campaign = Console(highlight=False, soft_wrap=True), Campaign(seed, profile)
    console.print(f"{len(trials)} trials, seed {seed}, profile {profile}")

    def ended(result: Result) -> None:
        show_result(console, result, len(campaign.results), len(trials))

    if out is not None:
        make_folder(out)
    warm_up()
    try:
        campaign.run(trials, jobs or os.cpu_count() or 1, ended)
    finally:
        if out is not None:
            write_json(out / "detection.json", campaign.data())
        show(console, campaign)
    return MISSED if campaign.survivors or campaign.false_alarms else FOUND_ALL
