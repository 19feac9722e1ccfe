"""How a filter selects: exactly, or with `%` at its ends (guide: POST /cdr, /phonebook/search)."""

from collections.abc import Callable

Match = Callable[[str], bool]


def matcher(pattern: str) -> Match:
    """Return what tests values against a pattern; `%` inside it is an ordinary character."""
    before, after = pattern.startswith("%"), pattern.endswith("%")
    core = pattern.removeprefix("%").removesuffix("%")
    if before and after:
        return lambda value: core in value
    if before:
        return lambda value: value.endswith(core)
    if after:
        return lambda value: value.startswith(core)
    return lambda value: value == core
