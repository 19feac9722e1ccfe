"""The command line of contract.md. Wiring only."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from conformance.errors import ConfigurationError, KpbxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.emulator.seeded import AnySeed, Defect, Seed, Variant

__all__ = ["main"]


class _Group(click.Group):
    """Shows an error of the harness in one line, with the exit status that belongs to it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KpbxError as error:
            click.echo(f"kpbx-conformance: {error}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kpbx-conformance", prog_name="kpbx-conformance")
def main() -> None:
    """Conformance harness for the KalliopePBX REST API."""


def _example(text: str) -> Callable[..., Any]:
    return main.command(epilog=f"Example: {text}", context_settings={"max_content_width": 100})


def _split(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    return None if value is None else tuple(filter(None, value.split(",")))


@_example("kpbx-conformance run --url http://192.0.2.10 --allow read,config")
@click.option(
    "--target", type=click.Path(path_type=Path), help="Target file that describes the PBX."
)
@click.option("--url", help="Address of the PBX, without /rest/.")
@click.option("--allow", callback=_split, help="Safety classes, separated by commas.")
@click.option("--select", multiple=True, metavar="PATTERN", help="Requirement-id glob; repeatable.")
@click.option(
    "--profile",
    type=click.Choice(["quick", "full", "soak"]),
    default="quick",
    show_default=True,
    help="quick: every requirement once, with fixed data. full: and generated search; soak: a lot.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Repeat an earlier run's requests.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports"), show_default=True,
    help="Folder for the reports.",
)  # fmt: skip
@click.option("--plan", is_flag=True, help="Say what would run, and send nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before reboot, halt and network.")
def run(**options: Any) -> NoReturn:
    """Judge a PBX and write the compliance report.

    Without --target and --url the embedded emulator is started and judged.
    """
    from conformance.command import run_suite  # noqa: PLC0415 - the other commands start faster

    sys.exit(run_suite(**options))


