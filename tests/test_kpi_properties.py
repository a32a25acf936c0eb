"""What holds for any rows: their order is nothing, the unknown are neither done nor failed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_kpi import CENTERS, EXAM, HEAD, MEAN, RATIO, counted, table

from miro_sync import kpi
from miro_sync.model import Indicator, IndicatorFormula, IndicatorSource, IndicatorState

numbers = st.one_of(st.none(), st.integers(0, 60), st.sampled_from(["нет данных", "7 чел.", "?"]))
ratio_rows = st.lists(
    st.tuples(st.sampled_from([one.name for one in CENTERS]), numbers, numbers), max_size=12
)
exam_rows = st.lists(
    st.tuples(
        st.sampled_from([one.name for one in CENTERS]),
        st.sampled_from(["Физика", "физика", "Химия", "Физка"]),
        st.sampled_from([2022, 2023, "2023", 2024]),
        st.one_of(st.none(), st.integers(0, 30)),
        st.one_of(st.none(), st.floats(0, 45), st.just("н/д")),
    ),
    max_size=12,
)


def gist(indicator: Indicator, *rows: object) -> tuple[object, ...]:
    value = counted(indicator, table(*rows))  # type: ignore[arg-type]
    return (
        value.state,
        value.value,
        value.numerator,
        value.denominator,
        value.unknown,
        sorted(one.message.key for one in value.problems),
    )


@given(ratio_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_share(rows: list[tuple[object, ...]], random: object) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert gist(RATIO, "Ведомость", HEAD, *rows) == gist(RATIO, "Ведомость", HEAD, *shuffled)


@given(exam_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_mean(rows: list[tuple[object, ...]], random: object) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert gist(MEAN, "Результаты ОГЭ", EXAM, *rows) == gist(
        MEAN, "Результаты ОГЭ", EXAM, *shuffled
    )


@given(ratio_rows)
def test_a_row_nobody_can_read_changes_neither_numerator_nor_denominator(
    rows: list[tuple[object, ...]],
) -> None:
    before = counted(RATIO, table("Ведомость", HEAD, *rows))  # type: ignore[arg-type]
    more = (*rows, ("Судженская ООШ", "как всегда", 40))
    after = counted(RATIO, table("Ведомость", HEAD, *more))  # type: ignore[arg-type]

    assert (after.numerator or 0, after.denominator or 0) == (
        before.numerator or 0,
        before.denominator or 0,
    )
    assert after.value == before.value
    assert after.unknown > before.unknown or before.state is not IndicatorState.KNOWN


@given(ratio_rows)
def test_a_share_is_never_over_all_and_its_parts_add_up(rows: list[tuple[object, ...]]) -> None:
    value = counted(RATIO, table("Ведомость", HEAD, *rows))  # type: ignore[arg-type]

    if value.value is not None:
        assert 0 <= value.value <= 100
        known = [part for part in value.parts if not part.unknown]
        assert value.numerator == sum(part.numerator or 0 for part in known)
        assert value.denominator == sum(part.denominator or 0 for part in known)
        assert value.unknown == len(value.parts) - len(known)


@given(ratio_rows)
def test_a_flag_is_raised_only_where_the_unknown_cannot_help(
    rows: list[tuple[object, ...]],
) -> None:
    asked = replace(RATIO, collected="Апрель 2023")
    value = counted(asked, table("Ведомость", HEAD, *rows))  # type: ignore[arg-type]

    if value.behind:
        assert value.numerator is not None
        assert value.denominator is not None
        assert value.numerator < value.denominator


@given(st.floats(0, 1000), st.integers(0, 3))
def test_a_value_is_told_within_half_a_step_and_never_rounded_up_to_its_target(
    number: float, decimals: int
) -> None:
    share = Indicator(
        "K",
        "Доля",
        "%",
        IndicatorFormula.HELD_SHARE,
        IndicatorSource.CALENDAR,
        target=100,
        decimals=decimals,
    )
    told = kpi.rounded(share, number)

    assert told == pytest.approx(number, abs=10**-decimals)
    assert (told >= 100) == (number >= 100)
