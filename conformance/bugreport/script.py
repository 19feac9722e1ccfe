"""reproduce.sh: the minimal sequence for bash and curl, without this harness.

It takes ids from the answers that show them, since another PBX gives others; what it makes it takes
away at its end, also when it is interrupted. What is the same in all scripts stands in the `.sh`
files beside this module.
"""

from __future__ import annotations

import shlex
import textwrap
from importlib import resources
from typing import TYPE_CHECKING, Any

from conformance.bugreport.effects import (
    AWAY,
    DOES,
    FOREIGN,
    classes_of,
    lists_of,
    touches_others,
)
from conformance.bugreport.made import made_by, moved_by
from conformance.bugreport.shell import SECRETS, curl, quoted, secrets_of, word
from conformance.lab.safety import SafetyClass
from conformance.text import printable, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.bugreport.made import Made
    from conformance.lab.traces import Traces

__all__ = ["script_of"]

PENDING = "changes are pending on the PBX: apply or revert them first; nothing was sent"
WIDTH = 98


def script_of(case: dict[str, Any], traces: Traces, *, verified: bool = True) -> str:
    """The script of a case.

    Args:
        case: what stands in case.json; it has a sequence.
        traces: what requests leave behind, by family.
        verified: the certificate of the PBX was verified.
    """
    return "\n".join(_Script(case, traces, verified=verified).lines()) + "\n"


def _library(name: str) -> str:
    file = resources.files("conformance.bugreport") / f"{name}.sh"
    return file.read_text(encoding="utf-8")


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(printable(text), WIDTH) or [""]:
        yield f"# {line}".rstrip()


def _echo(text: str) -> str:
    return f"printf '%s\\n' {shlex.quote(visible(text))}"