@_example("kpbx-conformance emulate --port 8080 --users 100")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help="Port; 0 picks a free one.")  # fmt: skip
@click.option("--firmware", default="3.9.5-2891", show_default=True, help="Firmware profile.")
@click.option("--users", type=click.IntRange(1, 5000), default=40, show_default=True)
@click.option("--calls", type=click.IntRange(0, 1_000_000), default=2000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the generated data.")
@click.option("--variant", multiple=True, metavar="ID", help="Permitted but unusual; repeatable.")
@click.option("--defect", multiple=True, metavar="ID", help="A seeded defect; repeatable.")
def emulate(variant: tuple[str, ...], defect: tuple[str, ...], **options: Any) -> NoReturn:
    """Run the emulated PBX on its own, for people who develop a client.

    The ids of --variant and --defect: kpbx-conformance detection --list.
    """
    from conformance.emulator.command import run_emulator  # noqa: PLC0415
    from conformance.families import emulated_routes  # noqa: PLC0415

    seeds: list[Seed] = []
    if variant or defect:  # the catalogue takes time, and most clients want a plain PBX
        defects, variants = _seeds()
        seeds = [*_named("--variant", variants, variant), *_named("--defect", defects, defect)]
    sys.exit(run_emulator(emulated_routes(), seeds, **options))


def _seeds() -> tuple[list[Defect], list[Variant]]:
    from conformance import families  # noqa: PLC0415
    from conformance.detection.general import defects, variants  # noqa: PLC0415

    return [*defects(), *families.defects()], [*variants(), *families.variants()]


def _named(option: str, seeds: Sequence[AnySeed], ids: Sequence[str]) -> list[AnySeed]:
    from conformance.emulator.seeded import by_id  # noqa: PLC0415

    known = by_id(seeds)
    unknown = [name for name in ids if name not in known]
    if unknown:
        close = difflib.get_close_matches(unknown[0], known, n=1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise ConfigurationError(
            f"{option}: there is no {unknown[0]!r}; {meant}see kpbx-conformance detection --list"
        )
    return [known[name] for name in ids]


@_example("kpbx-conformance detection --sample 40")
@click.option("--sample", type=click.IntRange(1), help="Try so many defects, chosen by the seed.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Default: today's date.")
@click.option("--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--select", multiple=True, metavar="PATTERN", help="Glob of ids; repeatable.")
@click.option("--jobs", type=click.IntRange(1), help="Runs at a time; default: one per core.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for detection.json.")
@click.option("--list", "listed", is_flag=True, help="Show all defects and variants, run nothing.")
def detection(listed: bool, **options: Any) -> NoReturn:
    """Measure what the suite finds: seeded defects must fail, permitted variants must not.

    Exit status: 0 every defect found and no false alarm, 1 a survivor or a false alarm.
    """
    defects, variants = _seeds()
    if listed:
        for seed in (*variants, *defects):
            click.echo(f"{seed.id}\t{seed.title} ({seed.clause})")
        sys.exit(0)
    from conformance.detection.command import run_detection  # noqa: PLC0415

    sys.exit(run_detection(defects, variants, **options))


@_example("kpbx-conformance catalogue --json | python -m json.tool")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def catalogue(as_json: bool) -> None:
    """Show the guide as data: endpoints, codes, requirements, readings."""
    from conformance import catalogue as guide  # noqa: PLC0415
    from conformance.report.listing import as_data, as_text  # noqa: PLC0415

    loaded = guide.load()
    if as_json:
        import json  # noqa: PLC0415

        click.echo(json.dumps(as_data(loaded), ensure_ascii=False, indent=1))
    else:
        click.echo_via_pager(as_text(loaded)) if sys.stdout.isatty() else click.echo(
            as_text(loaded)
        )


@_example("kpbx-conformance gate reports/3.9.5-2891 reports/3.9.6-3000 --waivers waivers.toml")
@click.argument("baseline", type=click.Path(path_type=Path))
@click.argument("candidate", type=click.Path(path_type=Path))
@click.option("--waivers", type=click.Path(path_type=Path), help="Regressions answered for.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also for a merge request.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also for a CI server.")
def gate(baseline: Path, candidate: Path, **options: Any) -> NoReturn:
    """Compare two runs: may the CANDIDATE firmware follow the BASELINE?

    Both are a results.json or its folder. Exit status: 0 nothing bars it, 1 regressions, or what
    was judged before is not now, or the runs can't be compared, 2 bad input.
    """
    from conformance.gate.command import run_gate  # noqa: PLC0415

    sys.exit(run_gate(baseline, candidate, **options))


@_example("kpbx-conformance matrix reports/3.9.5-2891 reports/3.9.6-3000 -o matrix.html")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("matrix.html"),
              show_default=True, metavar="FILE", help="Where the page goes.")  # fmt: skip
def matrix(results: tuple[Path, ...], output: Path) -> NoReturn:
    """Show requirements against firmwares: the runs of several releases on one HTML page.

    RESULTS are results.json files, or folders that hold them. Exit status: 0 written, 2 bad input.
    """
    from conformance.matrix.command import run_matrix  # noqa: PLC0415

    sys.exit(run_matrix(results, output))


@_example("kpbx-conformance bugreport reports/3.9.6-3000 --earlier reports/3.9.5-2891 -o bugs")
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--select", multiple=True, metavar="PATTERN", help="Requirement-id glob; repeatable.")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("bugreports"),
              show_default=True, metavar="DIR", help="Folder for the reports.")  # fmt: skip
@click.option("--earlier", multiple=True, type=click.Path(path_type=Path), metavar="RESULTS",
              help="Results of an earlier firmware, to say since when; repeatable.")  # fmt: skip
def bugreport(results: Path, **options: Any) -> NoReturn:
    """Write a report for the vendor on each cause of failed requirements, and an index.

    RESULTS is a results.json or its folder. Reports that an earlier call wrote to the same folder
    are replaced. Exit status: 0 written, 2 bad input.
    """
    from conformance import families  # noqa: PLC0415
    from conformance.bugreport.command import run_bugreport  # noqa: PLC0415

    sys.exit(run_bugreport(results, families.traces(), **options))


