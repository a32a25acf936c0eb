"""A centre lives by what it contributes; silence is counted fairly and never guessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    HELD,
    LONG_AFTER,
    NOON,
    card,
    center,
    event,
    occurrence,
    project,
    row,
    schedule,
    source,
    sources,
)

from miro_sync.activity import date_contributions, judge_centers
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import (
    CenterState,
    Evidence,
    LinkedBy,
    Period,
    Person,
    Progress,
    Remembered,
    Rules,
    SourceState,
    Status,
    Verdict,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from miro_sync.model import CenterActivity, EventCard, Project, SourceReport

TODAY = LONG_AFTER
ONE_DAY = dt.timedelta(days=1)


def at(day: dt.date, hour: int = 5) -> dt.datetime:
    """Return a moment of the day; 5 o'clock UTC is noon in Novokuznetsk."""
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.UTC)


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def remembered(*cards: EventCard) -> Remembered:
    return Remembered(cards={one.id: one for one in cards}, first_run=False)


def dated(
    *cards: EventCard,
    previous: Remembered | None = None,
    read: Sequence[SourceReport] | None = None,
    members: Mapping[str, str] | None = None,
    scene: Project | None = None,
) -> tuple[EventCard, ...]:
    return date_contributions(
        cards,
        previous or Remembered(),
        sources=sources() if read is None else read,
        members=members or {},
        project=scene or project(),
        today=TODAY,
    )


def judged(
    *cards: EventCard,
    previous: Remembered | None = None,
    verdicts: Iterable[Verdict] = (),
    read: Sequence[SourceReport] | None = None,
    scene: Project | None = None,
    today: dt.date = TODAY,
) -> CenterActivity:
    """Judge the first centre of the scene."""
    scene = scene or project()
    (activity,) = judge_centers(
        scene.centers,
        dated(*cards, previous=previous, read=read, scene=scene),
        previous=previous or Remembered(),
        verdicts=verdicts,
        sources=sources() if read is None else read,
        project=scene,
        today=today,
    )
    return activity


def own(card_id: str = "101", *, days_ago: int = 100, **changes: Any) -> EventCard:  # noqa: ANN401 - any field
    """Return a card of the centre, made by a teacher so many days ago and not touched since."""
    made = at(ago(days_ago))
    base = card(card_id, center_id="c1", created_at=made, author_id="7")
    return replace(base, **{"modified_at": made, "editor_id": "7", **changes})


def russian(activity: CenterActivity) -> str:
    return catalogue("ru").tell(activity.reason)


# --- what a contribution is -------------------------------------------------------------------


def test_a_new_card_counts_on_the_local_day_it_was_made() -> None:
    late_evening = dt.datetime(2023, 5, 10, 17, 30, tzinfo=dt.UTC)  # 00:30 of the 11th there

    (one,) = dated(own(created_at=late_evening, modified_at=late_evening))

    assert one.contributed == dt.date(2023, 5, 11)


def test_an_edit_and_a_read_count_on_their_local_days() -> None:
    late_evening = dt.datetime(2023, 5, 10, 17, 30, tzinfo=dt.UTC)
    read = tuple(replace(source(name), read_at=late_evening) for name in ("board", "tables"))
    was = own()
    (edited,) = dated(own(modified_at=late_evening))
    (tagged,) = dated(own(held=HELD), previous=remembered(was), read=read)
    (added,) = dated(plan_row(), previous=remembered(plan_row(2, title="Старая")), read=read)

    assert {one.contributed for one in (edited, tagged, added)} == {dt.date(2023, 5, 11)}


def test_without_a_moment_of_reading_the_day_of_judging_stands_in() -> None:
    (tagged,) = dated(own(held=HELD), previous=remembered(own()), read=())

    assert tagged.contributed == TODAY


def test_a_read_that_names_no_moment_counts_on_the_day_of_judging() -> None:
    read = (replace(source("board"), read_at=None),)
    (tagged,) = dated(own(held=HELD), previous=remembered(own()), read=read)

    assert tagged.contributed == TODAY


def test_a_card_that_was_never_read_before_counts_on_its_last_edit() -> None:
    (one,) = dated(own(modified_at=at(ago(3))))

    assert one.contributed == ago(3)


