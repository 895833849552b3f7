"""What the plan says, as values: clause, element, relation, figure, ambiguity, and the plan."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property

from erdao_gis.errors import Language, NotInPlanError


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The text the register was read from.

    Parameters
    ----------
    title_zh, title_en, publisher_zh, publisher_en
        Names in both languages.
    period_start, period_end, horizon
        First and last year of the plan, and the year of its long-range goals.
    sha256
        Of the plain text in UTF-8 with line feeds; the text itself is not shipped.
    lines
        Number of lines of that text.
    """

    title_zh: str
    title_en: str
    publisher_zh: str
    publisher_en: str
    period_start: int
    period_end: int
    horizon: int
    sha256: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class Code:
    """One value of a code list, with its label in both languages."""

    list: str
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A heading of the outline: part, chapter, section, box or unnumbered sub-head.

    Parameters
    ----------
    id
        Like ``2.1.4`` (part 2, chapter 1, section 4), ``1.1.box1.b``, ``1.5.c`` or ``G``.
    parent
        Id of the heading above, empty for a part.
    part, chapter, section
        The pieces of the id, empty where the heading stands higher.
    heading_zh
        The heading without its number.
    citation_zh, citation_en
        How the clause is cited.
    line
        Line of the heading in the outline's text, from 1.
    """

    id: str
    parent: str
    part: str
    chapter: str
    section: str
    heading_zh: str
    citation_zh: str
    citation_en: str
    line: int

    def citation(self, language: Language) -> str:
        """Return the citation in ``language``."""
        return self.citation_zh if language == "zh" else self.citation_en


@dataclass(frozen=True, kw_only=True)
class Element:
    """A spatial or measurable element of the outline: one row of the register.

    Parameters
    ----------
    id
        Register id, like ``ND03``.
    kind, placing, geometry, status
        Codes; their labels are in ``layers/plan/codes.csv``. ``placing`` says how the text gives
        the place, ``geometry`` which form the element has on the ground.
    name_zh, name_en
        Names; words in brackets are ours where the text has no name.
    clause
        Id of the clause it is read from.
    line
        Line in the outline's text, from 1.
    quote
        At most 40 characters of that line, verbatim.
    layer
        The layer that holds the element's row, ``collection`` for a set of other elements or
        ``figure`` for a number without a place.
    note_zh, note_en
        What is left open, contradictory or inferred; empty where nothing is.
    """

    id: str
    kind: str
    name_zh: str
    name_en: str
    clause: str
    line: int
    quote: str
    placing: str
    geometry: str
    layer: str
    status: str
    note_zh: str
    note_en: str

    def name(self, language: Language) -> str:
        """Return the name in ``language``."""
        return self.name_zh if language == "zh" else self.name_en

    def note(self, language: Language) -> str:
        """Return the note in ``language``."""
        return self.note_zh if language == "zh" else self.note_en

    @property
    def spatial(self) -> bool:
        """Whether a layer holds the element: neither a set of others nor a mere figure."""
        return self.layer not in {"collection", "figure"}


@dataclass(frozen=True, kw_only=True)
class Relation:
    """How one element stands to another: ``from_id relation to_id``.

    ``part`` tells, for ``part_of``, which part of the whole is meant (the ``nodes`` of
    "21338"); the notes say what is inferred.
    """

    from_id: str
    relation: str
    to_id: str
    part: str
    note_zh: str
    note_en: str

    def note(self, language: Language) -> str:
        """Return the note in ``language``."""
        return self.note_zh if language == "zh" else self.note_en


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number the outline gives for an element.

    Parameters
    ----------
    register_id, part
        The element, and which of its numbers (empty if it has one).
    operator
        ``=``, ``≈``, ``>=``, ``<=``, ``>``, ``<``; empty if the text gives no number.
    value
        The number in ``unit``; None where the text gives a direction or words only.
    unit
        Code of the unit; empty where there is none.
    basis_zh, basis_en
        What the number refers to, and what about it is implied.
    base_year
        Year the reported state belongs to; for targets the year compared with, if stated.
    target_year
        Year by which a target is to be reached.
    role
        ``achievement``, ``target``, ``count`` or ``baseline``.
    """

    register_id: str
    part: str
    operator: str
    value: float | None
    unit: str
    basis_zh: str
    basis_en: str
    base_year: int | None
    target_year: int | None
    role: str

    def basis(self, language: Language) -> str:
        """Return the basis in ``language``."""
        return self.basis_zh if language == "zh" else self.basis_en


