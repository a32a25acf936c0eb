"""Rows of a worksheet -> what an indicator comes to, collection by collection.

A row that nobody has filled in yet, or that holds what cannot be read, is unknown: it stands in
neither the numerator nor the denominator. Where no row of a collection holds anything, there was
none. The order of rows changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

from miro_sync.kpi.collecting import collections_of
from miro_sync.kpi.events import quota_stage
from miro_sync.kpi.measured import Measured, Stage, definition_of
from miro_sync.kpi.rows import Fact, Facts, read_facts
from miro_sync.model import (
    Center,
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorPart,
    Period,
    Place,
    Problem,
    Project,
    Severity,
    SheetKind,
    TablesSnapshot,
    say,
)

if TYPE_CHECKING:
    from miro_sync.kpi.rows import FindCenter

_ALL = 100.0

#: Formulas that ask every centre for a number: one without a row is unknown.
_OF_EVERY_CENTER = frozenset({IndicatorFormula.RATIO})

_MEANS = frozenset({IndicatorFormula.MEAN, IndicatorFormula.GROWTH})


def from_table(  # noqa: PLR0913 - all that a row may lean on
    indicator: Indicator,
    tables: TablesSnapshot,
    kinds: Sequence[SheetKind],
    project: Project,
    calendar: EventCalendar,
    *,
    find_center: FindCenter,
    day: dt.date,
) -> Measured:
    """Count an indicator over the rows of its worksheets.

    Args:
        indicator: its formula reads a worksheet.
        tables: the worksheets, read completely.
        kinds: the declared worksheets, by whose headers a column may go as well.
        project: its centres, and the span in which the indicator is collected.
        calendar: the events that the indicator may name.
        find_center: a text that is a centre's name -> its id; None for any other.
        day: the local day of the read.

    """
    facts = read_facts(indicator, tables, kinds, project, find_center=find_center)
    measured = Measured(
        indicator.id,
        definition_of(indicator),
        readable=facts.found,
        problems=facts.problems,
        place=facts.place,
        day=day,
    )
    if not facts.found:
        return measured
    counter = _Counter(indicator, facts, project.centers)
    collections = collections_of(indicator, project, calendar)
    stages = [
        replace(stage, period=period, label=_label(rows))
        for period, rows in _by_collection(facts.rows, collections)
        if (stage := counter.stage(rows)) is not None
    ]
    stages.sort(key=lambda one: (one.period is not None, one.period or _NEVER))
    return replace(
        measured,
        stages=tuple(stages),
        problems=tuple(dict.fromkeys((*facts.problems, *counter.problems))),
    )


_NEVER = Period(dt.date.min, dt.date.min)


def _by_collection(
    rows: Iterable[Fact], collections: Sequence[Period]
) -> Iterable[tuple[Period | None, list[Fact]]]:
    """Gather the rows of one collection: a day in March 2023 and «2023» both mean March 2023.

    A row that speaks of days in several collections, or in none, stands with those that speak of
    the same days.
    """
    gathered: defaultdict[Period | None, list[Fact]] = defaultdict(list)
    for row in rows:
        period = row.period
        if period is not None:
            touched = [one for one in collections if one.overlaps(period)]
            period = touched[0] if len(touched) == 1 else period
        gathered[period].append(row)
    return gathered.items()


def _label(rows: Iterable[Fact]) -> str:
    labels = {row.period_label for row in rows}
    return labels.pop() if len(labels) == 1 else ""


class _Counter:
    """Counts the rows of one collection after another."""

    def __init__(self, indicator: Indicator, facts: Facts, centers: Sequence[Center]) -> None:
        self.problems: list[Problem] = []
        self._indicator, self._facts, self._centers = indicator, facts, centers

    def stage(self, rows: Sequence[Fact]) -> Stage | None:
        """Return what the rows come to; None when nobody has filled any of them in."""
        rows = sorted(rows, key=_row_number)
        if not any(map(self._is_filled, rows)):
            return None
        count: Callable[[Sequence[Fact]], Stage | None] = {
            IndicatorFormula.RATIO: self._ratio,
            IndicatorFormula.COVERAGE: self._coverage,
            IndicatorFormula.SUM: self._sum,
            IndicatorFormula.VALUE: self._value,
            IndicatorFormula.QUOTA: self._quota,
        }.get(self._indicator.formula, self._mean)
        return count(rows)

    def _ratio(self, rows: Sequence[Fact]) -> Stage:
        parts = []
        for row in rows:
            above, below = row.numbers.get("numerator"), row.numbers.get("denominator")
            if above is not None and below is not None and self._is_share and above > below:
                self._tell(row, "over_all", "numerator")
                above = None
            known = above is not None and below is not None and not row.flawed
            parts.append(_part(row, above, below) if known else _unknown(row))
        parts += self._without_row(rows)
        known_parts = [one for one in parts if not one.unknown]
        above = fsum(one.numerator or 0.0 for one in known_parts)
        below = fsum(one.denominator or 0.0 for one in known_parts)
        value = None
        if below > 0:
            value = above / below * (_ALL if self._is_share else 1)
        elif known_parts:
            self._zero("denominator")
        unknown = len(parts) - len(known_parts)
        return self._bounded(Stage(None, "", value, above, below, unknown, parts=tuple(parts)))

    def _coverage(self, rows: Sequence[Fact]) -> Stage:
        groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for row in rows:
            groups[row.label, row.group.casefold()].append(row)
        parts = []
        for (label, _), members in groups.items():
            first = members[0]
            name = first.group if label == first.group else f"{label}: {first.group}"
            values = [row.numbers["value"] for row in members if "value" in row.numbers]
            part = replace(_unknown(first), label=name)
            if any(values) or (values and not any(row.flawed for row in members)):
                part = replace(part, unknown=False, numerator=float(any(values)), denominator=1.0)
            parts.append(part)
        done = sum(bool(one.numerator) for one in parts)
        total = sum(not one.unknown for one in parts)
        everything = len(parts)
        return Stage(
            value=done / total * _ALL if total else None,
            numerator=float(done),
            denominator=float(total),
            unknown=everything - total,
            best=(done + everything - total) / everything * _ALL,
            worst=done / everything * _ALL,
            parts=tuple(parts),
        )

    def _mean(self, rows: Sequence[Fact]) -> Stage:
        named = self._indicator.weight is not None
        parts = []
        for row in rows:
            value = self._in_range(row)
            weight = row.numbers.get("weight") if named else 1.0
            if weight is None and len(rows) == 1:
                weight = 1.0  # nothing to be weighed against
            if named and row.numbers.get("weight") == 0 and value is None and not row.flawed:
                continue  # nobody sat the exam there: no mark is missing
            known = value is not None and weight is not None and not row.flawed
            parts.append(_part(row, value, weight) if known else _unknown(row))
        known_parts = [one for one in parts if not one.unknown]
        above = fsum((one.numerator or 0.0) * (one.denominator or 0.0) for one in known_parts)
        below = fsum(one.denominator or 0.0 for one in known_parts)
        value = above / below if below else None
        if not below and len(known_parts) == len(parts):
            self._zero("weight")
        unknown = len(parts) - len(known_parts)
        if self._indicator.formula is IndicatorFormula.GROWTH:
            base = self._indicator.base or 1.0
            growth = None if value is None else (value / base - 1) * _ALL
            return self._bounded(Stage(None, "", growth, value, base, unknown, parts=tuple(parts)))
        return self._bounded(Stage(None, "", value, above, below, unknown, parts=tuple(parts)))

    def _sum(self, rows: Sequence[Fact]) -> Stage:
        parts = []
        for row in rows:
            value = row.numbers.get("value")
            known = value is not None and not row.flawed
            parts.append(_part(row, value, None) if known else _unknown(row))
        known_parts = [one for one in parts if not one.unknown]
        total = fsum(one.numerator or 0.0 for one in known_parts) if known_parts else None
        unknown = len(parts) - len(known_parts)
        stage = Stage(None, "", total, total, None, unknown, parts=tuple(parts))
        return replace(stage, worst=total, best=total if not unknown else None)

    def _value(self, rows: Sequence[Fact]) -> Stage:
        filled = [row for row in rows if self._is_filled(row)]
        if len(filled) > 1:
            for row in filled[1:]:
                self._tell(row, "several_rows", "value")
            parts = tuple(map(_unknown, filled))
            return Stage(unknown=len(filled), parts=parts)
        (row,) = filled
        value = self._in_range(row)
        part = _unknown(row) if value is None else _part(row, value, None)
        return self._bounded(Stage(value=value, unknown=int(value is None), parts=(part,)))

    def _quota(self, rows: Sequence[Fact]) -> Stage | None:
        least = self._indicator.minimum or self._indicator.target
        counts: dict[str, float] = {center.id: 0.0 for center in self._centers}
        open_ones: set[str] = set()
        places: dict[str, Place] = {}
        for row in rows:
            if row.center_id is None:
                self._tell(row, "no_center")
                continue
            places.setdefault(row.center_id, row.place)
            if self._indicator.value is None:
                counts[row.center_id] += not row.flawed
            elif "value" in row.numbers:
                counts[row.center_id] += row.numbers["value"]
            else:
                open_ones.add(row.center_id)
        parts = tuple(
            IndicatorPart(
                center.name,
                center.id,
                counts[center.id],
                least,
                unknown=center.id in open_ones and counts[center.id] < (least or 0),
                place=places.get(center.id, self._facts.place),
            )
            for center in self._centers
        )
        return quota_stage(self._indicator, parts)

    def _is_filled(self, row: Fact) -> bool:
        """Tell whether something was collected; a denominator may be known before."""
        formula = self._indicator.formula
        if formula is IndicatorFormula.QUOTA and self._indicator.value is None:
            return True  # the row itself is what is counted
        key = "numerator" if formula is IndicatorFormula.RATIO else "value"
        return row.flawed or key in row.numbers

    @property
    def _is_share(self) -> bool:
        return self._indicator.unit == "%"

    def _in_range(self, row: Fact) -> float | None:
        """Return the value of a row; percents over 100 are told of and are none."""
        value = row.numbers.get("value")
        is_share = self._is_share and self._indicator.formula is not IndicatorFormula.GROWTH
        if value is not None and is_share and value > _ALL:
            self._tell(row, "over_all", "value")
            return None
        return value

    def _without_row(self, rows: Sequence[Fact]) -> list[IndicatorPart]:
        """Return the centres that a worksheet of centres does not have."""
        named = {row.center_id for row in rows} - {None}
        if not (self._facts.by_center and named) or self._indicator.formula not in _OF_EVERY_CENTER:
            return []
        return [
            IndicatorPart(center.name, center.id, unknown=True, place=self._facts.place)
            for center in self._centers
            if center.id not in named
        ]

    def _bounded(self, stage: Stage) -> Stage:
        """Say what the value may be at most and at least: how much the unknown are nobody knows.

        A share that is not whole without them cannot become whole with them.
        """
        if not stage.unknown:
            return replace(stage, best=stage.value, worst=stage.value)
        if stage.value is not None and self._indicator.formula is IndicatorFormula.RATIO:
            short = self._is_share and (stage.numerator or 0) < (stage.denominator or 0)
            return replace(stage, best=_ALMOST if short else None)
        return stage

    def _tell(self, row: Fact, fault: str, key: str = "") -> None:
        place = row.places.get(key, row.place)
        severity = Severity.WARNING if fault == "no_center" else Severity.ERROR
        self.problems.append(Problem(say(f"kpi.{fault}"), place, severity))

    def _zero(self, key: str) -> None:
        column = getattr(self._indicator, key) or ""
        place = self._facts.place
        self.problems.append(Problem(say("kpi.zero", column=column), place))


#: Less than all, by less than anybody tells.
_ALMOST = 99.999999


def _part(row: Fact, above: float | None, below: float | None) -> IndicatorPart:
    return IndicatorPart(row.label, row.center_id, above, below, place=row.place)


def _unknown(row: Fact) -> IndicatorPart:
    return IndicatorPart(row.label, row.center_id, unknown=True, place=row.place)


def _row_number(row: Fact) -> tuple[str, int]:
    cell = row.place.cell or ""
    return (row.place.sheet or "", int(cell) if cell.isdecimal() else 0)
