"""Holding the register's quotes against a text of the outline."""

from __future__ import annotations

import bisect
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from erdao_gis.plan.model import Clause, Element, Plan

_NUMBER = re.compile(r"第[一二三四五六七八九十]+[篇章节]|专栏[0-9]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class QuoteCheck:
    """Where one element's quote stands in the text.

    Parameters
    ----------
    element_id, clause, quote, line
        As registered.
    state
        ``found`` at its line, ``moved`` to another line of its clause, or ``missing`` there.
    found_line
        Line of the quote in its clause, from 1; None if missing.
    elsewhere
        For a missing quote, the lines outside its clause where it does stand.
    """

    element_id: str
    clause: str
    quote: str
    line: int
    state: str
    found_line: int | None
    elsewhere: tuple[int, ...]

    @property
    def drift(self) -> int | None:
        """Lines the quote has moved down (negative: up); None if missing."""
        return None if self.found_line is None else self.found_line - self.line

    def as_dict(self) -> dict[str, object]:
        """Return the check for JSON."""
        return {
            "id": self.element_id,
            "clause": self.clause,
            "quote": self.quote,
            "line": self.line,
            "state": self.state,
            "found_line": self.found_line,
            "drift": self.drift,
            "elsewhere": list(self.elsewhere),
        }


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Result of :func:`verify_quotes`."""

    sha256: str
    pinned_sha256: str
    checks: tuple[QuoteCheck, ...]
    missing_headings: tuple[str, ...]

    @property
    def same_text(self) -> bool:
        """Whether the text is byte for byte the one the register was read from."""
        return self.sha256 == self.pinned_sha256

    @property
    def sound(self) -> bool:
        """Whether every heading and every quote was found; drift alone does no harm."""
        return not self.missing_headings and not self.in_state("missing")

    def in_state(self, state: str) -> tuple[QuoteCheck, ...]:
        """Return the checks in ``state``: found, moved or missing."""
        return tuple(check for check in self.checks if check.state == state)

    def as_dict(self) -> dict[str, object]:
        """Return the result for JSON: totals, digests, headings, and what is not at its line."""
        return {
            "sound": self.sound,
            "same_text": self.same_text,
            "sha256": self.sha256,
            "pinned_sha256": self.pinned_sha256,
            "quotes": len(self.checks),
            "found": len(self.in_state("found")),
            "moved": [check.as_dict() for check in self.in_state("moved")],
            "missing": [check.as_dict() for check in self.in_state("missing")],
            "missing_headings": list(self.missing_headings),
        }


def verify_quotes(plan: Plan, text: str, *, sha256: str | None = None) -> Verification:
    """Look for every quote, verbatim, in its own clause of a text of the outline.

    The headings are located first, the last run of them in the text (a table of contents in
    front does no harm). A clause reaches from its heading to the next one of any rank. Line
    breaks within a clause are not part of the text: a quote may run over them.

    Parameters
    ----------
    plan
        The plan.
    text
        Plain text of the outline.
    sha256
        Of the file the text was read from; None computes it from the text in UTF-8.

    Returns
    -------
    Verification
        One check per element, in register order. An empty text has everything missing.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> result = verify_quotes(read_plan(), "")
    >>> result.sound, len(result.in_state("missing"))
    (False, 337)
    """
    digest = sha256 or hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = _headings(plan.clauses, lines)
    borders = [*sorted(starts.values()), len(lines)]
    whole = _Passage(lines, 0, len(lines))
    passages = {
        clause: _Passage(lines, start, borders[bisect.bisect_right(borders, start)])
        for clause, start in starts.items()
    }
    checks = tuple(
        _check(element, passages.get(element.clause), whole) for element in plan.elements
    )
    return Verification(
        sha256=digest,
        pinned_sha256=plan.outline.sha256,
        checks=checks,
        missing_headings=tuple(item.id for item in plan.clauses if item.id not in starts),
    )


class _Passage:
    """Some lines as one text, with the way back from an offset to a line."""

    def __init__(self, lines: list[str], start: int, end: int) -> None:
        self.start = start
        self.offsets = []
        length = 0
        pieces = [line.strip() for line in lines[start:end]]
        for piece in pieces:
            self.offsets.append(length)
            length += len(piece)
        self.text = "".join(pieces)

    def occurrences(self, quote: str) -> Iterator[int]:
        """Lines, from 1, in which the quote begins."""
        at = self.text.find(quote)
        while at >= 0:
            yield self.start + bisect.bisect_right(self.offsets, at)
            at = self.text.find(quote, at + 1)


def _check(element: Element, passage: _Passage | None, whole: _Passage) -> QuoteCheck:
    lines = list(passage.occurrences(element.quote)) if passage else []
    found = min(lines, key=lambda line: abs(line - element.line), default=None)
    present = "found" if found == element.line else "moved"
    return QuoteCheck(
        element_id=element.id,
        clause=element.clause,
        quote=element.quote,
        line=element.line,
        state="missing" if found is None else present,
        found_line=found,
        elsewhere=tuple(whole.occurrences(element.quote)) if found is None else (),
    )


def _headings(clauses: tuple[Clause, ...], lines: list[str]) -> dict[str, int]:
    """Line index of each heading, searched from the end so that the body wins over a contents."""
    places: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        places.setdefault(_SPACE.sub("", line), []).append(index)
    starts: dict[str, int] = {}
    below = len(lines)
    for clause in reversed(clauses):
        candidates = [
            index for form in _forms(clause) for index in places.get(form, []) if index < below
        ]
        if candidates:
            below = starts[clause.id] = max(candidates)
    return starts


def _forms(clause: Clause) -> set[str]:
    """Ways a heading may stand on its line, without blanks."""
    heading = _SPACE.sub("", clause.heading_zh)
    numbers = _NUMBER.findall(clause.citation_zh)
    numbered = {numbers[-1] + heading} if numbers else set()
    return {heading, f"——{heading}", f"{heading}：", *numbered}