class _Script:
    def __init__(self, case: dict[str, Any], traces: Traces, *, verified: bool) -> None:
        self.case, self.verified = case, verified
        self.sequence = case["sequence"]
        self.requests: list[dict[str, Any]] = self.sequence["requests"]
        self.classes = classes_of(self.requests)
        made = made_by(self.requests, traces)
        self.made = [one for one in made if one.holds]
        self.unknown = [one.kind.name for one in made if not one.holds]
        self.moved = moved_by(self.requests, traces)
        self.foreign = touches_others(self.sequence, made, traces)
        self.shown = lists_of(self.requests, traces)

    @property
    def changes(self) -> bool:
        """Whether anything is to be put back."""
        return bool(self.classes & {SafetyClass.CONFIG, SafetyClass.NETWORK})

    @property
    def conditions(self) -> bool:
        """Whether lab conditions are needed."""
        return any(request["conditions"] for request in self.requests)

    def lines(self) -> Iterator[str]:
        """The script, line by line; a line may be several of the file."""
        yield from self._head()
        yield from self._settings()
        yield _library("library")
        if self.changes:
            yield _library("changing")
        if self.conditions:
            yield _library("condition")
        if self.classes & AWAY:
            yield _library("returning")
        yield from self._ending()
        yield from self._before()
        yield from self._steps()
        yield from self._verdict()

    # --- the head ---------------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        case = self.case
        yield "#!/usr/bin/env bash"
        yield from _comment(case["title"])
        yield "#"
        found = f"Found on firmware {case['firmware']} (API {case['api_version']})."
        yield from _comment(found + " What was expected and what came is printed at the end.")
        yield "#"
        yield "# What it does to the PBX:"
        for safety in sorted(self.classes, key=lambda one: one.rank):
            if safety is not SafetyClass.READ or len(self.classes) == 1:
                yield from _comment(f"- {safety}: {DOES[safety]}")
        if self.foreign:
            yield from _comment(f"- {FOREIGN}")
        yield "#"
        yield "# It takes these variables of the environment:"
        yield f"#   KPBX_URL       the PBX, without /rest/ (default: {printable(case['url'])})"
        yield f"#   KPBX_USERNAME  (default: {printable(case['username'])})"
        for name in self._secrets():
            variable, what = SECRETS[name]
            yield f"#   {variable}  {what}; must be set"
        for variable, default in self.sequence["values"].items():
            yield f"#   {variable}  (default: {printable(default)})"
        yield "#   KPBX_CURL_OPTIONS  more options for curl, such as --cacert pbx.pem, or -k"
        if self.conditions:
            yield "#   KPBX_LAB_HOOK  a program that brings lab conditions about"
        yield ""

    def _secrets(self) -> list[str]:
        """What must be set: the password also where only what is around the sequence needs it."""
        needed = ["password"] if self.changes or self.classes & AWAY else []
        found = dict.fromkeys([*needed, *secrets_of(self.requests)])
        return [name for name in found if name != "username"]

    def _settings(self) -> Iterator[str]:
        yield "set -uo pipefail"
        yield "export LC_ALL=C"
        yield f'url="${{KPBX_URL:-}}"; [ -n "$url" ] || url={quoted(self.case["url"])}'
        yield 'url="${url%/}"; url="${url%/rest}"'
        username = quoted(self.case["username"])
        yield f'[ -n "${{KPBX_USERNAME:-}}" ] || KPBX_USERNAME={username}'
        for name in self._secrets():
            variable, what = SECRETS[name]
            said = shlex.quote(f"reproduce.sh: set {variable} to {what}")
            yield f"[ -n \"${{{variable}:-}}\" ] || {{ printf '%s\\n' {said} >&2; exit 2; }}"
        for variable, default in self.sequence["values"].items():
            yield f'[ -n "${{{variable}:-}}" ] || {variable}={quoted(default)}'
        tools = "curl md5sum sed awk tr grep head cut diff mktemp"
        yield f"for tool in {tools}; do"
        yield '  command -v "$tool" >/dev/null || '
        yield '    { echo "reproduce.sh: needs $tool" >&2; exit 2; }'
        yield "done"
        default = "" if self.verified else "-k"
        yield f'read -r -a more <<<"${{KPBX_CURL_OPTIONS-{default}}}"'
        yield 'options=(-sS -i -g --path-as-is --max-time 120 ${more[@]+"${more[@]}"})'
        yield 'work="$(mktemp -d)"'
        yield ""

    # --- around the sequence ----------------------------------------------------------------

    def _ending(self) -> Iterator[str]:
        """What is done at the end, however it comes."""
        yield "begun='' conditions='' removed=''"
        if self.changes:
            yield "take_all_away() {"
            yield from (f"  {line}" for line in self._taken_away())
            yield "}"
        yield "finish() {"
        yield "  trap - EXIT INT TERM"
        if self.conditions:
            yield '  for one in $conditions; do condition "$one" off; done'
        if self.changes:
            yield '  if [ -n "$begun" ]; then'
            yield "    say 'What was made here is taken away again'"
            yield from (f"    {line}" for line in self._put_back())
            yield "  fi"
        yield '  rm -rf "$work"'
        yield "}"
        yield "trap finish EXIT"
        yield "trap 'exit 130' INT"
        yield "trap 'exit 143' TERM"
        yield ""

    def _taken_away(self) -> Iterator[str]:
        for one in self.made:
            kind, holds = one.kind, " ".join([*map(word, one.holds), *self._named(one)])
            where = shlex.quote(one.removed_by)
            yield f"take_away {kind.name} {one.listed_by} {one.record} {kind.key} {where} {holds}"
        yield "return 0"

    def _put_back(self) -> Iterator[str]:
        yield "send_xml PUT /pbx/revert"
        yield "take_all_away"
        for number, setting in enumerate(self.moved):
            tag = f"<{setting.container}><{setting.tag}>'\"$setting_{number}\"'"
            closing = f"</{setting.tag}></{setting.container}>"
            yield f"send_xml PUT {setting.written_by} '{tag}{closing}'"
        yield "send_xml PUT /pbx/apply"
        # Where a list shows what runs, some of it may show only now (RD-36).
        yield "removed=''; take_all_away"
        yield '[ -z "$removed" ] || send_xml PUT /pbx/apply'
        for number, (method, path) in enumerate(self.shown):
            yield f"compare {number} {method} {path}"
        for name in self.unknown:
            said = (
                f"If the PBX made a {name} of the request above, look for it yourself: it has no "
            )
            yield _echo(said + "text by which it is known again.")

    def _named(self, made: Made) -> Iterator[str]:
        """Objects by the ids that the PBX gave them: a change may have taken all texts away."""
        key = made.kind.key
        for place, one in enumerate(self.sequence["given"]):
            if (one["record"], one["tag"]) == (made.record, key):
                yield f"'<{key}>'\"${{given_{place}:-}}\"'</{key}>'"

    def _before(self) -> Iterator[str]:
        """Look at what is there, so that nothing of it is touched."""
        if not self.changes:
            return
        yield f"pending && stop {shlex.quote(PENDING)}"
        for one in self.made:
            kind, holds = one.kind, " ".join(map(word, one.holds))
            yield f"look {kind.name} {one.listed_by} {one.record} {kind.key} {holds}"
        for number, (method, path) in enumerate(self.shown):
            yield f"ask found-{number} {method} {path}"
        for number, setting in enumerate(self.moved):
            yield f"ask setting-{number} GET {setting.read_by}"
            place = f"setting-{number} {setting.container} {setting.tag}"
            name = shlex.quote(f"the {setting.setting.name} can't be read: nothing was sent")
            yield f'setting_{number}="$(the_record {place})" || stop {name}'
        yield "begun=yes"
        yield ""

    def _steps(self) -> Iterator[str]:
        given: dict[int, list[int]] = {}
        for place, one in enumerate(self.sequence["given"]):
            given.setdefault(one["exchange"], []).append(place)
        active: list[str] = []
        for number, request in enumerate(self.requests):
            yield from _switched(active, request["conditions"])
            active = list(request["conditions"])
            shown = "".join(
                piece if isinstance(piece, str) else "…" for piece in request["path"]
            ).partition("?")[0]
            said = f"{number + 1} of {len(self.requests)}: {request['method']} {shown}"
            yield f"say {shlex.quote(printable(said))}"
            yield f"{curl(request)} |\n  answer {number} || missed"
            for place in given.get(number, ()):
                yield self._taken(place)
            if SafetyClass(request["safety"]) in AWAY:
                yield "wait_until_back"
            yield ""
        yield from _switched(active, ())

    def _taken(self, place: int) -> str:
        one = self.sequence["given"][place]
        found = f"{one['exchange']} {one['record']} {one['tag']} {word(one['holds'])}"
        what = f"answer {one['exchange'] + 1} does not show the {one['tag']} of the {one['record']}"
        return f'given_{place}="$(the_record {found})" || stop {shlex.quote(what)} 1'

    def _verdict(self) -> Iterator[str]:
        yield "say 'What to look for'"
        asked = self.case["requirements"][0]["endpoint"]
        for one in self.case["requirements"]:
            if one["endpoint"] not in {asked, None}:
                continue  # broken in the same way, and not asked here
            yield _echo(f"{one['clause']}: {one['title']} ({one['id']})")
            yield _echo(f"  expected: {one['expected']}")
            yield _echo(f"  observed on {self.case['firmware']}: {one['observed']}")
        yield "echo 'The answers above are those of this PBX now.'"


def _switched(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    for one in reversed(before):
        if one not in now:
            yield f"condition {one} off; conditions={shlex.quote(' '.join(now))}"
    for one in now:
        if one not in before:
            yield f"conditions={shlex.quote(' '.join(now))}; condition {one} on"