@_example("kpbx-conformance replay bugs/01-users.configs.exten.put.stored --target lab.toml")
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--target", type=click.Path(path_type=Path), help="Target file that describes the PBX."
)
@click.option("--url", help="Address of the PBX, without /rest/.")
@click.option("--allow", callback=_split, help="Safety classes, separated by commas.")
@click.option("--yes", is_flag=True, help="Do not ask before reboot, halt and network.")
def replay(case: Path, **options: Any) -> NoReturn:
    """Try a case of a bug report again: does it still fail?

    CASE is a case.json, the folder of a report, or its zip. Exit status: 0 no longer fails, 1 still
    fails, or could not be decided, 2 bad input, 3 the PBX can't be reached, 4 the harness failed.
    """
    from conformance.replay.command import run_replay  # noqa: PLC0415

    sys.exit(run_replay(case, **options))


@_example("kpbx-conformance judge proxy.har --out reports/judged")
@click.argument("capture", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("reports/judged"), show_default=True,
    help="Folder for the reports.",
)  # fmt: skip
@click.option("--host", default="", help="The PBX, if the recording has several: HOST[:PORT].")
@click.option("--api-version", type=click.Choice(["1.0", "1.1"]),
              help="Default: that of the firmware in the recording, else 1.1.")  # fmt: skip
@click.option("--passive", is_flag=True, help="Judge a run's own recording like any other.")
def judge(capture: Path, **options: Any) -> NoReturn:
    """Judge recorded traffic (HAR 1.2) without a PBX.

    CAPTURE is a recording of a proxy or browser, judged by what its exchanges show, or a run's
    exchanges.har, played back through the checks. Exit status: 0 no fail, 1 some fail, 2 bad input.
    """
    from conformance.families import call_records  # noqa: PLC0415
    from conformance.judge.command import run_judge  # noqa: PLC0415

    sys.exit(run_judge(capture, call_records(), **options))


@_example("kpbx-conformance cleanup --target lab.toml")
@click.option(
    "--target", type=click.Path(path_type=Path), help="Target file that describes the PBX."
)
@click.option("--url", help="Address of the PBX, without /rest/.")
@click.option("--allow", callback=_split, help="Safety classes, separated by commas.")
def cleanup(**options: Any) -> NoReturn:
    """Remove what an interrupted run left on a PBX, from its journal.

    Nothing else is touched, and it can be repeated. Exit status: 0 nothing is left, 1 something is.
    """
    from conformance.command import run_cleanup  # noqa: PLC0415

    sys.exit(run_cleanup(**options))


@_example("kpbx-conformance validate --endpoint 'POST /cdr' --kind response cdr.xml")
@click.option("--endpoint", required=True, help="As the guide writes it: 'POST /cdr'.")
@click.option("--kind", type=click.Choice(["request", "response"]), required=True)
@click.option("--api-version", type=click.Choice(["1.0", "1.1"]), default="1.1", show_default=True)
@click.argument("file", required=False, type=click.Path(path_type=Path))
def validate(endpoint: str, kind: str, api_version: str, file: Path | None) -> NoReturn:
    """Validate a document (standard input without FILE) against the schema of its message."""
    from conformance import catalogue as guide  # noqa: PLC0415
    from conformance.schema.command import run_validate  # noqa: PLC0415

    end = guide.load().endpoints.get(" ".join(endpoint.split()))
    if end is None:
        raise ConfigurationError(
            f"--endpoint: the guide has no {endpoint!r}; see kpbx-conformance catalogue"
        )
    relative = end.schema(kind, api_version)
    if relative is None:
        raise ConfigurationError(f"--kind: {end.name} has no {kind} document")
    name = str(file) if file else "stdin"
    try:
        with file.open("rb") if file else sys.stdin.buffer as source:
            sys.exit(run_validate(relative, source, name, sys.stdout))
    except OSError as error:
        raise ConfigurationError(f"{name}: can't be read: {error.strerror}") from error
