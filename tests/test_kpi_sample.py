"""Every indicator of the packaged sample, recomputed by hand from the same rows and cards."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from miro_sync.app import demo
from miro_sync.model import IndicatorState, Status
from miro_sync.privacy import personal

if TYPE_CHECKING:
    from miro_sync.model import IndicatorValue
    from miro_sync.sync import Outcome

SAMPLE = Path(__file__).parents[1] / "miro_sync" / "sample"
TODAY = dt.date(2023, 9, 5)
START, END = dt.date(2023, 1, 1), dt.date(2024, 8, 31)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return demo().outcome


@pytest.fixture(scope="module")
def values(outcome: Outcome) -> dict[str, IndicatorValue]:
    return {one.indicator.id: one for one in outcome.indicators}


def rows(title: str) -> list[dict[str, Any]]:
    """Return the rows of a worksheet by their headers, as openpyxl reads them."""
    book = openpyxl.load_workbook(SAMPLE / "tables.xlsx", data_only=True)
    _, heads, *lines = book[title].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), line, strict=True)) for line in lines]


def shown(value: IndicatorValue) -> float | None:
    return None if value.value is None else round(value.value, 1)


def test_every_indicator_of_the_sample_is_recomputed_in_this_file(
    values: dict[str, IndicatorValue],
) -> None:
    here = Path(__file__).read_text("utf-8")

    assert len(values) == 29
    assert [name for name in values if f'"{name}"' not in here] == []


# --- the calendar -------------------------------------------------------------------------------


def test_the_completion_of_the_calendar(
    outcome: Outcome, values: dict[str, IndicatorValue]
) -> None:
    held = failed = unknown = 0
    for one in outcome.assessment.verdicts:
        deadline = one.occurrence.deadline
        if one.status in {Status.UNDATED, Status.UNCONFIRMED}:
            unknown += 1
        elif one.status is not Status.CANCELLED and deadline is not None and deadline < TODAY:
            held += one.status is Status.HELD
            failed += one.status is not Status.HELD

    value = values["K1"]
    assert (held, failed, unknown) == (15, 6, 2)
    assert (value.numerator, value.denominator, value.unknown) == (15, 21, 2)
    assert shown(value) == 71.4
    assert (value.state, value.behind) == (IndicatorState.PARTIAL, False)  # collected in May


def test_centres_in_the_model_and_centres_that_gave_a_plan(
    outcome: Outcome, values: dict[str, IndicatorValue]
) -> None:
    planned = [one for one in outcome.assessment.verdicts if one.occurrence.event.code == "D02"]
    held = sum(one.status is Status.HELD for one in planned)

    assert (held, len(planned)) == (6, 8)
    for value in (values["K2"], values["K3"]):
        assert (value.numerator, value.denominator, value.unknown) == (6, 8, 0)
        assert (value.value, value.gap, value.behind) == (75, 25, True)


def test_the_resource_map(values: dict[str, IndicatorValue]) -> None:
    filled = [None not in row.values() for row in rows("Карта ресурсов")]

    assert filled.count(True) == 7
    assert values["K4"].value == 100 * 7 / 8
    assert values["K4"].behind
    places = {part.center_id: part.place for part in values["K4"].parts}
    assert places["ulanovka"] is not None
    assert (places["ulanovka"].sheet, places["ulanovka"].cell) == ("Карта ресурсов", "B8")


def test_materials_of_every_centre(outcome: Outcome, values: dict[str, IndicatorValue]) -> None:
    given = {
        one.occurrence.center_id: one.progress.done
        for one in outcome.assessment.verdicts
        if one.occurrence.event.code == "D13" and one.progress is not None
    }

    assert len(given) == 8
    assert values["K5"].value == min(given.values())
    assert not values["K5"].behind  # until May 2024


# --- worksheets ---------------------------------------------------------------------------------


def test_attendance_is_that_of_the_latest_month(values: dict[str, IndicatorValue]) -> None:
    may = [row for row in rows("Ведомость посещения") if row["Месяц"] == "май 2023"]
    april = [row for row in rows("Ведомость посещения") if row["Месяц"] == "апрель 2023"]
    held = sum(row["Групп, с которыми проведены занятия"] for row in may)
    groups = sum(row["Групп"] for row in may)
    pupils = sum(row["Планируют сдавать ОГЭ"] for row in may)
    known = [row for row in may if row["Включены в сетевые мероприятия"] is not None]

    assert (values["K6"].numerator, values["K6"].denominator) == (held, groups) == (14, 14)
    before = values["K6"].before
    assert before is not None
    assert before.value == pytest.approx(
        100 * sum(row["Групп, с которыми проведены занятия"] for row in april) / groups
    )
    assert values["K15"].value == pytest.approx(
        100 * sum(row["Посещают занятия"] for row in may) / pupils
    )
    networked = values["K14"]
    assert (networked.numerator, networked.denominator, networked.unknown) == (
        sum(row["Включены в сетевые мероприятия"] for row in known),
        sum(row["Планируют сдавать ОГЭ"] for row in known),
        len(may) - len(known),
    )
    assert networked.state is IndicatorState.PARTIAL


def test_research_works(values: dict[str, IndicatorValue]) -> None:
    works = rows("Заявки на конференцию")
    share = 100 * sum(row["Представили работу"] for row in works) / 57

    assert sum(row["Планируют сдавать экзамен"] for row in works) == 57
    assert values["K7"].value == pytest.approx(share)
    assert values["K7"].met


def test_the_methodical_day(values: dict[str, IndicatorValue]) -> None:
    day = rows("Заявки на методический день")
    took_part = sum(row["Педагогов приняло участие"] for row in day)

    assert values["K8"].value == 100 * took_part / sum(row["Педагогов в центре"] for row in day)
    assert (values["K8"].gap, values["K8"].behind) == (6, True)


def test_what_is_not_due_and_what_was_not_collected(values: dict[str, IndicatorValue]) -> None:
    assert values["K9"].state is IndicatorState.NOT_DUE
    assert all(row["Обучено"] is None for row in rows("Обучение Miro"))
    assert values["K10"].state is IndicatorState.NOT_COLLECTED
    assert values["K10"].value is None


@pytest.mark.parametrize(
    ("subject", "ids", "base", "target"),
    [
        ("физика", ("K11.1", "K12.1", "K13.1", "K19.1"), 14.8, 17.8),
        ("химия", ("K11.2", "K12.2", "K13.2", "K19.2"), 19.3, 23.3),
        ("биология", ("K11.3", "K12.3", "K13.3", "K19.3"), 21.9, 25.9),
    ],
)
def test_the_exam(
    values: dict[str, IndicatorValue],
    subject: str,
    ids: tuple[str, ...],
    base: float,
    target: float,
) -> None:
    score, mark, quality, growth = (values[name] for name in ids)
    weights: defaultdict[int, float] = defaultdict(float)
    sums: defaultdict[tuple[int, str], float] = defaultdict(float)
    for row in rows("Результаты ОГЭ"):
        if row["Предмет"].casefold() == subject and row["Школа"] != "Кузбасс":
            weights[row["Год"]] += row["Сдавало"]
            for column in ("Средний балл", "Средняя отметка", "Качество обучения"):
                sums[row["Год"], column] += row["Сдавало"] * row[column]
    mean = {key: total / weights[key[0]] for key, total in sums.items()}

    assert mean[2022, "Средний балл"] == pytest.approx(base)
    assert score.value == pytest.approx(mean[2023, "Средний балл"])
    assert mark.value == pytest.approx(mean[2023, "Средняя отметка"])
    assert quality.value == pytest.approx(mean[2023, "Качество обучения"])
    assert growth.value == pytest.approx(100 * (mean[2023, "Средний балл"] / base - 1))
    assert score.before is not None
    assert score.before.value == pytest.approx(base)
    expected = base + (target - base) * ((TODAY - START) / (END - START))
    assert score.expected == pytest.approx(expected)
    assert score.behind == (subject == "химия")
    assert not growth.behind


def test_teachers_in_events_of_the_network(values: dict[str, IndicatorValue]) -> None:
    known = [
        row for row in rows("Педагоги") if isinstance(row["Участвуют в сетевых мероприятиях"], int)
    ]
    value = values["K16"]

    assert (value.numerator, value.denominator, value.unknown) == (
        sum(row["Участвуют в сетевых мероприятиях"] for row in known),
        sum(row["Педагогов в центре"] for row in known),
        1,
    )
    assert [one.place.cell for one in value.problems if one.place] == ["C6"]


def test_coverage_of_the_grades(values: dict[str, IndicatorValue]) -> None:
    covered = rows("Охват центров")
    pupils = sum(row["Обучающихся 5-11 классов"] for row in covered)

    assert values["K17"].value == 100 * pupils / pupils
    assert values["K18"].value == pytest.approx(
        100 * sum(row["Осваивают дополнительные программы"] for row in covered) / pupils
    )
    assert values["K17"].met
    assert values["K18"].met


def test_contests_with_participants_and_results(values: dict[str, IndicatorValue]) -> None:
    year = [row for row in rows("Олимпиады и конкурсы") if row["Учебный год"] == "2022/23"]

    assert values["K20"].value == sum(row["Количество участников"] for row in year) == 64
    assert values["K21"].value == (2 + 3) + (3 + 4) + 0 + 1


# --- the sample itself --------------------------------------------------------------------------


def test_the_sample_shows_every_standing() -> None:
    found = {one.state for one in demo().outcome.indicators}

    assert found == {
        IndicatorState.KNOWN,
        IndicatorState.PARTIAL,
        IndicatorState.NOT_COLLECTED,
        IndicatorState.NOT_DUE,
    }


def test_no_cell_of_the_sample_is_a_persons() -> None:
    book = openpyxl.load_workbook(SAMPLE / "tables.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]

    assert [text for text in texts if personal(text)] == []


def test_a_board_cut_short_leaves_the_indicators_of_the_table_alone() -> None:
    shown = demo()
    whole = {one.indicator.id: one for one in shown.outcome.indicators}
    cut = {one.indicator.id: one for one in shown.cut_short.indicators}

    assert json.dumps([cut["K11.1"].value, cut["K4"].value]) == json.dumps(
        [whole["K11.1"].value, whole["K4"].value]
    )
    assert not any(cut[name].behind for name in ("K1", "K2", "K5"))
    assert cut["K1"].unknown > whole["K1"].unknown
