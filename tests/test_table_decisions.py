"""The status worksheet: what it shows, and what is read back however people left it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from builders import (
    LONG_AFTER,
    NOON,
    assessment,
    calendar,
    card,
    center,
    event,
    occurrence,
    project,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from miro_sync.decisions import Known
from miro_sync.messages import catalogue
from miro_sync.model import (
    CellValue,
    CenterActivity,
    CenterState,
    Decision,
    DecisionKind,
    EventCard,
    Evidence,
    Finding,
    FindingState,
    LinkedBy,
    Period,
    Question,
    Status,
    TableChoice,
    Verdict,
    Worksheet,
    say,
)
from miro_sync.overview import Overview
from miro_sync.own_sheet import RowKey, RowKind, is_own, key_text, read_own
from miro_sync.status_cells import StatusCell, Tone
from miro_sync.status_sheet import Carried, StatusTable, status_rows
from miro_sync.table_decisions import RowState, Scene, TableWords, read_decisions

CENTERS = (center("c1", name="Школа № 1"), center("c2", name="Школа № 2"))
PLAN = calendar(
    occurrence(),
    *(
        occurrence(event("ДР-2", title="Обновление карт ресурсов"), center_id=one.id)
        for one in CENTERS
    ),
    occurrence(event("ДР-3", title="Форум центров"), period=None),
)
CARDS = {
    one.id: one
    for one in (
        card("101", title="Форум", url="https://miro.com/app/board/x/?moveToWidget=101"),
        card("102", title="Экскурсия (3 уч-ся)", center_id="c1"),
        replace(card("План!7", title="Карта ресурсов"), source="table", center_id="c2"),
    )
}
KEYS = [one.key for one in PLAN.occurrences]


def overview(*verdicts: Verdict, **changes: Any) -> Overview:  # noqa: ANN401 - any field
    some = verdicts or tuple(
        Verdict(one, Status.MISSED, say("status.missed"), days_late=3) for one in PLAN.occurrences
    )
    judged = assessment(verdicts=some, cards=CARDS, **changes.pop("judged", {}))
    base = Overview(project(*CENTERS), PLAN, judged, findings=())
    return replace(base, **changes)


def grid(table: StatusTable) -> list[list[CellValue]]:
    """Return the worksheet as a door reads it: blank cells are None."""

    def plain(cell: object) -> CellValue:
        value = cell.value if isinstance(cell, StatusCell) else cell
        return value or None  # type: ignore[return-value]

    return [
        [column.title for column in table.columns],
        *([plain(cell) for cell in row] for row in table.rows),
    ]


HEAD = grid(status_rows(overview()))[0]
AT = {
    name: HEAD.index(title)
    for name, title in {
        "decision": "Решение", "day": "Новый срок / дата", "role": "Кто решил",
        "comment": "Комментарий", "title": "Мероприятие", "center": "Центр", "answer": "Ответ",
        "status": "Статус", "why": "Почему", "card": "Карточка",
    }.items()
}  # fmt: skip


def filled(
    cells: dict[str, dict[str, CellValue]], told: Overview | None = None
) -> list[list[CellValue]]:
    """Return the worksheet with cells filled in, by the subject of their row."""
    rows = grid(status_rows(told or overview()))
    for row in rows[1:]:
        for subject, values in cells.items():
            if str(row[-1]).startswith(f"miro-sync|{subject}|"):
                for name, value in values.items():
                    row[AT[name]] = value
    return rows


def scene(*decisions: Decision, before: dict[str, TableChoice] | None = None) -> Scene:
    known = Known(PLAN, [one.id for one in CENTERS], CARDS, decisions)
    return Scene(known, before or {}, LONG_AFTER, NOON)


def read(rows: list[list[CellValue]], where: Scene | None = None) -> TableWords:
    sheet = Worksheet("Решения", tuple(map(tuple, rows)))
    return read_decisions(read_own(sheet, "Таблица"), where or scene())


def said(words: TableWords) -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject) for one in words.decisions]


# --- whatever people do to the worksheet --------------------------------------------------------

CHOSEN: dict[str, dict[str, CellValue]] = {
    f"e|{KEYS[0]}": {"decision": "перенести на 15.05", "role": "директор", "comment": "карантин"},
    f"e|{KEYS[1]}": {"decision": "проведено", "day": dt.date(2023, 3, 12)},
    f"e|{KEYS[2]}": {"decision": "пауза до …", "day": "01.09.2023"},
    f"e|{KEYS[3]}": {"decision": "что-то не то"},
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_however_rows_and_columns_are_shuffled_the_same_decisions_are_read(
    data: st.DataObject,
) -> None:
    rows = filled(CHOSEN)
    expected = read(rows)
    columns = data.draw(st.permutations(range(len(HEAD))))
    body = data.draw(st.permutations(rows[1:]))
    blank: list[CellValue] = [None] * len(HEAD)
    for at in sorted(data.draw(st.sets(st.integers(0, len(body)), max_size=3)), reverse=True):
        body = [*body[:at], blank, *body[at:]]
    above = data.draw(st.lists(st.just(blank), max_size=3))
    spare = data.draw(st.sampled_from([None, "Мои пометки"]))
    shuffled = [[*(row[column] for column in columns), spare] for row in (*above, rows[0], *body)]

    found = read(shuffled)

    assert found.decisions == expected.decisions
    assert {one.row: one.digest for one in found.choices} == {
        one.row: one.digest for one in expected.choices
    }
    assert sorted(one.state for one in found.answers) == sorted(
        one.state for one in expected.answers
    )


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, 4)))
def test_rows_that_somebody_deleted_take_only_their_own_decisions_along(gone: set[int]) -> None:
    rows = filled(CHOSEN)
    left = [row for at, row in enumerate(rows) if at not in gone]

    expected = {one for one in read(rows).choices if any(one.row in str(r[-1]) for r in left)}

    assert set(read(left).choices) == expected


@pytest.mark.parametrize(
    "header", ["решение", "Решение ", "РЕШЕНИЕ (выберите)", "Рещение", "Решение директора"]
)
def test_a_header_may_be_spelled_a_little_otherwise(header: str) -> None:
    rows = filled(CHOSEN)
    rows[0][AT["decision"]] = header

    assert read(rows).decisions == read(filled(CHOSEN)).decisions


def test_what_was_taken_is_taken_once_and_what_was_erased_may_be_said_again() -> None:
    rows = filled(CHOSEN)
    first = read(rows)
    kept = {
        one.row: replace(one, decision=replace(one.decision, number=number))
        for number, one in enumerate(first.choices, start=1)
    }
    made = tuple(one.decision for one in kept.values())

    again = read(rows, scene(*made, before=kept))
    assert (again.choices, again.erased) == ((), frozenset())
    assert [one.state for one in again.answers].count(RowState.TAKEN) == 3
    erased = read(filled({}), scene(*made, before=kept))
    assert erased.erased == kept.keys()
    assert erased.decisions == ()


def test_a_copied_row_counts_once_and_copies_that_differ_not_at_all() -> None:
    rows = filled(CHOSEN)
    assert read([*rows, list(rows[1])]).decisions == read(rows).decisions
    other = list(rows[1])
    other[AT["decision"]] = "отменить"

    words = read([*rows, other])

    assert ("move", KEYS[0]) not in said(words)
    assert [one.message.key for one in words.answers if one.message].count(
        "status_sheet.row_twice"
    ) == 2


def test_a_doubled_column_is_not_chosen_from() -> None:
    rows = [[*row, row[AT["decision"]]] for row in filled(CHOSEN)]

    words = read(rows)

    assert words.decisions == ()
    assert [one.message.key for one in words.problems] == ["status_sheet.header_twice"]


@pytest.mark.parametrize("damage", [None, "", "x", "miro-sync|e|ДР-2@c2|||00000000"])
def test_a_row_with_a_damaged_key_is_answered(damage: CellValue) -> None:
    rows = filled(CHOSEN)
    rows[1][-1] = damage

    words = read(rows)

    assert len(words.decisions) == 2
    assert words.answers[0].state is RowState.REFUSED


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_key_keeps_whatever_the_calendar_and_the_board_call_things(
    subject: str, card_id: str, title: str
) -> None:
    key = RowKey(RowKind.EVENT, subject, card_id or None, "abc")
    text = key_text(key, "Центр", title)

    assert not set(text) & set(";,\"'\n\t ")
    rows: list[list[CellValue]] = [HEAD, [None] * len(HEAD)]
    rows[1][AT["center"]], rows[1][AT["title"]] = "центр", title.upper()
    rows[1][-1] = text
    sheet = Worksheet("Решения", tuple(map(tuple, rows)))
    found = [row.key for row in read_own(sheet, "Таблица").rows]
    assert found in ([key], [])  # what no cell can hold is not guessed at
    if subject.isalnum() and card_id.isalnum() and title.isascii():
        assert found == [key]


def test_the_worksheet_is_known_by_what_stands_in_it_and_no_plan_is() -> None:
    rows = tuple(map(tuple, grid(status_rows(overview()))))
    without_keys = tuple(row[:-1] for row in rows)
    plan = (("Центр", "Мероприятие", "Срок", "Статус", "Комментарий", "Решение"),)

    assert is_own(Worksheet("Что угодно", rows))
    assert is_own(Worksheet("Копия", without_keys))
    assert not is_own(Worksheet("План", plan))
    assert not is_own(Worksheet("Пусто", ()))


# --- which decision it is -----------------------------------------------------------------------


def only(cells: dict[str, CellValue], subject: str = f"e|{KEYS[1]}", *made: Decision) -> Decision:
    (decision,) = read(filled({subject: cells}), scene(*made)).decisions
    return decision


def refused(
    cells: dict[str, CellValue], subject: str = f"e|{KEYS[1]}", told: Overview | None = None
) -> str:
    words = read(filled({subject: cells}, told))
    assert words.decisions == ()
    (answer,) = words.answers
    assert answer.message is not None
    for language in ("ru", "en"):
        assert catalogue(language).tell(answer.message)
    return answer.message.key


DIRECTOR: dict[str, CellValue] = {"role": "директор"}


def test_a_move_until_a_day_keeps_its_beginning() -> None:
    moved = only({"decision": "продлить до 15.05", **DIRECTOR})
    assert moved.period == Period(dt.date(2023, 3, 1), dt.date(2023, 5, 15))


def test_a_pause_is_the_centres_and_begins_today() -> None:
    paused = only({"decision": "пауза до 01.09"})
    assert (paused.kind, paused.subject) == (DecisionKind.PAUSE, "c1")
    assert paused.period == Period(LONG_AFTER, dt.date(2023, 9, 1))


def test_a_pause_of_everybody_is_answered() -> None:
    assert refused({"decision": "пауза до 01.09"}, f"e|{KEYS[0]}") == "status_sheet.pause_whom"
    assert refused({"decision": "пауза до 01.05.2023"}) == "status_sheet.pause_over"


def test_not_ours_takes_the_event_from_the_centre_by_the_directors_word() -> None:
    assert refused({"decision": "не наше"}) == "status_sheet.directors_word"
    cancelled = only({"decision": "не наше", **DIRECTOR})
    assert (cancelled.kind, cancelled.why) == (DecisionKind.CANCEL, "не наше")


def test_two_rows_that_quarrel_are_both_answered() -> None:
    cells: dict[str, dict[str, CellValue]] = {
        f"e|{KEYS[1]}": {"decision": "пауза до 01.09"},
        "c|c1": {"decision": "пауза до 01.10"},
    }
    told = overview(judged={"centers": silent()})

    words = read(filled(cells, told))

    assert words.decisions == ()
    assert {one.message.key for one in words.problems} == {"status_sheet.quarrel"}
    cells["c|c1"]["decision"] = "пауза до 1 сентября"
    assert said(read(filled(cells, told))) == [("pause", "c1")]


def silent() -> tuple[CenterActivity, ...]:
    return (CenterActivity(CENTERS[0], CenterState.INACTIVE, say("status.inactive")),)


def test_a_centre_can_only_be_given_a_pause() -> None:
    told = overview(judged={"centers": silent()})
    assert refused({"decision": "отменить", **DIRECTOR}, "c|c1", told) == (
        "status_sheet.center_only_pauses"
    )
    made = read(filled({"c|c1": {"decision": "пауза", "day": "01.09.2023"}}, told)).decisions
    assert [(one.subject, one.period.end) for one in made if one.period] == [
        ("c1", dt.date(2023, 9, 1))
    ]


def numbered(kind: DecisionKind, number: int, subject: str = KEYS[1]) -> Decision:
    return Decision(kind, subject, "coordinator", NOON, number=number)


def test_an_undo_means_the_last_decision_on_the_row() -> None:
    made = (numbered(DecisionKind.HELD, 1), numbered(DecisionKind.HELD, 2, KEYS[2]))
    assert only({"decision": "отменить решение"}, f"e|{KEYS[1]}", *made).undoes == 1


def test_an_undo_of_another_rows_decision_is_answered() -> None:
    rows = filled({f"e|{KEYS[1]}": {"decision": "отменить решение 2"}})
    made = (numbered(DecisionKind.HELD, 1), numbered(DecisionKind.HELD, 2, KEYS[2]))
    (answer,) = read(rows, scene(*made)).answers
    assert answer.message is not None
    assert answer.message.key == "status_sheet.undo_elsewhere"


def test_an_undo_that_was_taken_does_not_go_on_to_the_decision_before() -> None:
    made = (
        numbered(DecisionKind.HELD, 1),
        numbered(DecisionKind.HELD, 2),
        replace(numbered(DecisionKind.UNDO, 3), undoes=2),
    )
    rows = filled({f"e|{KEYS[1]}": {"decision": "отменить решение"}})
    first = read(rows, scene(*made[:2])).choices[0]
    before = {first.row: replace(first, decision=made[2])}
    rows = filled({f"e|{KEYS[1]}": {"decision": "отменить решение", "comment": "ошиблись"}})

    assert read(rows, scene(*made, before=before)).decisions == ()


# --- cards --------------------------------------------------------------------------------------


def unconfirmed(card_id: str) -> Overview:
    verdict = Verdict(PLAN.occurrences[2], Status.UNCONFIRMED, say("status.unconfirmed"))
    asked = Question(card_id, ((KEYS[2], 0.8), (KEYS[0], 0.6)))
    other = Verdict(PLAN.occurrences[0], Status.PLANNED, say("status.planned"))
    return overview(verdict, other, judged={"questions": (asked,)})


def test_that_card_and_not_that_card_speak_of_the_card_that_is_shown() -> None:
    told = unconfirmed("101")
    rows = filled({f"e|{KEYS[2]}": {"decision": "та карточка"}}, told)
    (confirmed,) = read(rows).decisions
    assert (confirmed.kind, confirmed.card_id) == (DecisionKind.CONFIRM, "101")
    (rejected,) = read(filled({f"q|{KEYS[0]}": {"decision": "не наше"}}, told)).decisions
    assert (rejected.kind, rejected.subject, rejected.card_id) == (
        DecisionKind.REJECT, KEYS[0], "101",
    )  # fmt: skip


def test_a_row_of_a_table_that_slid_away_is_followed_by_its_words_or_asked_about() -> None:
    rows = filled({f"e|{KEYS[2]}": {"decision": "та карточка"}}, unconfirmed("План!7"))
    slid = replace(CARDS["План!7"], id="План!8")
    other = replace(CARDS["План!7"], title="Другое дело")

    def confirmed(cards: tuple[EventCard, ...]) -> list[str | None]:
        known = Known(PLAN, ["c1", "c2"], {one.id: one for one in cards}, ())
        words = read(rows, Scene(known, {}, LONG_AFTER, NOON))
        return [one.card_id for one in words.decisions]

    assert confirmed((CARDS["План!7"],)) == ["План!7"]
    assert confirmed((other, slid)) == ["План!8"]
    assert confirmed((other,)) == []
    assert confirmed((slid, replace(slid, id="План!9"), other)) == []


# --- what is shown ------------------------------------------------------------------------------


def rows_of(told: Overview, carried: Carried | None = None) -> list[dict[str, CellValue]]:
    head, *rows = grid(status_rows(told, carried))
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_what_needs_a_word_stands_on_top_and_the_rest_by_date() -> None:
    later = occurrence(
        event("ДР-4", title="Слёт"), period=Period(dt.date(2023, 9, 1), dt.date(2023, 9, 2))
    )
    told = overview(
        Verdict(later, Status.PLANNED, say("status.planned")),
        Verdict(PLAN.occurrences[0], Status.HELD, say("status.held")),
        Verdict(PLAN.occurrences[1], Status.OVERDUE, say("status.overdue"), days_late=2),
        Verdict(PLAN.occurrences[2], Status.MISSED, say("status.missed"), days_late=1),
        judged={"centers": silent()},
    )

    assert [row["Статус"] for row in rows_of(told)] == [
        "нет следа", "не отмечено", "тихий", "проведено", "запланировано",
    ]  # fmt: skip


def test_a_status_has_a_colour_and_what_is_set_aside_is_no_alarm() -> None:
    aside = Finding(
        f"missed:{KEYS[1]}", "missed", KEYS[1], FindingState.OPEN, LONG_AFTER, backlog=True
    )
    told = overview(
        *(Verdict(one, Status.MISSED, say("status.missed")) for one in PLAN.occurrences[1:3]),
        findings=(aside,),
    )
    table = status_rows(told)
    tones = [row[AT["status"]] for row in table.rows]

    assert [one.tone for one in tones if isinstance(one, StatusCell)] == [Tone.ALARM, Tone.ASK]
    assert "На разбор" in str(rows_of(told)[1]["Почему"])
    assert rows_of(told)[1]["С какого дня"] == LONG_AFTER


def test_few_people_are_not_counted_outside_their_centre_and_links_lead_to_the_web() -> None:
    seen = Evidence(CARDS["102"], LinkedBy.TITLE, 1.0)
    why = say("reconcile.card", title=CARDS["102"].title)
    told = overview(Verdict(PLAN.occurrences[1], Status.HELD, why, evidence=(seen,)))

    (row,) = rows_of(told)

    assert row["Карточка"] == "Экскурсия (<5 уч-ся)"
    assert "<5 уч-ся" in str(row["Почему"])
    cell = status_rows(unconfirmed("101")).rows[0][AT["card"]]
    assert isinstance(cell, StatusCell)
    assert cell.link == CARDS["101"].url


def test_a_partial_read_is_told_on_top() -> None:
    told = overview(judged={"trustworthy": False})
    assert rows_of(told)[0]["Мероприятие"] == catalogue("ru").say("status_sheet.not_all_read")


def test_the_last_word_on_a_row_is_told_with_its_number() -> None:
    made = (
        replace(numbered(DecisionKind.MOVE, 7), period=Period(LONG_AFTER, LONG_AFTER), why="дождь"),
        replace(numbered(DecisionKind.UNDO, 8), undoes=7),
    )
    first = rows_of(overview(decisions=made[:1]))[1]["Ответ"]
    assert first == (
        "Учтено 01.06.2023: перенос на 01.06.2023, решение № 7 (координатор), причина: дождь"
    )
    last = rows_of(overview(decisions=made, undone=frozenset({7})))[1]["Ответ"]
    assert str(last).startswith("Учтено 01.06.2023: отменено решение № 7, решение № 8")


def test_words_whose_event_is_gone_are_kept_on_top() -> None:
    rows = filled({f"e|{KEYS[1]}": {"decision": "подумаем", "comment": "до мая"}})
    reading = read_own(Worksheet("Решения", tuple(map(tuple, rows))), "Таблица")
    carried = Carried(reading, read_decisions(reading, scene()))
    told = overview(Verdict(PLAN.occurrences[0], Status.MISSED, say("status.missed")))

    first, second = rows_of(told, carried)

    assert (first["Решение"], first["Комментарий"]) == ("подумаем", "до мая")
    assert "непонятно, что решено" in str(first["Ответ"])
    assert second["Решение"] is None
    again = read(grid(status_rows(told, carried)))
    assert [one.row.key for one in again.answers] == [one.row.key for one in carried.words.answers]


def test_a_worksheet_has_no_more_rows_than_anybody_reads() -> None:
    some = [
        Verdict(
            occurrence(
                event(f"Н-{at}"),
                period=Period(day := dt.date(2023, 1, 1) + dt.timedelta(at % 600), day),
            ),
            Status.HELD,
            say("status.held"),
        )
        for at in range(5_200)
    ]
    assert len(status_rows(overview(*some)).rows) == 5_000


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_choices_that_are_offered_are_understood_in_both_languages(language: str) -> None:
    told = overview(project=project(*CENTERS, language=language))
    table = status_rows(told)
    rows = grid(table)
    choices = next(one.choices for one in table.columns if len(one.choices) > 3)
    at = next(at for at, one in enumerate(table.columns) if one.choices == choices)
    found = set()
    for choice in choices:
        rows[2][at] = choice
        for answer in read(rows).answers:
            key = answer.message.key if answer.message else "taken"
            assert key != "status_sheet.not_understood"
            found.add(key)
    assert read_own(Worksheet("Решения", tuple(map(tuple, rows))), "Таблица").foreign == ()
    assert found >= {"taken", "status_sheet.directors_word", "status_sheet.pause_until"}
