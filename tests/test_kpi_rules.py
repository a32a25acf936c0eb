"""Corners of the indicators: rounding, parts of a value, minimums, events by key, dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from builders import LONG_AFTER, event, occurrence, schedule, source
from test_kpi import (
    CALENDAR,
    CENTERS,
    FORMULA,
    HEAD,
    HELD_SHARE,
    MEAN,
    PROJECT,
    QUOTA,
    RATIO,
    SHARE,
    TABLE,
    centres,
    counted,
    exams,
    quotas,
    table,
    told,
    verdict,
)

from miro_sync import kpi
from miro_sync.kpi.measured import Measured, Stage
from miro_sync.kpi.rounding import shortfall
from miro_sync.messages import catalogue
from miro_sync.model import (
    Direction,
    EventCalendar,
    Indicator,
    IndicatorState,
    Period,
    Place,
    Progress,
    Severity,
    SourceState,
    Status,
    say,
)
from miro_sync.resource_map import CellFault, CenterMap

RU = catalogue("ru")
BANK = Indicator("K5", "Материалы", "материалов", FORMULA.QUOTA, TABLE, sheet="Банк", target=2)


# --- rounding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (99.96, 100.0, 99.9),
        (100.0, 100.0, 100.0),
        (33.35, 100.0, 33.4),
        (33.35, None, 33.4),
        (5.04, 5.0, 5.1),
        (5.0, 5.0, 5.0),
        (4.96, 5.0, 4.9),
        (5.06, 5.0, 5.1),
        (99.96, 99.96, 100.0),
        (5.04, 5.04, 5.0),
    ],
)
def test_a_share_is_never_rounded_onto_its_target(
    value: float, target: float | None, shown: float
) -> None:
    assert kpi.rounded(replace(RATIO, target=target), value) == shown


def test_a_mean_is_rounded_half_up_whatever_its_target() -> None:
    assert kpi.rounded(replace(MEAN, target=17.8), 17.75) == 17.8
    assert kpi.rounded(MEAN, 17.25) == 17.3


@pytest.mark.parametrize(
    ("indicator", "value", "places"),
    [
        (RATIO, 100.0, 0),
        (RATIO, 98.1, 1),
        (MEAN, 24.0, 1),
        (replace(MEAN, unit="%"), 24.0, 0),
        (QUOTA, 12.0, 0),
        (QUOTA, 12.5, 1),
    ],
)
def test_whole_shares_and_counts_are_told_without_places(
    indicator: Indicator, value: float, places: int
) -> None:
    assert kpi.places(indicator, value) == places


@pytest.mark.parametrize(
    ("indicator", "gap", "places"),
    [(RATIO, 25.0, 0), (RATIO, 25.4, 1), (MEAN, 1.0, 1), (RATIO, 25.04, 0)],
)
def test_whole_points_of_a_share_are_told_without_places(
    indicator: Indicator, gap: float, places: int
) -> None:
    assert kpi.gap_places(indicator, gap) == places


def test_a_shortfall_is_reckoned_from_what_is_told() -> None:
    assert shortfall(MEAN, 17.74, 17.85) == 0.2
    assert shortfall(MEAN, 18.0, 17.8) == 0
    assert shortfall(replace(MEAN, direction=Direction.DOWN), 18.0, 17.8) == 0.2


# --- parts --------------------------------------------------------------------------------------


def test_every_occurrence_that_is_due_is_a_part_with_its_place() -> None:
    place = Place("calendar.csv", cell="3")
    planned = replace(event("D02", title="Семинар"), place=place)
    network = replace(event("r-1", code=None, title="Слёт"), place=place)
    value = counted(
        HELD_SHARE,
        None,
        verdicts=[
            verdict(occurrence(planned, center_id="yaya-1"), Status.HELD),
            verdict(occurrence(planned, center_id="ishim"), Status.UNKNOWN),
            verdict(occurrence(network), Status.MISSED),
        ],
    )

    assert [(one.label, one.numerator, one.denominator, one.unknown) for one in value.parts] == [
        (f"D02 Семинар: {CENTERS[0].name}", 1.0, 1.0, False),
        (f"D02 Семинар: {CENTERS[1].name}", None, None, True),
        ("Слёт", 0.0, 1.0, False),
    ]
    assert {one.place for one in value.parts} == {place}


def test_every_centre_is_a_part_of_a_share_of_centres() -> None:
    value = counted(
        SHARE,
        None,
        calendar=EventCalendar((event("D02"),), ()),
        verdicts=centres({"yaya-1": Status.HELD, "ishim": Status.MISSED}),
    )
    maps = (
        CenterMap(CENTERS[0], 9, 9),
        CenterMap(CENTERS[1], 8, 9, (CellFault(None, "Дата", say("resources.blank")),)),
    )
    by_map = counted(replace(SHARE, formula=FORMULA.MAP_SHARE, source=TABLE), None, maps=maps)

    assert [(one.center_id, one.numerator, one.denominator) for one in value.parts] == [
        ("yaya-1", 1.0, 1.0),
        ("ishim", 0.0, 1.0),
    ]
    assert [(one.label, one.numerator, one.denominator) for one in by_map.parts] == [
        (CENTERS[0].name, 9, 9),
        (CENTERS[1].name, 8, 9),
    ]
    assert by_map.unknown == 0


# --- quotas -------------------------------------------------------------------------------------


def test_what_a_centre_gave_for_several_quotas_is_added_up() -> None:
    planned = event("D14", quota=3)
    more = verdict(occurrence(planned, center_id="yaya-1"), Status.RUNNING, progress=Progress(2, 3))
    dropped = verdict(
        occurrence(planned, center_id="ishim"), Status.CANCELLED, progress=Progress(1, 3)
    )
    value = counted(QUOTA, None, verdicts=[dropped, *quotas({"yaya-1": 12, "ishim": 7}), more])

    assert [(one.label, one.numerator, one.denominator) for one in value.parts] == [
        (CENTERS[0].name, 14, 13),
        (CENTERS[1].name, 7, 10),
    ]


def test_a_quota_of_the_network_is_called_by_its_event() -> None:
    whole = verdict(
        occurrence(event("D15", title="Банк", quota=5)), Status.RUNNING, progress=Progress(4, 5)
    )

    assert [one.label for one in counted(QUOTA, None, verdicts=[whole]).parts] == ["D15 Банк"]


def test_a_source_that_is_not_named_and_the_calendar_leave_a_quota_whole() -> None:
    read = [
        source("board"),
        source("tables", SourceState.ABSENT),
        source("calendar", SourceState.STALE),
    ]
    value = counted(QUOTA, None, verdicts=quotas({"yaya-1": 2}), sources=read)

    assert (value.value, value.unknown) == (2, 0)


def test_a_quota_without_a_deadline_is_not_behind() -> None:
    (one,) = quotas({"yaya-1": 2})
    endless = replace(one, occurrence=replace(one.occurrence, period=None, deadline=None))

    assert not counted(QUOTA, None, verdicts=[endless]).behind


def test_numbers_of_one_centre_are_added_up_and_a_blank_leaves_it_open_while_it_is_short() -> None:
    bank = replace(BANK, value="Материалов")
    tables = table(
        "Банк",
        ("Центр", "Материалов"),
        (CENTERS[0].name, 1),
        (CENTERS[0].name, 2),
        (CENTERS[0].name, None),
        (CENTERS[1].name, 1),
        (CENTERS[1].name, None),
        ("Неизвестная школа", 5),
        (CENTERS[2].name, 4),
    )
    value = counted(bank, tables)

    assert [(one.numerator, one.unknown) for one in value.parts] == [
        (3, False),
        (1, True),
        (4, False),
    ]
    assert "no_center" in [key for key, _, _ in told(value)]


# --- worksheets ---------------------------------------------------------------------------------


def test_a_growth_has_no_limit_of_a_hundred_and_keeps_its_parts() -> None:
    growth = replace(MEAN, unit="%", formula=FORMULA.GROWTH, base=10.0, baseline=0, target=20)
    value = counted(growth, exams((CENTERS[0].name, "Физика", 2023, 5, 120.0)))

    assert value.value == 1100
    assert len(value.parts) == 1


def test_a_number_that_is_no_share_may_be_above_a_hundred() -> None:
    one = Indicator("A", "Число", "шт.", FORMULA.VALUE, TABLE, sheet="Итоги", value="Число")
    tables = table("Итоги", ("Центр", "Число"), (CENTERS[0].name, 700), (CENTERS[1].name, None))

    assert counted(one, tables).value == 700


def test_a_share_that_is_whole_so_far_may_still_be_whole() -> None:
    whole = table("Ведомость", HEAD, (CENTERS[0].name, 8, 8), (CENTERS[1].name, 4, 4))
    short = table("Ведомость", HEAD, (CENTERS[0].name, 7, 8), (CENTERS[1].name, 4, 4))

    assert counted(RATIO, whole).met is None
    assert counted(RATIO, short).met is False


# --- events and days ----------------------------------------------------------------------------


def test_an_indicator_may_name_its_events_by_code_or_by_key() -> None:
    keyed = event("r-1", code=None)
    both = [
        verdict(occurrence(event("D02")), Status.HELD),
        verdict(occurrence(keyed), Status.MISSED),
        verdict(occurrence(event("D99")), Status.MISSED),
    ]
    calendar = EventCalendar((event("D02"), keyed, event("D99")), ())
    named = replace(HELD_SHARE, events=("D02", "r-1"))
    value = counted(named, None, calendar=calendar, verdicts=both)

    assert (value.numerator, value.denominator) == (1, 2)
    assert told(value) == []


def test_an_event_that_the_calendar_lacks_is_told_with_the_place_in_the_settings() -> None:
    (problem,) = counted(SHARE, None, verdicts=centres({"yaya-1": Status.HELD})).problems

    assert "D02" in RU.tell(problem.message)
    assert problem.place == Place("kpi.toml", key="[[indicator]] K2 events")


def test_a_value_of_a_day_is_known_on_that_day() -> None:
    value = counted(HELD_SHARE, None, verdicts=[verdict(occurrence(), Status.HELD)])

    assert kpi.point_on(value, value.as_of) is not None
    assert kpi.point_on(value, value.as_of - dt.timedelta(days=1)) is None


def test_on_the_last_day_of_the_project_a_table_is_not_late_yet() -> None:
    tables = table("Ведомость", HEAD, *((one.name, 1, 2) for one in CENTERS))

    assert counted(RATIO, tables, today=PROJECT.span.end).expected is None
    after = counted(RATIO, tables, today=PROJECT.span.end + dt.timedelta(days=1))
    assert (after.expected, after.behind) == (100, True)


def test_without_a_table_nothing_is_counted_for_a_map() -> None:
    value = counted(
        replace(SHARE, formula=FORMULA.MAP_SHARE, source=TABLE),
        None,
        verdicts=centres({"yaya-1": Status.HELD}),
    )

    assert value.state is IndicatorState.UNKNOWN


# --- when it is collected -------------------------------------------------------------------------


def test_only_the_named_events_of_a_table_bound_its_collections() -> None:
    march, may = (Period(dt.date(2023, month, 1), dt.date(2023, month, 31)) for month in (3, 5))
    coded, keyed = event("D12", schedule=schedule(march)), event("r-1", code=None)
    calendar = EventCalendar(
        (coded, keyed),
        (
            occurrence(coded),
            occurrence(keyed, period=may),
            occurrence(event("D13"), period=Period(dt.date(2023, 4, 1), dt.date(2023, 4, 30))),
            occurrence(coded, period=None),
        ),
    )
    monthly = replace(RATIO, collected="Ежемесячно")

    def months_of(indicator: Indicator) -> set[int]:
        found = kpi.collections_of(indicator, PROJECT, calendar)
        return {one.start.month for one in found if one.start.year == 2023}

    assert months_of(replace(monthly, events=("D12",))) == {3}
    assert months_of(replace(monthly, events=("r-1",))) == {5}
    assert months_of(replace(monthly, events=("D12", "r-1"))) == {3, 5}
    everywhere = months_of(monthly)
    assert {3, 4, 5} < everywhere
    assert months_of(replace(monthly, events=("D12",), source=CALENDAR)) == everywhere
    assert months_of(replace(monthly, events=("D77",))) == everywhere


def test_a_collection_that_is_understood_in_part_is_told_with_its_place() -> None:
    in_part = replace(RATIO, collected="Март 2023 и когда-нибудь ещё")
    problem = kpi.unread_collection(in_part, PROJECT)

    assert problem is not None
    assert problem.place == Place("kpi.toml", key="[[indicator]] K6 collected")
    assert problem.severity is Severity.WARNING
    assert kpi.unread_collection(replace(RATIO, collected="Март 2023"), PROJECT) is None
    assert kpi.unread_collection(RATIO, PROJECT) is None
    assert kpi.settings_place(RATIO) == Place("kpi.toml", key="[[indicator]] K6")


# --- the document against itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"growth": 20, "baseline": None}, "K11: прирост 20 % обещан, но нет исходного значения"),
        ({"growth": 20, "baseline": 0.0}, "K11: прирост 20 % от нуля посчитать нельзя."),
        ({"target": 14.0}, "K11: цель 14 не лучше исходного значения 14,8."),
        ({"target": 14.8}, "K11: цель 14,8 не лучше исходного значения 14,8."),
        (
            {"direction": Direction.DOWN, "target": 14.8},
            "K11: цель 14,8 не лучше исходного значения 14,8.",
        ),
        ({"unit": "%", "target": 120.0}, "K11: цель 120 % больше ста процентов."),
        ({"region": 22.5}, "K11: цель 17,8 не дотягивает до значения по региону 22,5"),
        ({"region": 16.0}, "K11: цель 17,8 лучше значения по региону 16."),
        ({"region": 16.0, "baseline": None}, "K11: цель 17,8 лучше значения по региону 16."),
    ],
)
def test_a_disagreement_names_the_indicator_and_the_numbers(
    changes: dict[str, Any], said: str
) -> None:
    (found,) = kpi.disagreements(replace(MEAN, **changes))

    assert RU.tell(found).startswith(said)


def test_a_start_that_is_as_good_as_the_region_is_told() -> None:
    found = [RU.tell(one) for one in kpi.disagreements(replace(MEAN, region=14.8))]

    assert found[1] == "K11: исходное значение 14,8 уже не хуже значения по региону 14,8."


def test_a_mean_above_a_hundred_and_a_growth_above_a_hundred_are_no_mistakes() -> None:
    assert kpi.disagreements(replace(MEAN, target=120.0)) == ()
    assert kpi.disagreements(replace(MEAN, unit="%", formula=FORMULA.GROWTH, target=120.0)) == ()


def test_the_calendar_s_quota_is_held_against_an_indicator_of_the_calendar_alone() -> None:
    calendar = EventCalendar((event("D13", quota=8), event("D14")), ())
    (found,) = kpi.disagreements(QUOTA, calendar)

    assert RU.tell(found) == "K5: норма 10, а в календаре у мероприятия «D13» — 8."
    assert kpi.disagreements(replace(QUOTA, source=TABLE), calendar) == ()
    assert kpi.disagreements(replace(QUOTA, formula=FORMULA.SUM), calendar) == ()
    assert kpi.disagreements(replace(QUOTA, events=("D14",)), calendar) == ()
    assert kpi.disagreements(replace(QUOTA, target=None), calendar) == ()


def test_an_event_of_the_network_is_named_with_what_to_do() -> None:
    planned = event("r-1", code=None, title="Слёт")
    value = counted(
        replace(SHARE, events=("r-1",)),
        None,
        calendar=EventCalendar((planned,), ()),
        verdicts=[verdict(occurrence(planned), Status.HELD)],
    )
    (problem,) = value.problems

    assert "«r-1»" in RU.tell(problem.message)
    assert problem.place == Place("kpi.toml", key="[[indicator]] K2 events")


def test_what_stands_in_for_an_unread_table_says_of_which_day_it_is() -> None:
    measured = Measured(
        "K6",
        kpi.definition_of(RATIO),
        (Stage(value=50.0, best=50.0, worst=50.0),),
        day=dt.date(2023, 6, 1),
        stale=True,
    )
    value = kpi.judge(
        RATIO, measured, project=PROJECT, calendar=EventCalendar((), ()), today=LONG_AFTER
    )

    assert RU.tell(value.problems[0].message) == (
        "таблица сейчас не прочитана; это последнее прочитанное, от 01.06.2023."
    )