@dataclass(frozen=True, kw_only=True)
class Ambiguity:
    """A place where the outline contradicts itself or leaves something open."""

    id: str
    element_ids: tuple[str, ...]
    text_zh: str
    text_en: str

    def text(self, language: Language) -> str:
        """Return the text in ``language``."""
        return self.text_zh if language == "zh" else self.text_en


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The register of the plan with its clauses, relations, figures and ambiguities.

    Made by :func:`erdao_gis.plan.read_plan`; rows keep the order of their tables.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> plan = read_plan()
    >>> plan.element("ND03").name_en
    'Dongsheng Street comprehensive-service node'
    >>> [relation.to_id for relation in plan.relations_of("ND03") if relation.from_id == "ND03"]
    ['ST01', 'ST03', 'FS05', 'CM02']
    """

    outline: Outline
    clauses: tuple[Clause, ...]
    elements: tuple[Element, ...]
    relations: tuple[Relation, ...]
    figures: tuple[Figure, ...]
    ambiguities: tuple[Ambiguity, ...]
    codes: tuple[Code, ...] = field(repr=False)

    @cached_property
    def _elements(self) -> dict[str, Element]:
        return {element.id: element for element in self.elements}

    @cached_property
    def _clauses(self) -> dict[str, Clause]:
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def _codes(self) -> dict[tuple[str, str], Code]:
        return {(code.list, code.code): code for code in self.codes}

    def element(self, element_id: str) -> Element:
        """Return the element ``element_id``; :class:`NotInPlanError` if there is none."""
        found = self._elements.get(element_id)
        if found is None:
            near = difflib.get_close_matches(element_id.upper(), self._elements, n=5, cutoff=0.5)
            names = ", ".join(near or list(self._elements)[:5])
            raise NotInPlanError("plan_no_such_element", {"id": element_id, "names": names})
        return found

    def clause(self, clause_id: str) -> Clause:
        """Return the clause ``clause_id``; :class:`NotInPlanError` if there is none."""
        found = self._clauses.get(clause_id)
        if found is None:
            near = difflib.get_close_matches(clause_id, self._clauses, n=5, cutoff=0.5)
            names = ", ".join(near or list(self._clauses)[:5])
            raise NotInPlanError("plan_no_such_clause", {"id": clause_id, "names": names})
        return found

    def label(self, code_list: str, code: str, language: Language) -> str:
        """Return the label of a code, or the code itself where it has none (empty, unknown)."""
        row = self._codes.get((code_list, code))
        if row is None:
            return code
        return row.name_zh if language == "zh" else row.name_en

    def of_kind(self, *kinds: str) -> tuple[Element, ...]:
        """Return the elements of these kinds, in register order; none for unknown kinds."""
        return tuple(element for element in self.elements if element.kind in kinds)

    def relations_of(self, element_id: str) -> tuple[Relation, ...]:
        """Return the relations from the element, then those to it."""
        self.element(element_id)
        outward = [relation for relation in self.relations if relation.from_id == element_id]
        inward = [relation for relation in self.relations if relation.to_id == element_id]
        return (*outward, *inward)

    def figures_of(self, element_id: str) -> tuple[Figure, ...]:
        """Return the figures of the element; empty where the outline gives none."""
        self.element(element_id)
        return tuple(figure for figure in self.figures if figure.register_id == element_id)

    def ambiguities_of(self, element_id: str) -> tuple[Ambiguity, ...]:
        """Return the ambiguities that concern the element."""
        self.element(element_id)
        return tuple(item for item in self.ambiguities if element_id in item.element_ids)

    def children(self, element_id: str) -> tuple[Element, ...]:
        """Return the elements that are part of this one, in the order of the relations.

        Examples
        --------
        >>> from erdao_gis.plan import read_plan
        >>> [part.name_en for part in read_plan().children("FS07")]
        ['Heshun Street, north section']
        """
        self.element(element_id)
        parts = [
            relation.from_id
            for relation in self.relations
            if relation.relation == "part_of" and relation.to_id == element_id
        ]
        return tuple(self.element(part) for part in dict.fromkeys(parts))