def test_what_was_done_is_told() -> None:
    filled = own(modified_at=at(ago(2)), text="21 уч-ся")
    late_evening = dt.datetime(2023, 5, 10, 17, 30, tzinfo=dt.UTC)
    made_at_night = own(created_at=late_evening, modified_at=late_evening)
    rows = remembered(plan_row(2, title="Старая"))

    assert russian(judged(made_at_night)).endswith("11.05.2023: новая карточка «Методический день»")
    assert russian(judged(filled, previous=remembered(own()))).endswith(
        "правка карточки «Методический день»"
    )
    assert russian(judged(plan_row(), previous=rows)).endswith("строка таблицы «Методический день»")
    assert russian(judged(own(title=""))).count("«без названия»") == 1


def test_a_held_event_is_told_before_other_work_of_its_day() -> None:
    made = own("1", days_ago=3)
    held = card("2", center_id="c1", held=HELD, date=schedule(ago(3)))
    vouched = held_verdict(occurrence=occurrence(center_id="c1", period=Period(ago(9), ago(3))))
    unplaced = held_verdict(card(held=HELD, title="Без центра", date=schedule(ago(3))))

    assert "проведено «Методический день»" in russian(judged(made, held))
    assert "проведено «Методический день химиков»" in russian(judged(made, verdicts=[vouched]))
    assert "проведено «Без центра»" in russian(judged(made, verdicts=[unplaced]))


def test_a_held_event_is_told_before_a_new_row_of_its_day() -> None:
    rows = remembered(plan_row(2, title="Старая"))
    held = plan_row(3, title="Практикум", held=HELD, date=schedule(TODAY))

    assert "проведено «Практикум»" in russian(judged(plan_row(), held, previous=rows))


def test_the_day_a_card_was_made_is_kept_beside_the_day_it_was_filled_in() -> None:
    (fresh,) = dated(own())
    filled = own(modified_at=at(ago(2)), text="21 уч-ся")
    (first,) = dated(filled, previous=remembered(fresh))
    (second,) = dated(
        replace(filled, modified_at=at(ago(1)), text="22"), previous=remembered(first)
    )

    assert (fresh.contributed, fresh.made) == (ago(100), None)
    assert (first.contributed, first.made) == (ago(2), ago(100))
    assert (second.contributed, second.made) == (ago(1), ago(100))


def test_a_card_that_was_filled_in_before_the_first_read_was_also_made() -> None:
    late_evening = dt.datetime(2023, 5, 10, 17, 30, tzinfo=dt.UTC)  # 00:30 of the 11th there
    filled = own(created_at=late_evening, modified_at=at(ago(3)))
    (one,) = dated(filled)
    (again,) = dated(replace(filled, contributed=ago(3)))

    assert (one.contributed, one.made) == (ago(3), dt.date(2023, 5, 11))
    assert again == one


def test_who_made_a_card_is_settled_when_it_is_read_first() -> None:
    filled = own(modified_at=at(ago(2)), text="21 уч-ся")
    known = remembered(*dated(filled))
    left = project(rules=Rules(ignored_users=("7",)))

    assert dated(filled, previous=known, scene=left)[0].made == ago(100)


def test_a_card_of_the_office_that_a_teacher_filled_in_was_made_by_nobody() -> None:
    scene = project(rules=Rules(ignored_users=("1",)))
    template = own(author_id="1", editor_id="1")
    filled = replace(template, editor_id="7", modified_at=at(ago(4)), text="21 уч-ся")
    (first,) = dated(template, scene=scene)

    assert dated(filled, previous=remembered(first), scene=scene)[0].made is None
    assert dated(filled, scene=scene)[0].made is None


def test_an_edit_of_the_first_read_is_told_as_the_benefit_of_the_doubt() -> None:
    assert "сравнить её пока не с чем" in russian(judged(own(modified_at=at(ago(3)))))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Практикум"},
        {"text": "21 учащийся"},
        {"date": schedule(dt.date(2023, 9, 9))},
        {"held": HELD},
    ],
)
def test_a_card_that_was_filled_in_counts_on_the_day_of_the_edit(change: dict[str, Any]) -> None:
    was = own()
    (before,) = dated(was)
    (one,) = dated(own(modified_at=at(ago(2)), **change), previous=remembered(before))

    assert one.contributed == ago(2)


def test_moving_and_recolouring_is_no_contribution() -> None:
    (before,) = dated(own())
    (one,) = dated(own(modified_at=at(ago(2)), frame="Другая"), previous=remembered(before))

    assert one.contributed == ago(100)


