"""The answers for programs, to the letter of the contract."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling_sample import (
    APRIL_2023,
    ASSESSMENT,
    CALM,
    CARDS,
    FINDINGS,
    FORUM,
    METHODS_DAY,
    PROJECT,
    SOURCES,
    card,
    occurrence,
    of,
    reason,
    schedule,
    span,
    verdict,
)

from miro_sync.messages import catalogue
from miro_sync.model import (
    Assessment,
    MovedCard,
    Progress,
    Question,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
)
from miro_sync.telling import answer

RU, EN = catalogue("ru"), catalogue("en")
WHY = reason("Потому", "так")
SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "check.schema.json").read_text("utf-8"))


def checked(assessment: Assessment = ASSESSMENT, center: str | None = None) -> dict[str, Any]:
    return answer.check(assessment, FINDINGS, PROJECT, RU, center=center)


def test_the_answer_keeps_its_published_schema() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    checker = validator(SCHEMA, format_checker=validator.FORMAT_CHECKER)
    for document in (checked(), checked(CALM), checked(center="ishim"), checked(of())):
        checker.validate(json.loads(answer.json_text(document, ascii_only=False)))


def test_the_head_names_the_project_the_day_and_the_sources() -> None:
    document = checked()
    assert list(document) == [
        "schema",
        "project",
        "today",
        "trustworthy",
        "sources",
        "summary",
        "events",
        "review",
        "moved",
        "extra",
        "centers",
        "findings",
    ]
    assert document["schema"] == "miro-sync/check/1"
    assert document["project"] == {
        "name": "Точка роста среднего балла",
        "timezone": "Asia/Novokuznetsk",
    }
    assert (document["today"], document["trustworthy"]) == ("2023-06-01", True)
    assert document["sources"][0] == {
        "name": "board",
        "state": "fresh",
        "read_at": "2023-06-01T00:40:00Z",
        "items": 42,
        "calls": 3,
        "message": None,
    }


def test_a_source_that_was_never_read_has_no_moment_and_says_why() -> None:
    report = SourceReport("board", SourceState.FAILED, complete=False, message=WHY)
    source = checked(replace(ASSESSMENT, sources=(report,)))["sources"][0]
    assert (source["state"], source["read_at"], source["message"]) == (
        "failed",
        None,
        "Потому: так",
    )


def test_a_moment_in_another_zone_is_written_in_utc() -> None:
    local = dt.datetime(2023, 6, 1, 7, 40, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    report = replace(SOURCES[0], read_at=local)
    assert checked(replace(ASSESSMENT, sources=(report,)))["sources"][0]["read_at"] == (
        "2023-06-01T00:40:00Z"
    )


def test_the_summary_counts_every_status_zeros_too_and_silent_centres() -> None:
    summary = checked(of())["summary"]
    assert summary == {**{status.value: 0 for status in Status}, "inactive_centers": 0}
    assert checked()["summary"] == {
        "cancelled": 1,
        "held": 6,
        "planned": 2,
        "due_soon": 1,
        "running": 9,
        "awaiting": 1,
        "unknown": 1,
        "moved": 1,
        "overdue": 2,
        "unconfirmed": 1,
        "missed": 3,
        "undated": 1,
        "inactive_centers": 1,
    }


def test_an_event_says_everything_that_is_known_of_it() -> None:
    found = next(one for one in checked()["events"] if one["event"] == "Б3")
    assert found == {
        "key": "Б3",
        "event": "Б3",
        "title": "VIII муниципальная научно-практическая конференция исследовательских работ"
        " обучающихся 5-9 классов",
        "center": None,
        "period": {
            "start": "2023-03-01",
            "end": "2023-03-31",
            "text": "Март 2023г",
            "assumed": None,
        },
        "deadline": "2023-04-07",
        "status": "overdue",
        "days_late": 55,
        "responsible": ["Методист"],
        "progress": None,
        "reason": "Нет отметки о проведении: карточка «НПК 5-9 классы» в рамке «Яйская 3»;"
        " ждали до 07.04.2023, прошло 55 дней",
        "evidence": [
            {
                "source": "board",
                "id": "1004",
                "url": "https://miro.com/app/board/uXjVsample00=/?moveToWidget=1004",
                "title": "НПК 5-9 классы",
                "date": "2023-03-24",
                "held": False,
                "linked_by": "title",
                "score": 0.91,
            }
        ],
    }


def test_an_event_without_a_code_is_named_by_its_key() -> None:
    found = next(one for one in checked()["events"] if one["title"].startswith("Разработка пок"))
    assert found["event"] == found["key"]


def test_an_event_for_every_centre_has_one_entry_per_centre() -> None:
    entries = [one for one in checked()["events"] if one["event"] == "А1"]
    assert [one["center"] for one in entries] == [center.id for center in PROJECT.centers]
    assert len({one["key"] for one in entries}) == len(entries)


def test_a_period_that_cannot_be_read_keeps_its_text_and_has_no_days() -> None:
    found = next(one for one in checked()["events"] if one["status"] == "undated")
    assert found["period"] == {"start": None, "end": None, "text": "Ноябрь, ма", "assumed": None}
    assert found["deadline"] is None


def test_what_was_assumed_is_said_beside_the_period() -> None:
    assumed = replace(FORUM, schedule=replace(FORUM.schedule, assumed=WHY))
    found = checked(of(verdict(occurrence(assumed, APRIL_2023), Status.HELD, WHY)))["events"][0]
    assert found["period"]["assumed"] == "Потому: так"


def test_a_quota_of_a_centre_is_progress() -> None:
    entries = [one for one in checked()["events"] if one["event"] == "Б2"]
    assert entries[3]["progress"] == {"done": 3, "expected": 10, "missing": []}


def test_a_quota_of_the_network_names_the_centres_without_evidence() -> None:
    quota = verdict(
        occurrence(FORUM, APRIL_2023),
        Status.RUNNING,
        WHY,
        CARDS["1001"],
        CARDS["1006"],
        progress=Progress(2, 8),
    )
    assert checked(of(quota))["events"][0]["progress"] == {
        "done": 2,
        "expected": 8,
        "missing": ["yaya2", "yaya3", "ishim", "ulanovo", "maryevka", "novonik"],
    }


def test_a_question_names_its_card_and_the_candidates_best_first() -> None:
    assert checked()["review"] == [
        {
            "card": {
                "id": "1006",
                "url": "https://miro.com/app/board/uXjVsample00=/?moveToWidget=1006",
                "title": "Мастер класс цифр. лаборатория",
                "center": "kaylin",
                "date": "2023-04-20",
            },
            "candidates": [
                {"event": "Г5", "score": 0.71},
                {"event": "В1", "score": 0.52},
                {"event": "Б4", "score": 0.5},
            ],
        }
    ]


def test_two_occurrences_of_one_event_are_one_candidate() -> None:
    first, second = (occurrence(METHODS_DAY, one) for one in METHODS_DAY.schedule.periods)
    asked = Question("1006", ((second.key, 0.6), (first.key, 0.4)))
    whole = of(
        verdict(first, Status.UNCONFIRMED, WHY),
        verdict(second, Status.PLANNED, WHY),
        questions=(asked,),
    )
    assert checked(whole)["review"][0]["candidates"] == [{"event": "Б4", "score": 0.6}]


def test_a_moved_card_stands_beside_the_planned_period() -> None:
    assert checked()["moved"] == [
        {
            "event": "Б4",
            "card": {
                "id": "1005",
                "url": "https://miro.com/app/board/uXjVsample00=/?moveToWidget=1005",
                "title": "Методдень педагогов ТР",
                "center": None,
                "date": "2023-05-12",
            },
            "period": {
                "start": "2023-04-01",
                "end": "2023-04-30",
                "text": "Апрель 2023, 2024 г",
                "assumed": None,
            },
            "card_date": "2023-05-12",
        }
    ]


def test_what_was_assumed_of_a_moved_event_is_said_too() -> None:
    assumed = replace(FORUM, schedule=replace(FORUM.schedule, assumed=WHY))
    moved = MovedCard(CARDS["1005"], occurrence(assumed, APRIL_2023))
    assert checked(of(moved=(moved,)))["moved"][0]["period"]["assumed"] == "Потому: так"


def test_extra_cards_centres_and_findings_are_listed() -> None:
    document = checked()
    assert [one["id"] for one in document["extra"]] == ["1007", "1008"]
    assert document["centers"][-1] == {
        "id": "novonik",
        "name": "МБОУ «Новониколаевская ООШ»",
        "state": "inactive",
        "last_contribution": "2023-03-20",
        "days_silent": 58,
        "reason": RU.tell(ASSESSMENT.centers[-1].reason),
    }
    assert document["findings"][1] == {
        "key": "overdue:Б3",
        "kind": "overdue",
        "subject": "Б3",
        "state": "open",
        "since": "2023-04-08",
        "until": None,
        "backlog": False,
    }


def test_a_centre_gets_its_own_part_with_candidates_from_the_whole() -> None:
    document = checked(center="kaylin")
    assert {one["center"] for one in document["events"]} == {"kaylin"}
    assert [one["event"] for one in document["review"][0]["candidates"]] == ["Г5", "В1", "Б4"]


@pytest.mark.parametrize(
    ("date", "day"),
    [
        (None, None),
        (Schedule("ноябрь, ма", ScheduleKind.UNDATED), None),
        (Schedule("5 или 6", ScheduleKind.AMBIGUOUS, (span("2023-05-05"),)), None),
        (schedule("10-12 мая", span("2023-05-10", "2023-05-12")), "2023-05-10"),
        (
            Schedule("28.10, 10.08", ScheduleKind.MULTI, (span("2021-10-28"), span("2021-08-10"))),
            "2021-08-10",
        ),
    ],
)
def test_the_day_of_a_card_is_its_first_certain_one(date: Schedule | None, day: str | None) -> None:
    assert answer.card_day(replace(card("1", "Урок"), date=date)) == day


def test_a_link_that_is_no_web_link_is_left_out() -> None:
    hostile = replace(CARDS["1007"], url="javascript:alert(1)")
    assert checked(of(extra=(hostile,)))["extra"][0]["url"] is None


def test_the_centres_answer_is_the_head_and_the_centres() -> None:
    document = answer.centers(ASSESSMENT, PROJECT, RU)
    assert list(document) == [
        "schema",
        "project",
        "today",
        "trustworthy",
        "sources",
        "centers",
    ]
    assert document["schema"] == "miro-sync/centers/1"
    without = [
        {key: value for key, value in one.items() if key not in ("weeks", "rhythm")}
        for one in document["centers"]
    ]
    assert without == checked()["centers"]


def test_a_period_text_is_answered_to_the_letter() -> None:
    understood = Schedule(
        "С 22.11-по 13.12",
        ScheduleKind.RANGE,
        (span("2021-11-22", "2021-12-13"),),
        assumed=WHY,
        unread="каб. 5",
        deadline=True,
    )
    assert answer.period(understood, RU) == {
        "text": "С 22.11-по 13.12",
        "kind": "range",
        "periods": [["2021-11-22", "2021-12-13"]],
        "recurrence": None,
        "assumed": "Потому: так",
        "unread": "каб. 5",
    }


def test_json_on_one_line_is_one_line() -> None:
    text = answer.json_text(answer.period(schedule("а\nб"), RU), indent=None, ascii_only=False)
    assert "\n" not in text


def test_json_for_people_is_indented() -> None:
    assert answer.json_text({"a": 1}, ascii_only=False) == '{\n  "a": 1\n}'


def test_json_shows_cyrillic_unless_the_output_cannot() -> None:
    document = {"text": "март"}
    assert "март" in answer.json_text(document, ascii_only=False)
    assert answer.json_text(document, ascii_only=True).isascii()


@given(st.text())
def test_json_is_true_to_any_text_and_cannot_steer_a_terminal(text: str) -> None:
    written = answer.json_text({"title": text}, ascii_only=False)
    assert json.loads(written) == {"title": text}
    assert not any(ord(char) < 32 and char != "\n" for char in written)
    assert not set(written) & set("\x7f\x9b\u202e\u2066\u200b\ufeff\u2028\x85")


def rows(assessment: Assessment = ASSESSMENT) -> list[dict[str, str]]:
    text = answer.csv_text(answer.check_rows(assessment, PROJECT, RU))
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_csv_has_one_row_per_occurrence() -> None:
    assert len(rows()) == len(ASSESSMENT.verdicts)
    assert len({row["Ключ"] for row in rows()}) == len(ASSESSMENT.verdicts)


def test_a_row_says_what_a_person_wants_to_sort_by() -> None:
    found = next(row for row in rows() if row["Код"] == "Б3")
    assert found == {
        "Код": "Б3",
        "Мероприятие": "VIII муниципальная научно-практическая конференция"
        " исследовательских работ обучающихся 5-9 классов",
        "Задача": "Обеспечить сопровождение",
        "Центр": "",
        "Статус": "не отмечено",
        "Начало": "2023-03-01",
        "Конец": "2023-03-31",
        "Ждали до": "2023-04-07",
        "Дней прошло": "55",
        "Ответственные": "Методист",
        "Выполнено": "",
        "Почему": "Нет отметки о проведении: карточка «НПК 5-9 классы» в рамке «Яйская 3»;"
        " ждали до 07.04.2023, прошло 55 дней",
        "Ссылка": "https://miro.com/app/board/uXjVsample00=/?moveToWidget=1004",
        "Ключ": "Б3",
    }


def test_a_row_leaves_empty_what_is_not_known_and_names_everybody() -> None:
    many = replace(FORUM, code=None, responsible=("МБУ ИМЦ", "Центры"))
    (row,) = rows(of(verdict(occurrence(many, APRIL_2023), Status.HELD, WHY)))
    assert (row["Код"], row["Ссылка"]) == ("", "")
    assert row["Ответственные"] == "МБУ ИМЦ, Центры"


def test_a_long_cell_is_not_cut() -> None:
    assert answer.csv_text([["я" * 6_000]]) == "я" * 6_000 + "\n"


def test_a_row_of_a_centre_names_it_and_its_progress() -> None:
    found = [row for row in rows() if row["Код"] == "Б2"][3]
    assert (found["Центр"], found["Выполнено"]) == ("МБОУ «Ишимская ООШ»", "3/10")


def test_a_row_without_a_period_has_empty_days() -> None:
    found = next(row for row in rows() if row["Статус"] == "срок не понятен")
    assert (found["Начало"], found["Конец"], found["Ждали до"]) == ("", "", "")


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+7 900", "-1", "@SUM(A1)", " =1+1", "\t=1+1", "\r\n=1+1", "\u200b=1", "＝1+1"],
)
def test_no_cell_is_taken_for_a_formula(hostile: str) -> None:
    text = answer.csv_text([[hostile]])
    assert text.startswith("'")


@given(st.lists(st.lists(st.text(), min_size=2, max_size=3), min_size=1))
def test_every_cell_is_one_line_of_text_and_no_formula(table: list[list[str]]) -> None:
    text = answer.csv_text(table)
    read = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [len(row) for row in read] == [len(row) for row in table]
    for cell in (cell for row in read for cell in row):
        assert "\n" not in cell
        assert not cell.startswith(("=", "+", "-", "@", "\t", " "))


def test_cells_with_the_separator_or_quotes_are_quoted() -> None:
    assert answer.csv_text([['а;б "в"', "г"]]) == '"а;б ""в""";г\n'


def test_centre_rows_hold_state_silence_and_reason() -> None:
    text = answer.csv_text(answer.center_rows(ASSESSMENT, RU))
    read = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert read[-1]["Статус"] == "тихий"
    assert (read[-1]["Последний вклад"], read[-1]["Дней тишины"]) == ("2023-03-20", "58")
    assert read[4]["Последний вклад"] == ""


def test_period_rows_hold_several_periods_in_one_cell() -> None:
    understood = replace(
        METHODS_DAY.schedule, kind=ScheduleKind.MULTI, assumed=WHY, recurrence="monthly"
    )
    header, row = answer.period_rows([understood], EN)
    assert header == ["Text", "Kind", "Periods", "Recurrence", "Assumed", "Not understood"]
    assert row == [
        "Апрель 2023, 2024 г",
        "several periods",
        "2023-04-01/2023-04-30, 2024-04-01/2024-04-30",
        "monthly",
        "Потому: так",
        "",
    ]
