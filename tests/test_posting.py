"""Who gets letters, when they are due, and what is written down of them."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import center, project
from hypothesis import given
from hypothesis import strategies as st
from mail_sample import written_letter

from miro_sync.errors import BusyError, MailError
from miro_sync.letter import Posting, PostingState, Role
from miro_sync.memory import MailLedger, SqlMemory
from miro_sync.messages import catalogue
from miro_sync.model import Period, Person, Project, SpecialDay, say
from miro_sync.posting import (
    Due,
    Item,
    Posted,
    Recipient,
    Timing,
    Way,
    first_posting,
    named,
    recipients,
    send,
    send_day,
    week_of,
    when_due,
)

pytestmark = pytest.mark.usefixtures("engines_let_go")

MONDAY = dt.date(2024, 4, 22)
NOON = dt.datetime(2024, 4, 22, 5, 0, tzinfo=dt.UTC)
WEEK = "2024-W17"
TIMING = Timing()
OFFICE = project(
    center("c1", email="school@example.org", pauses=(Period(MONDAY, MONDAY),)),
    center("c2"),
    people=(
        Person("methodist", "М", "m@example.org"),
        Person("coordinator", "К", "one@example.org"),
        Person("coordinator", "К2", "two@example.org"),
        Person("director", "Д", "Director@example.org"),
        Person("director", "без почты"),
    ),
)


def due(
    today: dt.date = MONDAY,
    *,
    at: str | None = "09:00",
    posting: Posting | None = None,
    timing: Timing = TIMING,
    of: Recipient | None = None,
    nothing: bool = False,
    old: bool = False,
    office: Project = OFFICE,
) -> Due:
    minute = None if at is None else int(at[:2]) * 60 + int(at[3:])
    return when_due(
        posting,
        of or recipients(office, today)[0],
        None if nothing else written_letter(),
        today=today,
        minute=minute,
        timing=timing,
        project=office,
        old=old,
    )


def row(state: PostingState, recipient: str = "center:c1") -> Posting:
    return Posting(recipient, WEEK, 3, "<id@example.org>", MONDAY, state)


# --- who ------------------------------------------------------------------------------------------


def test_everybody_with_an_address_gets_letters_the_director_first() -> None:
    found = recipients(OFFICE, MONDAY)

    assert [one.name for one in found] == [
        "director",
        "coordinator",
        "coordinator-2",
        "methodist",
        "c1",
    ]


def test_no_address_is_in_what_the_ledger_calls_them() -> None:
    for one in recipients(OFFICE, MONDAY):
        assert "@" not in one.key
        assert "example" not in one.key


def test_who_has_two_roles_is_one_reader() -> None:
    office = replace(
        OFFICE,
        people=(
            Person("coordinator", "А", "same@example.org"),
            Person("director", "А", "Same@example.org"),
        ),
    )
    first = recipients(office, MONDAY)[0]

    assert first.reader.roles == {Role.DIRECTOR, Role.COORDINATOR}
    assert first.name == "director"
    assert first.address == "same@example.org"


def test_the_order_of_the_settings_changes_nobodys_key() -> None:
    turned = replace(OFFICE, people=OFFICE.people[::-1])

    assert {one.key for one in recipients(turned, MONDAY)} == {
        one.key for one in recipients(OFFICE, MONDAY)
    }


def test_a_person_may_be_named_by_role_id_or_address() -> None:
    known = recipients(OFFICE, MONDAY)

    for name in ("director", "Director@example.org", "C1", "school@example.org"):
        assert named(known, name) is not None
    assert named(known, "c2") is None


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "goes"),
    [
        ("2024-04-22", "2024-04-22"),  # a usual Monday
        ("2024-04-25", "2024-04-22"),  # looked at on its Thursday
        ("2024-01-08", "2024-01-09"),  # the holidays last to Monday
        ("2024-01-03", None),  # a week of holidays
        ("2024-02-19", "2024-02-19"),
        ("2024-04-29", "2024-05-02"),  # 29 April to 1 May are days off
        ("2024-07-15", "2024-07-15"),  # school holidays are none for the office
    ],
)
def test_the_letters_of_a_week_go_on_monday_or_the_next_working_day(
    day: str, goes: str | None
) -> None:
    office = replace(OFFICE, vacations=(Period(dt.date(2024, 5, 27), dt.date(2024, 8, 31)),))
    found = send_day(dt.date.fromisoformat(day), TIMING, office)

    assert found == (None if goes is None else dt.date.fromisoformat(goes))


def test_another_weekday_may_be_chosen_and_a_day_of_the_settings_counts() -> None:
    off = replace(OFFICE, special_days=(SpecialDay(dt.date(2024, 4, 25)),))

    assert send_day(MONDAY, Timing(weekday=3), OFFICE) == dt.date(2024, 4, 25)
    assert send_day(MONDAY, Timing(weekday=3), off) == dt.date(2024, 4, 26)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2027, 12, 31)))
def test_a_send_day_is_a_working_day_of_the_same_iso_week(day: dt.date) -> None:
    found = send_day(day, TIMING, OFFICE)

    assert found is None or week_of(found) == week_of(day)


def test_a_letter_is_due_from_its_day_on_within_the_hours() -> None:
    thursday = Timing(weekday=3)

    assert due() is Due.NOW
    assert due(at="07:59") is due(at="18:00") is Due.HOURS
    assert due(at="08:00") is due(at="17:59") is Due.NOW
    assert due(at=None) is Due.NOW
    assert due(timing=thursday) is Due.EARLY
    assert due(dt.date(2024, 4, 26), timing=thursday) is Due.NOW


def test_what_was_missed_is_made_up_for_but_not_on_a_day_off() -> None:
    assert due(dt.date(2024, 4, 26)) is Due.NOW
    assert due(dt.date(2024, 4, 28)) is Due.HOURS  # Sunday
    assert due(dt.date(2024, 4, 30)) is Due.EARLY  # its week begins to work on Thursday


def test_pauses_hold_letters_back_until_their_day() -> None:
    until = Timing(pause_until=dt.date(2024, 4, 23))
    school = recipients(OFFICE, MONDAY)[-1]
    away = replace(OFFICE, people=(replace(OFFICE.people[0], pause_until=dt.date(2024, 4, 23)),))

    assert due(timing=until) is Due.PAUSED
    assert due(dt.date(2024, 4, 23), timing=until) is Due.NOW
    assert due(of=school) is Due.PAUSED
    assert due(of=recipients(OFFICE, dt.date(2024, 4, 23))[-1]) is Due.NOW
    assert due(office=away) is Due.PAUSED


def test_what_is_sent_or_may_be_is_never_due_and_what_failed_is() -> None:
    assert due(posting=row(PostingState.SENT)) is Due.SENT
    assert due(posting=row(PostingState.SENDING)) is Due.UNCERTAIN
    assert due(posting=row(PostingState.FAILED)) is Due.NOW
    assert due(posting=row(PostingState.PLANNED)) is Due.NOW
    assert due(nothing=True) is Due.NOTHING


def test_a_centre_is_not_asked_on_the_strength_of_old_data() -> None:
    school = recipients(OFFICE, dt.date(2024, 4, 23))[-1]

    assert due(of=school, old=True) is Due.OLD
    assert due(old=True) is Due.NOW


def test_the_week_is_that_of_iso() -> None:
    assert week_of(dt.date(2024, 12, 30)) == "2025-W01"
    assert week_of(dt.date(2027, 1, 3)) == "2026-W53"


# --- the ledger -----------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{request.getfixturevalue('tmp_path') / 'state.db'}"


def test_a_letter_lives_from_planned_to_sent(url: str) -> None:
    ledger = MailLedger(url)
    first = replace(row(PostingState.PLANNED), told=frozenset({"А1@c1", "Б2"}))

    assert ledger.postings(WEEK) == {}
    assert ledger.plan(first, NOON) == first
    assert ledger.hand_over("center:c1", WEEK, NOON)
    assert ledger.postings(WEEK)["center:c1"].state is PostingState.SENDING
    ledger.sent("center:c1", WEEK, NOON)
    assert ledger.postings(WEEK) == {"center:c1": replace(first, state=PostingState.SENT)}
    assert ledger.before("2024-W18") == ledger.postings(WEEK)
    assert ledger.before(WEEK) == {}
    ledger.close()


def test_only_one_of_two_hands_a_letter_over(url: str) -> None:
    one, two = MailLedger(url), MailLedger(url)
    for ledger in (one, two):
        ledger.plan(row(PostingState.PLANNED), NOON)

    assert [ledger.hand_over("center:c1", WEEK, NOON) for ledger in (one, two)] == [True, False]
    for ledger in (one, two):
        ledger.close()


@pytest.mark.parametrize("state", [PostingState.SENT, PostingState.SENDING])
def test_what_is_out_is_not_planned_anew_but_on_request(url: str, state: PostingState) -> None:
    ledger = MailLedger(url)
    ledger.plan(row(PostingState.PLANNED), NOON)
    ledger.hand_over("center:c1", WEEK, NOON)
    if state is PostingState.SENT:
        ledger.sent("center:c1", WEEK, NOON)

    assert ledger.plan(row(PostingState.PLANNED), NOON).state is state
    ledger.again("center:c1", WEEK)
    assert ledger.plan(row(PostingState.PLANNED), NOON).state is PostingState.PLANNED
    ledger.close()


def test_what_failed_is_planned_anew_with_its_number_and_identity(url: str) -> None:
    ledger = MailLedger(url)
    ledger.plan(row(PostingState.PLANNED), NOON)
    ledger.failed("center:c1", WEEK, NOON, "digest.recipient")
    failed = ledger.postings(WEEK)["center:c1"]
    other = replace(row(PostingState.PLANNED), number=99, message_id="<other>", told=frozenset("x"))
    again = ledger.plan(other, NOON)

    assert (failed.state, failed.problem) == (PostingState.FAILED, "digest.recipient")
    assert (again.number, again.message_id, again.told) == (3, "<id@example.org>", frozenset("x"))
    assert again.problem is None
    ledger.close()


def test_two_senders_at_once_are_one_too_many_but_a_sync_may_be_at_work(url: str) -> None:
    one, two, sync = MailLedger(url), MailLedger(url), SqlMemory(url)
    one.plan(row(PostingState.PLANNED), NOON)
    with one.alone():
        with pytest.raises(BusyError, match=r"digest\.busy"), two.alone():
            pass
        with sync.alone():
            pass
    assert any(is_free(two) for _ in range(200))
    for each in (one, two, sync):
        each.close()


def is_free(ledger: MailLedger) -> bool:
    """Tell whether the lock can be had; a server lets go of it when it notices that we left."""
    try:
        with ledger.alone():
            return True
    except BusyError:
        threading.Event().wait(0.05)
        return False


def test_letters_are_counted_by_reader() -> None:
    reader = recipients(OFFICE, MONDAY)[0]
    before = {reader.key: replace(row(PostingState.SENT), number=14)}

    assert first_posting(reader, WEEK, MONDAY, before, "<id>").number == 15
    assert first_posting(reader, WEEK, MONDAY, {}, "<id>").number == 1


# --- sending --------------------------------------------------------------------------------------


class Door:
    """A server that does by address what it is told to do."""

    def __init__(self, **troubles: MailError) -> None:
        self.troubles = {f"{name}@example.org": error for name, error in troubles.items()}
        self.taken: list[str] = []

    def send(self, letter: bytes, sender: str, to: str, hand_over: Callable[[], bool]) -> bool:
        error = self.troubles.get(to)
        if error is not None and not error.uncertain:
            raise error
        if not hand_over():
            return False
        self.taken.append(to)
        if error is not None:
            raise error
        return True


def posted(ledger: MailLedger, door: Door, *names: str) -> list[Posted]:
    items = [
        Item(
            Recipient(name, name, say("mail.plain", text=name), f"{name}@example.org", _READER),
            Due.NOW,
            row(PostingState.PLANNED, name),
            written_letter(),
        )
        for name in names
    ]
    way = Way(door, "calendar@example.org", lambda one: one.address, lambda _: b"letter")
    return list(send(items, ledger, way, lambda: NOON))


_READER = recipients(OFFICE, MONDAY)[0].reader


def states(found: list[Posted]) -> list[str | None]:
    return [one.state and one.state.value for one in found]


def test_a_letter_that_fails_does_not_stop_the_others(url: str) -> None:
    ledger = MailLedger(url)
    door = Door(b=MailError(say("digest.recipient", where="x", code=550)))
    found = posted(ledger, door, "a", "b", "c")

    assert states(found) == ["sent", "failed", "sent"]
    assert door.taken == ["a@example.org", "c@example.org"]
    assert ledger.postings(WEEK)["b"].problem == "digest.recipient"
    ledger.close()


def test_a_server_that_refuses_us_is_asked_once(url: str) -> None:
    ledger = MailLedger(url)
    door = Door(a=MailError(say("digest.login", where="x", code=535), of_server=True))
    found = posted(ledger, door, "a", "b")

    assert states(found) == ["failed", "failed"]
    assert door.taken == []
    ledger.close()


def test_what_is_not_known_to_have_arrived_stays_open_and_is_not_sent_again(url: str) -> None:
    ledger = MailLedger(url)
    door = Door(a=MailError(say("digest.uncertain", where="x"), uncertain=True))

    assert states(posted(ledger, door, "a", "b")) == ["sending", "sent"]
    assert states(posted(ledger, Door(), "a", "b")) == [None, None]
    assert ledger.postings(WEEK)["a"].state is PostingState.SENDING
    ledger.close()


def test_an_address_that_the_protocol_cannot_take_fails_alone(url: str) -> None:
    ledger = MailLedger(url)
    items = [
        Item(recipient, Due.NOW, row(PostingState.PLANNED, recipient.key), written_letter())
        for recipient in recipients(OFFICE, MONDAY)[:2]
    ]
    way = Way(
        Door(),
        "calendar@example.org",
        lambda one: None if one.name == "director" else one.address,
        lambda _: b"letter",
    )

    assert states(list(send(items, ledger, way, lambda: NOON))) == ["failed", "sent"]
    assert catalogue("ru").tell(say("digest.address"))
    ledger.close()