def test_a_recoloured_card_stays_silent_in_the_runs_that_follow() -> None:
    (first,) = dated(own())
    (second,) = dated(own(modified_at=at(ago(2))), previous=remembered(first))
    (third,) = dated(own(modified_at=at(ago(2))), previous=remembered(second))

    assert third.contributed == ago(100)


def test_a_contribution_is_remembered_with_the_card() -> None:
    filled = own(modified_at=at(ago(2)), text="готово")
    (first,) = dated(filled, previous=remembered(*dated(own())))
    (second,) = dated(filled, previous=remembered(first))

    assert second == first
    assert second.contributed == ago(2)


def test_a_tag_that_leaves_no_trace_in_the_cards_times_counts_on_the_day_it_is_read() -> None:
    (one,) = dated(own(held=HELD), previous=remembered(*dated(own())))

    assert one.contributed == TODAY


def test_a_held_mark_that_was_there_before_is_no_news() -> None:
    (one,) = dated(own(held=HELD), previous=remembered(*dated(own(held=HELD))))

    assert one.contributed == ago(100)


def test_a_mark_in_other_words_is_no_news() -> None:
    before = replace(own(held=HELD), contributed=ago(100))
    (one,) = dated(own(held=say("status.list", head="а", tail="б")), previous=remembered(before))

    assert one.contributed == ago(100)


def test_another_text_without_a_time_of_change_counts_on_the_day_it_is_read() -> None:
    was = own(created_at=None, modified_at=None)
    (one,) = dated(replace(was, text="готово"), previous=remembered(was))
    (same,) = dated(was, previous=remembered(was))

    assert one.contributed == TODAY
    assert same.contributed is None


def test_another_text_of_a_card_that_lost_its_time_counts_on_the_day_it_is_read() -> None:
    (before,) = dated(own())
    (one,) = dated(own(modified_at=None, text="готово"), previous=remembered(before))

    assert one.contributed == TODAY


def test_another_understanding_of_the_same_text_is_no_contribution() -> None:
    # The card's own times did not change: it is our reading of it that did.
    (one,) = dated(own(text="новое прочтение"), previous=remembered(*dated(own())))

    assert one.contributed == ago(100)


# --- whose it is ------------------------------------------------------------------------------

OFFICE = (
    Person("coordinator", "Ёлкина Мария Петровна"),
    Person("director", "Руководитель"),
    Person("methodist", "Ольга Сомова"),
)


@pytest.mark.parametrize(
    "name",
    [
        "Мария Елкина",
        "ёлкина мария петровна",
        "Мария Петровна Ёлкина (координатор)",
        "Руководитель",
    ],
)
def test_what_the_office_makes_and_edits_is_nobodys_contribution(name: str) -> None:
    made_by_office = own(modified_at=at(ago(3)))
    (one,) = dated(made_by_office, members={"7": name}, scene=project(people=OFFICE))

    assert one.contributed is None


@pytest.mark.parametrize("name", ["Мария", "Мария Сидорова", "Ольга Сомова", ""])
def test_namesakes_and_methodists_are_not_the_office(name: str) -> None:
    (one,) = dated(own(), members={"7": name}, scene=project(people=OFFICE))

    assert one.contributed == ago(100)


@pytest.mark.parametrize("ignored", ["7", "Робот Синхронизации"])
def test_users_named_in_the_rules_are_ignored_by_id_or_name(ignored: str) -> None:
    scene = project(rules=Rules(ignored_users=(ignored,)))
    (one,) = dated(own(), members={"7": "робот синхронизации"}, scene=scene)

    assert one.contributed is None


def test_a_person_without_a_name_stands_for_nobody() -> None:
    scene = project(people=(Person("director", ""),))
    (one,) = dated(own(), members={"7": ""}, scene=scene)

    assert one.contributed == ago(100)


def test_a_teacher_who_fills_in_a_card_of_the_office_contributes() -> None:
    scene = project(rules=Rules(ignored_users=("1",)))
    template = own(author_id="1", editor_id="1")
    filled = own(author_id="1", editor_id="7", modified_at=at(ago(4)), text="21 уч-ся")
    (first,) = dated(template, scene=scene)
    (second,) = dated(filled, previous=remembered(first), scene=scene)

    assert first.contributed is None
    assert second.contributed == ago(4)


