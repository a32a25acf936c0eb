"""So few people that each could be known by a number are in no number outside their centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from builders import project

from miro_sync import kpi
from miro_sync.kpi import few, hides, is_hidden, may_show
from miro_sync.kpi.measured import Measured, PastValue, Stage
from miro_sync.model import (
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorPart,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Period,
    say,
)

SHARE, MEAN, GROWTH = (
    IndicatorFormula.RATIO,
    IndicatorFormula.MEAN,
    IndicatorFormula.GROWTH,
)


def declared(formula: IndicatorFormula = SHARE, **changes: Any) -> Indicator:  # noqa: ANN401 - any field
    base = Indicator("K1", "Охват", "%", formula, IndicatorSource.TABLE, people=True)
    return replace(base, **changes)


def stands(indicator: Indicator, value: float | None, **changes: Any) -> IndicatorValue:  # noqa: ANN401 - any field
    base = IndicatorValue(
        indicator, dt.date(2023, 6, 1), IndicatorState.KNOWN, say("status.held"), value=value
    )
    return replace(base, **changes)


@pytest.mark.parametrize(
    ("number", "so_few"), [(None, False), (0, False), (1, True), (4.5, True), (5, False)]
)
def test_one_to_four_people_are_few_and_nobody_is_not(
    number: float | None, *, so_few: bool
) -> None:
    assert few(declared(), number) is so_few
    assert not few(declared(people=False), number)


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [(3, 30, True), (30, 4, True), (0, 30, False), (5, 5, False), (None, 30, False)],
)
def test_a_share_is_hidden_if_either_of_its_numbers_counts_few(
    numerator: float | None, denominator: float, *, hidden: bool
) -> None:
    assert hides(declared(), numerator, denominator) is hidden


@pytest.mark.parametrize("formula", [MEAN, GROWTH])
def test_a_mean_is_hidden_by_how_many_people_it_is_of_and_not_by_its_sum(
    formula: IndicatorFormula,
) -> None:
    assert hides(declared(formula), 30, 4)
    assert not hides(declared(formula), 3, 30)


def test_a_sum_that_is_divided_by_nothing_is_no_share() -> None:
    assert not hides(declared(), 3, None)


@pytest.mark.parametrize(("value", "hidden"), [(3.0, True), (0.0, False), (5.0, False)])
def test_a_bare_count_of_few_people_is_hidden(value: float, *, hidden: bool) -> None:
    count = declared(IndicatorFormula.SUM, unit="чел.")

    assert is_hidden(stands(count, value)) is hidden
    assert not is_hidden(stands(replace(count, people=False), value))


def test_a_small_percentage_or_mean_is_no_count_of_people() -> None:
    assert not is_hidden(stands(declared(unit="%"), 3.0))
    assert not is_hidden(stands(declared(MEAN, unit="балл"), 4.2))
    assert not is_hidden(stands(declared(unit="чел."), 3.0, numerator=30, denominator=10))


def test_a_share_of_few_people_is_hidden() -> None:
    assert is_hidden(stands(declared(), 75.0, numerator=3, denominator=4))
    assert is_hidden(stands(declared(), 10.0, numerator=3, denominator=30))
    assert not is_hidden(stands(declared(), 75.0, numerator=30, denominator=40))


def test_a_growth_is_hidden_by_all_the_people_of_its_parts_together() -> None:
    def growth(*people: float | None) -> IndicatorValue:
        parts = tuple(IndicatorPart("8 класс", denominator=one) for one in people)
        return stands(declared(GROWTH), 12.0, numerator=3, denominator=2, parts=parts)

    assert is_hidden(growth(2, None, 2))
    assert not is_hidden(growth(2, 3))
    assert not is_hidden(growth(None))
    assert not is_hidden(growth())


def test_what_has_no_value_is_neither_hidden_nor_shown() -> None:
    nothing = stands(declared(), None, numerator=3, denominator=4)

    assert not is_hidden(nothing)
    assert not may_show(nothing)
    assert not may_show(nothing, inside=True)


def test_what_is_hidden_from_others_is_shown_to_its_own_centre() -> None:
    hidden = stands(declared(), 75.0, numerator=3, denominator=4)
    shown = stands(declared(), 75.0, numerator=30, denominator=40)

    assert (may_show(hidden), may_show(hidden, inside=True)) == (False, True)
    assert (may_show(shown), may_show(shown, inside=True)) == (True, True)


# --- what was before ----------------------------------------------------------------------------

TODAY = dt.date(2023, 9, 20)


def judged(indicator: Indicator, *stages: Stage, past: Sequence[PastValue] = ()) -> IndicatorValue:
    return kpi.judge(
        indicator,
        Measured("K1", kpi.definition_of(indicator), stages),
        project=project(),
        calendar=EventCalendar((), ()),
        today=TODAY,
        past=past,
    )


def of_month(month: int, value: float, **changes: Any) -> Stage:  # noqa: ANN401 - any field
    days = Period(dt.date(2023, month, 1), dt.date(2023, month, 28))
    return Stage(period=days, value=value, best=value, worst=value, **changes)


def test_a_count_of_few_people_is_hidden_when_there_are_many_by_now() -> None:
    count = declared(IndicatorFormula.SUM, unit="чел.")
    grown = judged(count, of_month(3, 7.0), of_month(4, 3.0), of_month(5, 12.0))
    known = judged(replace(count, people=False), of_month(4, 3.0), of_month(5, 12.0))

    assert [one.value for one in grown.trend] == [7, 12]
    assert grown.before is None
    assert [one.value for one in known.trend] == [3, 12]
    assert known.before is not None


def test_a_share_of_few_people_is_hidden_when_there_are_many_by_now() -> None:
    few_then = of_month(3, 75.0, numerator=3.0, denominator=4.0)
    many_then = of_month(4, 50.0, numerator=20.0, denominator=40.0)
    now = of_month(5, 60.0, numerator=30.0, denominator=50.0)

    shown = judged(declared(), few_then, many_then, now)
    assert [one.value for one in shown.trend] == [50, 60]
    assert shown.before == shown.trend[0]
    assert judged(declared(), few_then, now).before is None


def test_a_growth_of_few_people_is_hidden_when_there_are_many_by_now() -> None:
    few_then = of_month(3, 9.0, parts=(IndicatorPart("8 класс", denominator=4),))
    now = of_month(5, 12.0, parts=(IndicatorPart("8 класс", denominator=20),))

    assert [one.value for one in judged(declared(GROWTH), few_then, now).trend] == [12]


def test_what_earlier_runs_counted_is_hidden_as_well() -> None:
    count = declared(IndicatorFormula.SUM, unit="чел.", collected="Май 2023 Сентябрь 2023")
    past = [PastValue(dt.date(2023, 5, 3), 3.0), PastValue(dt.date(2023, 6, 3), 7.0)]
    now = Stage(value=12.0, best=12.0, worst=12.0)

    assert [one.value for one in judged(count, now, past=past).trend] == [7, 12]
    assert judged(count, now, past=past[:1]).before is None
