"""Asked before tests that can cut a PBX off: `network`, `reboot` and `halt` (contract.md).

Without a terminal nothing is asked: the allow list is the consent.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from conformance.errors import ConfigurationError
from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from conformance.sut import Sut

__all__ = ["ask"]

ASK_BEFORE = (SafetyClass.NETWORK, SafetyClass.REBOOT, SafetyClass.HALT)


def ask(sut: Sut, allow: str, yes: str) -> None:
    """Ask once for each of these classes that is allowed, if somebody is there to answer.

    Args:
        sut: the PBX; nothing has been sent to it yet.
        allow: the option that narrows what is allowed.
        yes: the option that answers beforehand.

    Raises:
        ConfigurationError: one was not confirmed.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    for safety in ASK_BEFORE:
        if safety not in sut.client.allow:
            continue
        where = sut.target.connection.url
        question = f"Tests of class {safety} are allowed on {where}. Go on?"
        try:
            confirmed = click.confirm(question, err=True)
        except click.Abort:  # the end of the input, or Ctrl-C
            confirmed = False
        if not confirmed:
            raise ConfigurationError(f"{safety} was not confirmed; narrow {allow}, or use {yes}")