def test_the_office_filling_in_a_centres_card_adds_nothing() -> None:
    scene = project(rules=Rules(ignored_users=("1",)))
    filled = own(editor_id="1", modified_at=at(ago(4)), text="21 уч-ся")
    (one,) = dated(filled, previous=remembered(*dated(own(), scene=scene)), scene=scene)

    assert one.contributed == ago(100)


def test_an_unknown_author_has_the_benefit_of_the_doubt() -> None:
    assert judged(own(author_id=None, days_ago=5)).last_contribution == ago(5)


# --- rows -------------------------------------------------------------------------------------


def plan_row(number: int = 7, **changes: Any) -> EventCard:  # noqa: ANN401 - any field
    return row(f"План!{number}", **{"center_id": "c1", **changes})


def test_a_new_row_counts_on_the_day_it_is_read() -> None:
    known = plan_row(2, title="Старая")
    new = plan_row(3, title="Новая")
    one, other = dated(known, new, previous=remembered(known))

    assert (one.contributed, other.contributed) == (None, TODAY)


def test_a_new_row_that_says_what_a_card_says_is_new() -> None:
    known = (plan_row(2, title="Старая"), own(title="Новая"))
    (one,) = dated(plan_row(3, title="Новая"), previous=remembered(*known))

    assert (one.contributed, one.made) == (TODAY, None)


@pytest.mark.parametrize(
    "change",
    [{"title": "Практикум"}, {"text": "12"}, {"held": HELD}, {"date": schedule(ago(1))}],
)
def test_a_changed_row_counts_on_the_day_it_is_read(change: dict[str, Any]) -> None:
    (one,) = dated(plan_row(**change), previous=remembered(plan_row()))

    assert one.contributed == TODAY


def test_rows_that_only_slid_down_are_no_contribution() -> None:
    before = [plan_row(n, title=f"Строка {n}", contributed=ago(50)) for n in (2, 3, 4)]
    slid = [replace(one, id=f"План!{int(one.id[5:]) + 1}", contributed=None) for one in before]

    after = dated(*slid, previous=remembered(*before))

    assert [one.contributed for one in after] == [ago(50)] * 3


def test_of_two_rows_that_say_the_same_the_later_contribution_is_kept() -> None:
    before = [plan_row(2, contributed=ago(9)), plan_row(3), plan_row(4, contributed=ago(12))]

    assert {one.contributed for one in dated(*before, previous=remembered(*before))} == {ago(9)}


def test_rows_count_on_the_day_their_table_was_read_and_not_on_the_day_of_judging() -> None:
    known = remembered(plan_row(2, title="Старая"))
    read = (replace(source("tables"), read_at=at(ago(6))), source("board"))

    assert dated(plan_row(), previous=known, read=read)[0].contributed == ago(6)
    assert dated(plan_row(), previous=known, read=())[0].contributed == TODAY


def test_rows_that_appear_in_an_empty_table_are_new() -> None:
    previous = Remembered(first_run=False, read_at={"tables": NOON})

    assert dated(plan_row(), own(days_ago=5), previous=previous)[0].contributed == TODAY


def test_an_old_row_is_no_contribution_however_silent_its_centre() -> None:
    assert dated(plan_row(), previous=remembered(plan_row()))[0].contributed is None


def test_a_board_that_is_known_says_nothing_of_the_age_of_rows() -> None:
    silent = own(days_ago=60)
    activity = judged(plan_row(), silent, previous=remembered(*dated(silent)))

    assert activity.last_contribution == ago(60)


def test_rows_of_unknown_age_count_for_a_centre_of_which_nothing_else_is_known() -> None:
    activity = judged(plan_row())

    assert activity.state is CenterState.ACTIVE
    assert activity.last_contribution == TODAY
    assert "считаем с первого чтения" in russian(activity)


@pytest.mark.parametrize(
    "other",
    [own(days_ago=60), plan_row(9, held=HELD, date=schedule(ago(60)))],
)
def test_rows_of_unknown_age_prove_nothing_where_something_is_known(other: EventCard) -> None:
    activity = judged(plan_row(), other)

    assert activity.state is CenterState.INACTIVE
    assert activity.last_contribution == ago(60)


def test_rows_of_unknown_age_grow_old_like_others() -> None:
    (first,) = dated(plan_row())
    later = TODAY + 31 * ONE_DAY
    activity = judged(first, previous=remembered(first), today=later)

    assert activity.state is CenterState.INACTIVE
    assert activity.last_contribution == TODAY


# --- held events ------------------------------------------------------------------------------


