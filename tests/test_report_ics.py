"""The calendar feed: read back by three libraries, stable, brought up to date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import ics
import pytest
import vobject
from documents_sample import HOSTILE, hostile, overview
from icalendar import Calendar
from telling_sample import ASSESSMENT, CONFERENCE, PROJECT, TODAY, card, reason, span, verdict

from miro_sync.messages import catalogue
from miro_sync.model import Decision, DecisionKind, Evidence, LinkedBy, Occurrence, Status
from miro_sync.overview import Overview
from miro_sync.reports.ics import EPOCH, Entry, entries, render

RU = catalogue("ru")


def only(
    status: Status,
    period: tuple[str, str],
    **changes: Any,  # noqa: ANN401 - any field
) -> Overview:
    """Return an overview of one event of the network."""
    start, end = period
    of = Occurrence("Б3", CONFERENCE, None, span(start, end), None)
    one = verdict(of, status, reason("Потому", "так"))
    return overview(assessment=replace(ASSESSMENT, verdicts=(replace(one, **changes),)))


def events(of: Overview, center: str | None = None) -> list[Any]:
    """Return the entries as the library reads them."""
    return Calendar.from_ical(render(of, RU, center=center)).walk("VEVENT")


def entry(of: Overview) -> Entry:
    (found,) = entries(of, RU)
    return found


def test_a_day_is_an_entry_on_that_day_and_its_end_is_the_next_morning() -> None:
    (event,) = events(only(Status.HELD, ("2023-05-26", "2023-05-26")))
    assert event["dtstart"].dt == dt.date(2023, 5, 26)
    assert event["dtend"].dt == dt.date(2023, 5, 27)
    assert event["dtstart"].params["VALUE"] == "DATE"


def test_a_week_is_shown_whole_and_what_is_longer_only_on_its_last_day() -> None:
    week = entry(only(Status.RUNNING, ("2023-05-29", "2023-06-04")))
    assert week.days == span("2023-05-29", "2023-06-04")
    longer = entry(only(Status.RUNNING, ("2023-05-29", "2023-06-05")))
    assert longer.days == span("2023-06-05")
    assert longer.summary.startswith("Последний день: ")
    assert "29.05–05.06.2023" in longer.description


def test_what_lasts_all_year_does_not_paint_the_year() -> None:
    assert entry(only(Status.RUNNING, ("2022-09-01", "2023-05-31"))).days == span("2023-05-31")


def test_a_long_event_is_on_the_day_that_its_card_names() -> None:
    evidence = (Evidence(card("1", "НПК", day="2023-03-14"), LinkedBy.TITLE, 1.0),)
    found = entry(only(Status.HELD, ("2023-03-01", "2023-03-31"), evidence=evidence))
    assert found.days == span("2023-03-14")
    assert "Последний день" not in found.summary


def test_a_card_dated_outside_the_period_does_not_move_the_entry() -> None:
    evidence = (Evidence(card("1", "НПК", day="2023-04-14"), LinkedBy.TITLE, 1.0),)
    found = entry(only(Status.MOVED, ("2023-03-01", "2023-03-31"), evidence=evidence))
    assert found.days == span("2023-03-31")


def test_a_cancelled_event_is_cancelled_and_says_so() -> None:
    found = entry(only(Status.CANCELLED, ("2023-05-26", "2023-05-26")))
    assert found.status == "CANCELLED"
    assert found.summary.startswith("Отменено: ")


def test_an_event_without_a_period_has_no_entry() -> None:
    undated = [one for one in ASSESSMENT.verdicts if one.occurrence.period is None]
    assert undated
    assert entries(overview(assessment=replace(ASSESSMENT, verdicts=tuple(undated))), RU) == []


def test_an_event_of_every_centre_is_one_entry_with_its_tally() -> None:
    found = [one for one in entries(overview(), RU) if one.summary.find("А1 ") >= 0]
    assert len(found) == 1
    assert found[0].summary.endswith("(5 из 8)")
    assert "нет: Марьевская ООШ, Новониколаевская ООШ" in found[0].description
    assert found[0].categories == ("каждый центр",)


def test_a_centre_whose_period_was_moved_has_an_entry_of_its_own() -> None:
    moved = []
    for one in ASSESSMENT.verdicts:
        if one.occurrence.key == "А1@ishim":
            later = replace(one.occurrence, period=span("2023-03-10"))
            moved.append(replace(one, occurrence=later))
        else:
            moved.append(one)
    found = entries(overview(assessment=replace(ASSESSMENT, verdicts=tuple(moved))), RU)
    of_event = [one for one in found if "А1 " in one.summary]
    assert [one.days for one in of_event] == [span("2023-02-28"), span("2023-03-10")]
    assert of_event[0].summary.endswith("(5 из 7)")
    assert of_event[1].categories == ("Ишимская ООШ",)
    assert len({one.uid for one in found}) == len(found)


def test_a_centres_feed_has_its_own_events_and_names_no_other() -> None:
    feed = render(overview(), RU, center="ishim")
    text = str(Calendar.from_ical(feed).to_ical().decode()).replace("\r\n ", "")
    assert "Ишимская ООШ" in text
    assert not [
        one.name for one in PROJECT.centers if one.id != "ishim" and one.name.split("«")[1] in text
    ]


def test_an_entry_keeps_its_name_when_its_status_title_and_period_change() -> None:
    before = entry(only(Status.PLANNED, ("2023-03-01", "2023-03-01")))
    after = entry(only(Status.CANCELLED, ("2023-04-01", "2023-04-01")))
    assert before.uid == after.uid
    other = entry(
        replace(
            only(Status.PLANNED, ("2023-03-01", "2023-03-01")),
            project=replace(PROJECT, name="Другой проект"),
        )
    )
    assert other.uid != before.uid


def test_later_data_make_a_later_sequence_and_the_same_data_the_same_bytes() -> None:
    first = overview()
    decided = Decision(
        DecisionKind.CANCEL, "Б3", "director", dt.datetime(2023, 6, 2, 4, 0, tzinfo=dt.UTC)
    )
    second = overview(decisions=(decided,))
    numbers = []
    for one in (first, second):
        event, *_ = events(one)
        assert event["dtstamp"].dt == event["last-modified"].dt
        numbers.append((int(event["sequence"]), event["dtstamp"].dt))
    assert numbers[0] < numbers[1]
    assert numbers[1] == (int((decided.made_at - EPOCH).total_seconds() // 60), decided.made_at)
    assert render(first, RU) == render(overview(), RU)


def test_lines_are_folded_and_ended_as_the_standard_asks() -> None:
    for feed in (render(overview(), RU), render(hostile(), RU)):
        lines = feed.split(b"\r\n")
        assert lines[-1] == b""
        assert all(len(line) <= 75 and b"\n" not in line for line in lines)
        feed.decode("utf-8")


def test_the_feed_says_whose_it_is_and_where() -> None:
    feed = Calendar.from_ical(render(overview(), RU))
    assert feed["x-wr-calname"] == "Точка роста среднего балла"
    assert feed["x-wr-timezone"] == "Asia/Novokuznetsk"
    assert feed["method"] == "PUBLISH"


@pytest.mark.parametrize("of", [overview(), hostile()], ids=["usual", "hostile"])
def test_two_other_libraries_read_the_same_entries(of: Overview) -> None:
    feed = render(of, RU).decode()
    wanted = sorted((one.uid, one.days.start, one.days.end) for one in entries(of, RU))
    by_ics = ics.Calendar(feed)
    assert (
        sorted(
            (one.uid, one.begin.date(), one.end.date() - dt.timedelta(days=1))
            for one in by_ics.events
        )
        == wanted
    )
    by_vobject = vobject.readOne(feed)
    assert (
        sorted(
            (one.uid.value, one.dtstart.value, one.dtend.value - dt.timedelta(days=1))
            for one in by_vobject.vevent_list
        )
        == wanted
    )
    titles = {one.uid: one.summary for one in entries(of, RU)}
    assert {one.uid.value: one.summary.value for one in by_vobject.vevent_list} == titles
    assert {one.uid: one.name for one in by_ics.events} == titles


def test_hostile_titles_break_no_line_and_make_no_entry_of_their_own() -> None:
    found = entries(hostile(), RU)
    usual = entries(overview(), RU)
    assert [one.uid for one in found] != []
    assert len(found) >= len(usual)
    feed = Calendar.from_ical(render(hostile(), RU))
    assert len(feed.walk("VEVENT")) == len(found)
    for one in found:
        assert len(one.summary) <= 250
        assert len(one.description) <= 2_000
        assert one.url is None  # javascript: is none
        assert not set(one.summary) & set("\x00\x07\x1b\u202e\u200f\n")
    assert HOSTILE[0] in " ".join(one.summary for one in found)


def test_names_in_the_column_of_the_responsible_do_not_get_out() -> None:
    of = only(Status.PLANNED, ("2023-03-01", "2023-03-01"))
    (one,) = of.assessment.verdicts
    event = replace(one.occurrence.event, responsible=("Методист Сикорская М.С.",))
    named = replace(one, occurrence=replace(one.occurrence, event=event))
    told = entry(replace(of, assessment=replace(of.assessment, verdicts=(named,)))).description
    assert "Ответственные: Методист" in told
    assert "Сикорская" not in told


def test_english_is_english() -> None:
    told = entries(overview(), catalogue("en"))
    assert any(one.summary.startswith("Last day: ") for one in told)
    assert overview().assessment.today == TODAY
