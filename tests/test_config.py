"""The project's own settings: whole, without a mistake, and in the words of its documents."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from functools import cache
from pathlib import Path

import pytest
from conftest import shared

from miro_sync.calendar import CalendarRow, read_calendar
from miro_sync.model import (
    Coverage,
    EventCalendar,
    IndicatorFormula,
    IndicatorSource,
    Period,
    Place,
)
from miro_sync.settings import Settings, load

CONFIG = Path(__file__).parents[1] / "config"

HEADERS = {
    "Код": "code",
    "Задача": "task",
    "Мероприятие": "title",
    "Сроки реализации": "period",
    "Ответственные": "responsible",
    "Участники": "participants",
    "Ожидаемый результат": "expected",
    "Охват": "coverage",
}


def table(file: Path) -> list[dict[str, str]]:
    text = file.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@cache
def settings() -> Settings:
    return load(CONFIG)


@cache
def calendar() -> EventCalendar:
    rows = [
        CalendarRow(
            {HEADERS[header]: cell for header, cell in line.items() if header in HEADERS},
            Place("calendar.csv", cell=str(number)),
        )
        for number, line in enumerate(table(CONFIG / "calendar.csv"), start=2)
    ]
    return read_calendar(rows, settings().project)


def squeezed(text: str) -> str:
    """Drop what only lays a text out: markup, blanks, the hyphen of a line's end."""
    return re.sub(r"- (?=ции)|\s+|<[^>]+>", "", text)


def seed(name: str) -> str:
    return squeezed(shared("seeds", name).read_text("utf-8"))


def roadmap() -> str:
    return seed("000_5b215540528a4238.txt")


def report() -> str:
    return seed("004_85cca7a3bff81116.txt")


# --- whole ------------------------------------------------------------------------------------


def test_the_settings_load_without_a_problem() -> None:
    assert settings().problems == ()
    assert settings().project.timezone == "Asia/Novokuznetsk"
    assert settings().project.span == Period(dt.date(2023, 1, 1), dt.date(2024, 8, 31))
    assert settings().calendar_source.path == CONFIG / "calendar.csv"


def test_the_links_are_the_offices_to_fill_in_and_the_file_says_where() -> None:
    text = (CONFIG / "project.toml").read_text("utf-8")

    assert settings().board_source is None
    assert settings().tables_source is None
    assert "адресной строки" in text
    assert "miro-sync doctor" in text


def test_the_calendar_is_read_without_a_problem() -> None:
    assert calendar().problems == ()
    assert len(calendar().events) == 21
    assert all(one.period for one in calendar().occurrences)
    # 16 events of the network, the methodical day twice, and four events of eight centres
    assert len(calendar().occurrences) == 16 + 2 + 4 * 8


def test_every_event_has_a_code_of_its_own() -> None:
    codes = [event.code for event in calendar().events]

    assert codes == [f"D{number:02}" for number in range(1, 22)]
    assert codes == [event.key for event in calendar().events]


def test_coverage_and_quota_follow_the_words_of_the_row_and_the_readme_says_so() -> None:
    readme = (CONFIG / "README.md").read_text("utf-8")
    every = {e.code: e for e in calendar().events if e.coverage is Coverage.EVERY_CENTER}

    assert sorted(map(str, every)) == ["D02", "D05", "D10", "D13"]
    for code, event in every.items():
        assert re.search("(?i)100% центров|каждым центром", event.expected)
        assert re.search(rf"(?m)^\| {code} \| каждый центр", readme)
    assert {e.code: e.quota for e in calendar().events if e.quota} == {"D13": 10}


@pytest.mark.parametrize(
    ("code", "periods"),
    [
        ("D01", [("2023-01-01", "2023-02-28")]),
        ("D04", [("2023-03-01", "2024-05-31")]),
        ("D05", [("2023-10-01", "2023-10-31")]),
        ("D06", [("2023-03-01", "2023-11-30")]),
        ("D14", [("2023-03-01", "2023-03-31")]),
        ("D15", [("2023-04-01", "2023-04-30"), ("2024-04-01", "2024-04-30")]),
        ("D19", [("2023-08-01", "2023-08-31")]),
        ("D21", [("2024-08-01", "2024-08-31")]),
    ],
)
def test_the_periods_of_the_roadmap_are_understood(
    code: str, periods: list[tuple[str, str]]
) -> None:
    found = [
        (str(one.period.start), str(one.period.end))
        for one in calendar().occurrences
        if one.event.code == code and one.period and one.center_id in {None, "yaya-1"}
    ]

    assert found == periods


def test_no_cell_of_the_calendar_is_a_formula_for_excel() -> None:
    for line in table(CONFIG / "calendar.csv"):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line.values())


def test_indicators_speak_of_events_that_exist() -> None:
    codes = {event.code for event in calendar().events}
    indicators = settings().indicators

    assert len(indicators) == 29
    for indicator in indicators:
        assert set(indicator.events) <= codes
        rests_on_a_sheet = indicator.source is IndicatorSource.TABLE
        is_map = indicator.formula is IndicatorFormula.MAP_SHARE
        assert (indicator.sheet is not None or is_map) == rests_on_a_sheet