def test_a_held_event_counts_on_its_day() -> None:
    held = card(center_id="c1", held=HELD, date=schedule(ago(8)))

    assert judged(held).last_contribution == ago(8)
    assert russian(judged(held)) == "Последний вклад 24.05.2023: проведено «Методический день»"


def test_a_held_mark_without_a_day_dates_nothing() -> None:
    undated = card(center_id="c1", held=HELD)

    assert judged(undated).last_contribution is None
    assert judged(own(days_ago=5, held=HELD)).last_contribution == ago(5)


def test_a_held_event_to_come_is_no_contribution_yet() -> None:
    held = card(center_id="c1", held=HELD, date=schedule(TODAY + ONE_DAY))

    assert judged(held).last_contribution is None
    assert judged(held, today=TODAY + ONE_DAY).last_contribution == TODAY + ONE_DAY


def test_of_several_days_the_last_one_that_has_come_counts() -> None:
    days = schedule(ago(40), ago(10), TODAY + ONE_DAY)

    assert judged(card(center_id="c1", held=HELD, date=days)).last_contribution == ago(10)


def test_a_held_range_that_goes_on_counts_from_its_first_day() -> None:
    year = schedule(Period(ago(90), TODAY + ONE_DAY))
    over = schedule(Period(ago(90), TODAY))

    assert judged(card(center_id="c1", held=HELD, date=year)).last_contribution == ago(90)
    assert judged(card(center_id="c1", held=HELD, date=over)).last_contribution == TODAY


def test_a_last_day_to_come_dates_nothing() -> None:
    by_then = schedule(TODAY + ONE_DAY, deadline=True)

    assert judged(card(center_id="c1", held=HELD, date=by_then)).last_contribution is None


def test_a_planned_day_is_no_contribution() -> None:
    assert judged(card(center_id="c1", date=schedule(ago(8)))).last_contribution is None


MARCH_EVENT = occurrence(center_id="c1")


def held_verdict(*evidence: EventCard, **changes: Any) -> Verdict:  # noqa: ANN401 - any field
    base = Verdict(
        occurrence=MARCH_EVENT,
        status=Status.HELD,
        reason=say("status.held"),
        evidence=tuple(Evidence(one, LinkedBy.TITLE, 1.0) for one in evidence),
    )
    return replace(base, **changes)


def test_a_held_card_without_a_centre_counts_for_the_centre_of_its_event() -> None:
    verdict = held_verdict(card(held=HELD, date=schedule(ago(5))))

    assert judged(verdicts=[verdict]).last_contribution == ago(5)


def test_a_held_card_of_another_centre_counts_for_that_one() -> None:
    verdict = held_verdict(card(held=HELD, center_id="c2", date=schedule(ago(5))))

    assert judged(verdicts=[verdict]).last_contribution is None


def test_a_held_event_that_a_person_vouches_for_counts_on_its_last_day() -> None:
    activity = judged(verdicts=[held_verdict()])

    assert activity.last_contribution == dt.date(2023, 3, 31)
    assert "проведено «Методический день химиков»" in russian(activity)
    assert (
        judged(
            verdicts=[
                held_verdict(occurrence=occurrence(center_id="c1", period=Period(ago(9), TODAY)))
            ]
        ).last_contribution
        == TODAY
    )


def test_a_held_event_that_a_person_vouches_for_counts_although_its_card_has_no_mark() -> None:
    assert judged(verdicts=[held_verdict(card())]).last_contribution == dt.date(2023, 3, 31)


def test_a_held_card_without_centre_and_day_dates_nothing() -> None:
    verdict = held_verdict(card(held=HELD))

    assert judged(verdicts=[verdict]).last_contribution is None
    assert judged(own(days_ago=5), verdicts=[verdict]).last_contribution == ago(5)


@pytest.mark.parametrize(
    "verdict",
    [
        held_verdict(status=Status.MISSED),
        held_verdict(occurrence=occurrence(center_id="c1", period=None)),
        held_verdict(occurrence=occurrence(center_id="c1", period=Period(ago(9), TODAY + ONE_DAY))),
        held_verdict(occurrence=occurrence()),
        held_verdict(
            occurrence=occurrence(event(quota=1), center_id="c1"), progress=Progress(1, 1)
        ),
    ],
)
def test_nobody_vouches_for_a_day_in_other_cases(verdict: Verdict) -> None:
    assert judged(verdicts=[verdict]).last_contribution is None


