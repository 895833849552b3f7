"""Quotes held against a text of the outline; the text here is made of headings and quotes."""

import dataclasses
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erdao_gis.plan import Plan, read_plan, verification_text, verify_quotes


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Read the shipped plan."""
    return read_plan()


def _text(plan: Plan) -> str:
    """Make a text with every heading and every quote on its line, and nothing else."""
    lines = [""] * plan.outline.lines
    for clause in plan.clauses:
        lines[clause.line - 1] = clause.heading_zh
    for element in plan.elements:
        if element.quote not in lines[element.line - 1]:
            lines[element.line - 1] += f"{element.quote}。"
    return "\n".join(lines)


@pytest.fixture(scope="module")
def text(plan: Plan) -> str:
    """Make the text of the shipped plan."""
    return _text(plan)


def test_unchanged_text_has_every_quote_at_its_line(plan: Plan, text: str) -> None:
    """All 337 are found; no heading is missing."""
    result = verify_quotes(plan, text)
    assert len(result.in_state("found")) == 337
    assert result.sound


def test_changed_quote_is_missing(plan: Plan, text: str) -> None:
    """One changed character makes that quote missing, and the result unsound."""
    changed = text.replace("东盛大街综合服务节点", "东盛大街综合服务结点")
    result = verify_quotes(plan, changed)
    assert [check.element_id for check in result.in_state("missing")] == ["ND03"]
    assert not result.sound


def test_inserted_lines_are_drift(plan: Plan, text: str) -> None:
    """Three lines in front move every quote by three, and no more."""
    result = verify_quotes(plan, "封面\n\n\n" + text)
    assert {check.drift for check in result.checks} == {3}
    assert len(result.in_state("moved")) == 337
    assert result.sound


def test_quote_in_another_section_is_missing_with_its_place(plan: Plan, text: str) -> None:
    """A quote counts only in its own clause; where else it stands is told."""
    quote = plan.element("PK01").quote
    moved = text.replace(quote, "") + f"\n{quote}"
    (check,) = verify_quotes(plan, moved).in_state("missing")
    assert check.element_id == "PK01"
    assert check.elsewhere == (plan.outline.lines + 1,)


def test_missing_heading_is_reported(plan: Plan, text: str) -> None:
    """Without its heading a section cannot be told from the one before."""
    result = verify_quotes(plan, text.replace(plan.clause("2.1.4").heading_zh, "（缺）", 1))
    assert "2.1.4" in result.missing_headings
    assert not result.sound


def test_numbered_headings_are_recognised(plan: Plan, text: str) -> None:
    """The original numbers its headings, with blanks between number and words."""
    heading = plan.clause("2.1.2").heading_zh
    result = verify_quotes(plan, text.replace(heading, f"  第二节   {heading} "))
    assert result.sound


def test_table_of_contents_does_no_harm(plan: Plan, text: str) -> None:
    """A list of all headings in front of the text is passed over."""
    contents = "\n".join(clause.heading_zh for clause in plan.clauses)
    result = verify_quotes(plan, f"{contents}\n{text}")
    assert result.sound


def test_quote_may_run_over_a_line_break(plan: Plan, text: str) -> None:
    """A text wrapped at other places still holds the quote."""
    quote = plan.element("CL01").quote
    result = verify_quotes(plan, text.replace(quote, f"{quote[:9]}\n{quote[9:]}"))
    assert result.sound


def test_windows_line_ends_change_nothing_but_the_digest(plan: Plan, text: str) -> None:
    """CR LF and a byte-order mark are how Windows saves text."""
    result = verify_quotes(plan, "\ufeff" + text.replace("\n", "\r\n"))
    assert len(result.in_state("found")) == 337


def test_other_text_is_told_by_its_digest(plan: Plan, text: str) -> None:
    """The made text is not the outline; a plan pinned to it says it is the same."""
    result = verify_quotes(plan, text)
    assert not result.same_text
    outline = dataclasses.replace(plan.outline, sha256=result.sha256)
    assert verify_quotes(dataclasses.replace(plan, outline=outline), text).same_text


def test_digest_of_the_file_can_be_given(plan: Plan) -> None:
    """The caller who read the file knows its bytes."""
    digest = hashlib.sha256(b"file").hexdigest()
    assert verify_quotes(plan, "", sha256=digest).sha256 == digest


def test_empty_text_has_everything_missing(plan: Plan) -> None:
    """No heading and no quote is found in nothing."""
    result = verify_quotes(plan, "")
    assert len(result.missing_headings) == len(plan.clauses)
    assert len(result.in_state("missing")) == len(plan.elements)


@pytest.mark.parametrize(("language", "word"), [("zh", "缺失 1"), ("en", "1 missing")])
def test_result_is_told_in_both_languages(plan: Plan, text: str, language: str, word: str) -> None:
    """The first line has the totals; the missing quote is named."""
    changed = text.replace("东盛大街综合服务节点", "")
    said = verification_text(verify_quotes(plan, changed), "zh" if language == "zh" else "en")
    assert word in said.splitlines()[0]
    assert "ND03" in said


@settings(max_examples=15)
@given(before=st.integers(0, 959), count=st.integers(1, 5))
def test_blank_lines_anywhere_lose_no_quote(before: int, count: int) -> None:
    """Law: blank lines move what stands below them and nothing else."""
    plan = read_plan()
    lines = _text(plan).split("\n")
    longer = [*lines[:before], *[""] * count, *lines[before:]]
    for check in verify_quotes(plan, "\n".join(longer)).checks:
        assert check.drift == (count if check.line > before else 0)