def test_the_sample_counts_the_indicators_of_the_project() -> None:
    sample = Path(__file__).parents[1] / "miro_sync" / "sample" / "kpi.toml"

    assert sample.read_text("utf-8") == (CONFIG / "kpi.toml").read_text("utf-8")


def test_the_targets_of_the_exam_carry_both_forms_of_the_promise() -> None:
    exam = {i.id: i for i in settings().indicators if i.id.startswith("K11.")}

    assert [(i.baseline, i.target, i.region) for i in exam.values()] == [
        (14.8, 17.8, 22.5),
        (19.3, 23.3, 25.6),
        (21.9, 25.9, 23.3),
    ]
    growth = [
        round((i.target / i.baseline - 1) * 100, 1)
        for i in exam.values()
        if i.target and i.baseline
    ]
    assert growth == [20.3, 20.7, 18.3]
    assert {i.growth for i in exam.values()} == {20}


def test_the_example_plan_keeps_directions_empty_rows_and_paragraphs() -> None:
    lines = table(CONFIG / "examples" / "center-plan-sosh12-2021-2022.csv")

    directions = [line for line in lines if line["№ п/п"].startswith("Направление")]
    numbered = [line for line in lines if line["№ п/п"].isdigit()]
    assert len(directions) == 10
    assert [line["№ п/п"] for line in numbered] == [str(n) for n in range(1, 14)]
    assert [line["№ п/п"] for line in numbered if not line["Мероприятие"]] == ["3", "7", "12", "13"]
    assert numbered[1]["Мероприятие"].count("\n") == 3
    assert numbered[1]["Дата проведения"].split("\n") == [
        "С 22.11-по 13.12",
        "В течение учебного года",
        "Ноябрь-декабрь 2021 год",
    ]


# --- in the words of the documents ------------------------------------------------------------


def test_every_cell_of_the_calendar_stands_in_the_roadmap() -> None:
    document = roadmap()
    added = {"Код", "Охват"}

    for line in table(CONFIG / "calendar.csv"):
        for header, cell in line.items():
            assert header in added or squeezed(cell) in document, cell


def test_every_item_of_the_roadmap_is_a_task_or_an_event_of_the_calendar() -> None:
    text = shared("seeds", "000_5b215540528a4238.txt").read_text("utf-8")
    text = text[text.index("Дорожная карта") : text.index("Планируемые результаты")]
    items = re.split(r"\s-\s?(?=[А-ЯV])", re.sub(r"<[^>]+>", " ", text))[1:]
    titles = tuple(squeezed(event.title) for event in calendar().events)
    tasks = tuple({squeezed(event.task) for event in calendar().events})

    events = [item for item in items if squeezed(item).startswith(titles)]
    assert len(events) == 21
    assert all(squeezed(item).startswith(titles + tasks) for item in items)


def test_stage_task_title_and_period_stand_in_one_row_of_the_roadmap() -> None:
    document = roadmap()

    for line in table(CONFIG / "calendar.csv"):
        title, period = squeezed(line["Мероприятие"]), squeezed(line["Сроки реализации"])
        behind = document[document.index(title) + len(title) :]
        # the one cell with two events holds both titles before both periods
        assert period in behind[:110], line["Код"]


def test_the_centres_are_those_of_the_document() -> None:
    document = roadmap()
    names = [center.name for center in settings().project.centers]

    assert len(names) == 8
    for name in names:
        assert squeezed(name) in document
    participants = document[document.index("Участникипроекта") :]
    assert participants.count("МБОУ«") == 8


def test_the_people_are_the_team_of_the_document() -> None:
    team = roadmap()
    team = team[team.index("Командапроекта№") :]
    roles = {"director": "Руководитель", "coordinator": "Координатор"}

    for person in settings().project.people:
        assert squeezed(person.name) + roles[person.role] in team
        assert person.email is None
    assert [person.role for person in settings().project.people] == [
        "director",
        "coordinator",
        "coordinator",
    ]


def test_every_monitored_indicator_of_the_document_is_declared() -> None:
    document = roadmap()
    by_id = {indicator.id: indicator for indicator in settings().indicators}

    for name in ("K1", "K3", "K4", "K6", "K7", "K8", "K9", "K10"):
        indicator = by_id[name]
        row = indicator.title + indicator.method + indicator.collected
        assert squeezed(row) in document, name
    for name, start in (("K17", "осваивающих"), ("K18", "дополнительными")):
        title = by_id[name].title
        assert squeezed(title[title.index(start) :]) in report(), name


def test_every_cell_of_the_example_stands_in_the_report() -> None:
    document = report()
    # one cell of the report is torn by a page break, in the middle of a word
    torn = "Обучающиеся 8-11 классов общеобразовательной организации (11 уч-ся)"
    halves = ("Обучающиеся 8-11 классов общеобразовательной", "организации (11 уч-ся)")

    for line in table(CONFIG / "examples" / "center-plan-sosh12-2021-2022.csv"):
        for cell in line.values():
            for paragraph in cell.split("\n"):
                for part in halves if paragraph == torn else (paragraph,):
                    assert squeezed(part) in document, part