# --- silence ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, CenterState.ACTIVE),
        (1, CenterState.ACTIVE),
        (30, CenterState.ACTIVE),
        (31, CenterState.INACTIVE),
    ],
)
def test_a_centre_is_silent_after_more_days_than_the_rules_allow(
    days: int, expected: CenterState
) -> None:
    activity = judged(own(days_ago=days))

    assert activity.state is expected
    assert activity.days_silent == days
    assert activity.last_contribution == ago(days)


def test_the_limit_is_a_setting() -> None:
    scene = project(rules=Rules(inactive_after_days=5))

    assert judged(own(days_ago=6), scene=scene).state is CenterState.INACTIVE
    assert judged(own(days_ago=5), scene=scene).state is CenterState.ACTIVE


def test_a_silent_centre_is_told_why_since_when_and_what_would_clear_it() -> None:
    assert russian(judged(own(days_ago=31))) == (
        "Нет вклада после 01.05.2023 (новая карточка «Методический день»): 31 день без каникул "
        "и пауз при пределе 30; снимется, когда появится новая или заполненная карточка, строка "
        "таблицы или отметка о проведении"
    )


def test_school_holidays_do_not_count_as_silence() -> None:
    scene = project(vacations=(Period(ago(20), ago(11)),))

    assert judged(own(days_ago=35), scene=scene).days_silent == 25


def test_a_holiday_that_began_before_the_last_contribution_counts_from_there() -> None:
    scene = project(vacations=(Period(ago(50), ago(30)),))

    assert judged(own(days_ago=35), scene=scene).days_silent == 30


def test_a_holiday_that_goes_on_stops_the_clock() -> None:
    scene = project(vacations=(Period(ago(10), TODAY + 60 * ONE_DAY),))

    assert judged(own(days_ago=35), scene=scene).days_silent == 24


def test_a_past_pause_does_not_count_and_overlaps_count_once() -> None:
    pause = Period(ago(20), ago(11))
    scene = project(center(pauses=(pause,)), vacations=(Period(ago(15), ago(6)),))

    assert judged(own(days_ago=35), scene=scene).days_silent == 20


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        (Period(ago(9), TODAY), CenterState.PAUSED),
        (Period(TODAY, dt.date.max), CenterState.PAUSED),
        (Period(ago(9), ago(1)), CenterState.INACTIVE),
        (Period(TODAY + ONE_DAY, TODAY + ONE_DAY), CenterState.INACTIVE),
    ],
)
def test_a_centre_is_paused_on_every_day_of_its_pause(pause: Period, expected: CenterState) -> None:
    scene = project(center(pauses=(pause,)))

    assert judged(own(days_ago=90), scene=scene).state is expected


def test_a_pause_is_told_with_its_days() -> None:
    closed = project(center(pauses=(Period(ago(9), TODAY),)))
    open_end = project(center(pauses=(Period(ago(9), dt.date.max),)))

    assert russian(judged(scene=closed)).startswith("Пауза 23.05.2023 – 01.06.2023")
    assert russian(judged(scene=open_end)).startswith("Пауза с 23.05.2023")


def test_silence_before_the_project_does_not_count() -> None:
    scene = project(span=Period(ago(9), TODAY))
    activity = judged(own(days_ago=200), scene=scene)

    assert activity.state is CenterState.ACTIVE
    assert activity.days_silent == 10


def test_what_is_dated_after_today_is_not_known_today() -> None:
    later = own(days_ago=-1)

    assert judged(later).last_contribution is None


def test_the_latest_of_all_contributions_counts_in_any_order() -> None:
    cards = [own("1", days_ago=60), own("2", days_ago=4), own("3", days_ago=20)]

    assert judged(*cards) == judged(*reversed(cards))
    assert judged(*cards).last_contribution == ago(4)


def test_every_centre_is_judged_by_its_own_cards() -> None:
    scene = project(center("c1"), center("c2"), center("c3", pauses=(Period(TODAY, TODAY),)))
    cards = [card("0"), own("1", days_ago=40), replace(own("2", days_ago=4), center_id="c2")]
    found = judge_centers(
        scene.centers,
        dated(*cards),
        previous=Remembered(),
        verdicts=(),
        sources=sources(),
        project=scene,
        today=TODAY,
    )

    assert [(one.center.id, one.state.value) for one in found] == [
        ("c1", "inactive"),
        ("c2", "active"),
        ("c3", "paused"),
    ]


def test_loud_neighbours_do_not_make_a_centre_silent() -> None:
    loud = [replace(own(str(n), days_ago=0), center_id="c2") for n in range(2, 50)]

    assert judged(own(days_ago=29), *loud) == judged(own(days_ago=29))


# --- nothing at all ---------------------------------------------------------------------------

NEVER_30 = project(span=Period(ago(29), TODAY))
NEVER_31 = project(span=Period(ago(30), TODAY))


def test_a_centre_that_never_contributed_is_silent_since_the_project_began() -> None:
    assert judged(scene=NEVER_30).state is CenterState.ACTIVE
    assert judged(scene=NEVER_31).state is CenterState.INACTIVE
    assert judged(scene=NEVER_31).days_silent == 31
    assert "прошло только 30 дней без каникул и пауз из 30" in russian(judged(scene=NEVER_30))


def test_an_empty_frame_is_told_as_such_with_the_way_out_of_a_wrong_one() -> None:
    reason = russian(judged(scene=NEVER_31))

    assert "Нет ни одной карточки в рамке «Рамка c1»" in reason
    assert "поправьте centers.toml" in reason


def test_a_centre_without_a_frame_is_told_to_name_one() -> None:
    scene = replace(NEVER_31, centers=(center(frame=None),))

    assert "рамка центра не указана" in russian(judged(scene=scene))


def test_a_centre_whose_frame_was_only_filled_by_the_office_is_silent() -> None:
    scene = replace(NEVER_31, rules=Rules(ignored_users=("7",)))
    activity = judged(own(), scene=scene)

    assert activity.state is CenterState.INACTIVE
    assert russian(activity).startswith("Вклада не видно с начала проекта (02.05.2023): 31 день")


def test_nothing_is_expected_before_the_project_begins() -> None:
    scene = project(span=Period(TODAY + ONE_DAY, TODAY + 90 * ONE_DAY))

    assert judged(scene=scene).state is CenterState.UNKNOWN
    assert "Проект начнётся 02.06.2023" in russian(judged(scene=scene))
    assert judged(own(), scene=scene).state is CenterState.ACTIVE
    assert judged(scene=scene, today=TODAY + ONE_DAY).state is CenterState.ACTIVE
    assert "с начала отсчёта (02.06.2023)" in russian(judged(scene=scene, today=TODAY + ONE_DAY))


# --- unread sources ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["board", "tables"])
@pytest.mark.parametrize("state", [SourceState.STALE, SourceState.FAILED, SourceState.FRESH])
def test_an_unread_source_makes_a_centre_unknown_and_never_silent(
    name: str, state: SourceState
) -> None:
    read = sources(source(name, state, complete=False))
    quiet, nothing = judged(own(days_ago=31), read=read), judged(read=read)

    assert (quiet.state, nothing.state) == (CenterState.UNKNOWN, CenterState.UNKNOWN)
    assert quiet.days_silent is None
    assert quiet.last_contribution == ago(31)
    assert quiet.center.id == "c1"
    assert "После 01.05.2023 вклада не видно (новая карточка" in russian(quiet)
    assert {"board": "(доска)", "tables": "(таблица)"}[name] in russian(quiet)


def test_what_was_read_can_be_enough_to_see_a_centre_alive() -> None:
    read = sources(source("board", SourceState.STALE))

    assert judged(own(days_ago=30), read=read).state is CenterState.ACTIVE


def test_all_unread_sources_are_named() -> None:
    read = sources(source("board", SourceState.FAILED), source("tables", SourceState.STALE))

    assert "(доска, таблица)" in russian(judged(read=read))


def test_a_calendar_holds_no_contributions() -> None:
    read = sources(source("calendar", SourceState.STALE))

    assert judged(own(days_ago=31), read=read).state is CenterState.INACTIVE


def test_a_source_that_the_settings_do_not_name_is_not_waited_for() -> None:
    read = sources(source("tables", SourceState.ABSENT))

    assert judged(own(days_ago=31), read=read).state is CenterState.INACTIVE


def test_without_a_board_and_a_table_nothing_can_be_said() -> None:
    read = sources(*(source(name, SourceState.ABSENT) for name in ("board", "tables")))

    assert judged(read=read).state is CenterState.UNKNOWN
    assert "Не подключены ни доска, ни таблица" in russian(judged(read=read))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_name(language: str) -> None:
    assert all(catalogue(language).tell(say(f"status.{state}")) for state in CenterState)
