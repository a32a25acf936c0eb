"""What the weekly mail says to whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from mail_sample import (
    AT,
    CLASHING,
    COORDINATOR,
    DIRECTOR,
    FULL,
    ISHIM,
    METHODIST,
    QUIET,
    SETTLED,
    TOLD,
    indicator,
    letter,
    overview,
    written_letter,
)
from telling_sample import (
    ASSESSMENT,
    CALM,
    CARDS,
    FINDINGS,
    MAPS,
    PROJECT,
    SOURCES,
    TODAY,
    card,
    event,
    occurrence,
    reason,
    span,
    verdict,
)

from miro_sync.digest import Reader
from miro_sync.digest.saying import number, plain, week_of
from miro_sync.letter import Block, Letter, Role, Section
from miro_sync.messages import catalogue
from miro_sync.model import (
    CenterState,
    Coverage,
    Finding,
    FindingState,
    Message,
    Period,
    Person,
    Question,
    SourceState,
    Status,
    say,
)
from miro_sync.telling import answer, terminal
from miro_sync.telling.lines import lines
from miro_sync.telling.mail import page_of

RU, EN = catalogue("ru"), catalogue("en")


def said(made: Letter) -> str:
    """Return all that a letter says, in Russian."""
    page = page_of(made, RU)
    out = [page.subject, page.title, *page.trust, *page.summary, *page.footer]
    for part in page.parts:
        out += [part.heading, part.lead, *part.rest]
        for entry in part.entries:
            out += [entry.head, *entry.notes, *(what for _, what in entry.links)]
    return "\n".join(out)


def blocks(made: Letter) -> list[Block]:
    return [section.block for section in made.sections]


def section(made: Letter, block: Block) -> Section:
    return next(one for one in made.sections if one.block is block)


def heads(made: Letter, block: Block) -> list[str]:
    found = section(made, block).entries
    return [RU.tell(one.head) for one in found if isinstance(one.head, Message)]


def subject(made: Letter) -> str:
    return RU.tell(made.subject)


# --- whose letter holds what ----------------------------------------------------------------------


def test_the_director_reads_decisions_first_and_what_is_still_open_as_a_number() -> None:
    made = written_letter()

    assert blocks(made) == [
        Block.DECISIONS,
        Block.NEW,
        Block.OPEN,
        Block.CLOSED,
        Block.AHEAD,
        Block.SILENT,
        Block.INDICATORS,
    ]
    assert section(made, Block.OPEN).entries == ()
    assert section(made, Block.OPEN).rest == (say("mail.still", number=1, days=55),)
    assert len(section(made, Block.DECISIONS).entries) == 2  # a moved card, a long silence


def test_the_coordinator_reads_every_line_the_questions_and_the_sources() -> None:
    made = written_letter(reader=COORDINATOR)

    assert blocks(made)[-2:] == [Block.CLARIFY, Block.SOURCES]
    assert len(section(made, Block.OPEN).entries) == 1
    assert RU.tell(section(made, Block.DECISIONS).heading).startswith("Перенос без решения")


def test_a_methodist_reads_the_directors_letter_without_decisions() -> None:
    made = written_letter(reader=METHODIST)

    assert "Нужно ваше решение" not in said(made)
    assert not {Block.CLARIFY, Block.SOURCES} & set(blocks(made))


def test_who_has_two_roles_gets_the_parts_of_both() -> None:
    made = written_letter(reader=Reader(DIRECTOR.roles | COORDINATOR.roles))

    assert RU.tell(section(made, Block.DECISIONS).heading).startswith("Нужно ваше решение")
    assert Block.CLARIFY in blocks(made)
    assert made.footer[1] == say("mail.why_director")


def test_a_centre_reads_only_its_own_lines_as_questions() -> None:
    made = written_letter(reader=ISHIM)

    assert heads(made, Block.NEW) == [RU.tell(say("mail.coded", code="А1", title=MAPS.title))]
    assert "Мероприятие состоялось?" in said(made)
    assert Block.INDICATORS not in blocks(made)
    assert subject(made) == "Ваш центр: 1 событие ждёт отметки"


def test_no_letter_of_a_centre_names_another_one() -> None:
    for center in PROJECT.centers:
        made = letter(reader=Reader(center_id=center.id))
        if made is not None:
            text = said(made)
            for other in PROJECT.centers:
                name = other.name.removeprefix("МБОУ «").removesuffix("»")
                assert other.id == center.id or name not in text
            assert " из 8" not in text


def test_no_letter_names_a_person() -> None:
    people = (Person("director", "Петрова Анна Ивановна", "a@example.org"),)
    seen = replace(FULL, project=replace(PROJECT, people=people))

    for reader in (DIRECTOR, COORDINATOR, METHODIST, ISHIM):
        text = said(written_letter(seen, reader))
        assert "Петрова" not in text
        assert "example.org" not in text


# --- weeks in which there is nothing to say -------------------------------------------------------


def test_in_an_empty_week_the_director_gets_a_short_letter() -> None:
    made = written_letter(QUIET, told=frozenset())

    assert made.sections == ()
    assert subject(made) == "просроченного нет — неделя 22–28 мая"
    assert RU.tell(made.summary[0]) == "Просроченного нет."


def test_in_an_empty_week_the_coordinator_gets_the_usual_letter() -> None:
    assert Block.SOURCES in blocks(written_letter(QUIET, COORDINATOR, told=frozenset()))


@pytest.mark.parametrize("reader", [METHODIST, ISHIM])
def test_in_an_empty_week_nobody_else_gets_any(reader: Reader) -> None:
    assert letter(QUIET, reader, told=frozenset()) is None


def test_a_centre_that_has_nothing_to_answer_gets_no_letter() -> None:
    assert letter(reader=Reader(center_id="yaya1")) is None


def test_a_silent_centre_is_asked_whether_all_is_well() -> None:
    silent = next(one for one in ASSESSMENT.centers if one.state is CenterState.INACTIVE)
    seen = overview(replace(CALM, centers=(silent,)))
    made = written_letter(seen, Reader(center_id=silent.center.id))

    assert subject(made) == "Ваш центр: давно не видно новых карточек"
    assert "58 дней" in said(made)


# --- new, still, closed --------------------------------------------------------------------------


def test_what_the_last_letter_told_is_not_told_as_new_again() -> None:
    first = written_letter(reader=COORDINATOR, told=frozenset())
    second = written_letter(reader=COORDINATOR, told=first.told)

    assert first.figures.new == first.figures.late == 3
    assert (second.figures.new, second.figures.late) == (0, 3)


def test_a_card_that_turns_a_missed_event_into_an_overdue_one_is_neither_news_nor_an_end() -> None:
    lost = occurrence(event("Ж1", "Квест", "март 2023", span("2023-03-01")), span("2023-03-01"))
    missed = verdict(lost, Status.MISSED, reason("Нет", "следа"))
    overdue = replace(missed, status=Status.OVERDUE)
    first = written_letter(overview(replace(CALM, verdicts=(missed,))), told=frozenset())
    second = written_letter(overview(replace(CALM, verdicts=(overdue,))), told=first.told)

    assert second.figures.new == second.figures.closed == 0
    assert second.figures.late == 1


def test_what_was_held_since_is_named_as_closed() -> None:
    made = written_letter()

    assert heads(made, Block.CLOSED) == ["Д1 Турнир по робототехнике центров"]


def test_what_is_only_asked_about_is_not_closed() -> None:
    unsure = replace(SETTLED, status=Status.UNCONFIRMED)
    seen = overview(replace(CALM, verdicts=(unsure,)))

    assert written_letter(seen, COORDINATOR).figures.closed == 0


def test_what_cannot_be_seen_now_is_not_closed_and_not_new_next_week() -> None:
    blind = overview(
        replace(CALM, verdicts=(replace(SETTLED, status=Status.UNKNOWN),), trustworthy=False)
    )
    made = written_letter(blind, COORDINATOR)
    seen_again = overview(replace(CALM, verdicts=(replace(SETTLED, status=Status.MISSED),)))
    after = written_letter(seen_again, COORDINATOR, told=made.told)

    assert made.figures.closed == 0
    assert after.figures.new == 0


def test_without_a_last_letter_the_week_before_says_what_is_known() -> None:
    week_ago = overview(
        findings=(Finding("overdue:Б3", "overdue", "Б3", FindingState.OPEN, dt.date(2023, 4, 8)),)
    )
    made = written_letter(replace(FULL, earlier=week_ago), COORDINATOR, told=None, last=None)

    assert "Б3" not in " ".join(heads(made, Block.NEW))
    assert "Б3" in " ".join(heads(made, Block.OPEN))


def test_what_is_older_than_eight_weeks_is_one_line() -> None:
    made = written_letter(
        reader=COORDINATOR, told=frozenset({"А1@novonik", "А1@maryevka", "А1@ishim"})
    )

    assert made.figures.chronic == 1
    assert section(made, Block.OPEN).rest == (say("mail.chronic", number=1, days=86),)
    assert not any("А1" in head for head in heads(made, Block.OPEN))


def test_a_centre_is_never_called_chronic() -> None:
    made = written_letter(reader=ISHIM, told=frozenset({"А1@ishim"}))

    assert len(heads(made, Block.OPEN)) == made.figures.chronic == 1
    assert "ронич" not in said(made)


def test_what_was_late_before_the_first_run_is_one_line_and_no_alarm() -> None:
    late = {v.occurrence.key for v in ASSESSMENT.verdicts if v.days_late}
    aside = tuple(
        Finding(f"missed:{key}", "missed", key, FindingState.OPEN, TODAY, backlog=True)
        for key in late
    )
    made = written_letter(overview(findings=aside), told=frozenset())

    assert made.figures.late == made.figures.moved == 0
    assert made.figures.waiting > 0
    assert "На разбор: " in said(made)


# --- trust ----------------------------------------------------------------------------------------


def test_the_first_sentences_say_what_was_read_when_and_which_letter_it_is() -> None:
    first, second = (RU.tell(one) for one in written_letter().trust)

    assert first == "Неделя 22–28 мая 2023. Письмо № 15. Прошлое письмо — № 14 от 25.05.2023."
    assert second.startswith("Данные: доска — 01.06.2023 07:40; таблица — 31.05.2023 18:02;")
    assert second.endswith("Прочитано всё.")


def test_a_read_that_is_older_than_a_day_is_said_to_be() -> None:
    late = AT + dt.timedelta(days=3)

    assert any(one.key == "mail.old" for one in written_letter(at=late).trust)
    assert all(one.key != "mail.old" for one in written_letter().trust)


def test_a_source_that_was_not_read_freezes_the_alarms_and_is_told_to_the_coordinator() -> None:
    ill = replace(
        SOURCES[1], state=SourceState.STALE, complete=False, message=say("sync.incomplete")
    )
    seen = overview(replace(CALM, sources=(SOURCES[0], ill, SOURCES[2]), trustworthy=False))
    coordinator, director = written_letter(seen, COORDINATOR), written_letter(seen)

    assert subject(coordinator).startswith("таблица не читается, тревоги приостановлены")
    assert subject(director).startswith("прочитано не всё, тревоги приостановлены")
    assert "тревоги, которым не хватает данных, приостановлены" in said(director)
    assert "Прочитано не полностью." in said(coordinator)
    assert Block.SOURCES not in blocks(director)
    assert coordinator.frozen
    assert director.frozen


# --- subject and summary --------------------------------------------------------------------------


def test_the_subject_counts_with_the_change_since_a_week_ago() -> None:
    fewer = overview(replace(ASSESSMENT, verdicts=ASSESSMENT.verdicts[8:]))
    more = replace(FULL, earlier=fewer)

    assert subject(written_letter(more)) == "3 просрочено (+1), 2 решения — неделя 22–28 мая"
    assert RU.tell(written_letter(more).summary[0]) == "Просрочено: 3 (неделю назад 2)."
    assert subject(written_letter(replace(fewer, earlier=FULL))).startswith("2 просрочено (−1)")
    assert subject(written_letter()).startswith("3 просрочено, 2 решения")


def test_a_week_before_that_could_not_be_read_is_not_compared_with() -> None:
    blind = overview(replace(CALM, trustworthy=False))

    assert written_letter(replace(FULL, earlier=blind)).before is None


def test_a_week_over_the_end_of_a_month_names_both_months() -> None:
    week = week_of(Period(dt.date(2024, 4, 29), dt.date(2024, 5, 5)))

    assert RU.tell(week) == "29 апреля – 5 мая"
    assert EN.tell(week) == "29 April – 5 May"


# --- the numbers are those of check-calendar ------------------------------------------------------


def test_the_numbers_are_those_of_check_calendar() -> None:
    seen = FULL.assessment
    made = written_letter(reader=COORDINATOR)
    document = answer.check(seen, FINDINGS, PROJECT, RU)
    worst: dict[tuple[object, ...], set[str]] = {}
    for one in document["events"]:
        key = (one["event"], one["period"]["start"], one["period"]["end"])
        worst.setdefault(key, set()).add(one["status"])
    text = terminal.check(seen, FINDINGS, PROJECT, RU)

    assert made.figures.missed == sum("missed" in found for found in worst.values())
    assert made.figures.overdue == sum(
        "overdue" in found and "missed" not in found for found in worst.values()
    )
    assert made.figures.moved == len(document["moved"])
    assert made.figures.silent == document["summary"]["inactive_centers"]
    assert (
        f"нет следа — {made.figures.missed}, не отмечено — {made.figures.overdue},"
        f" перенос без решения — {made.figures.moved}" in " ".join(text.split())
    )


# --- what comes -----------------------------------------------------------------------------------


def test_two_events_on_one_day_in_one_centre_are_a_clash() -> None:
    made = written_letter(overview(replace(CALM, verdicts=CLASHING)), COORDINATOR)
    first = section(made, Block.AHEAD).entries[0]

    assert isinstance(first.head, Message)
    assert RU.tell(first.head) == "Совпадение 07.06.2023: Д2 День здоровья и Д3 Практикум"
    assert "Яйская ООШ №1, Ишимская ООШ" in RU.tell(first.notes[0])
    assert sum("Совпадение" in head for head in heads(made, Block.AHEAD)) == 1


def test_the_day_of_a_card_counts_more_than_the_period() -> None:
    month = event("Е1", "Экскурсия", "июнь 2023", span("2023-06-01", "2023-06-30"))
    dated = card("77", "Экскурсия", center="ishim", day="2023-06-09")
    other = event("Е2", "Слёт", "9 июня 2023", span("2023-06-09"), coverage=Coverage.EVERY_CENTER)
    found = (
        verdict(
            occurrence(month, span("2023-06-01", "2023-06-30"), "ishim"),
            Status.RUNNING,
            reason("Идёт", "да"),
            dated,
        ),
        verdict(
            occurrence(other, span("2023-06-09"), "ishim"), Status.DUE_SOON, reason("Скоро", "да")
        ),
    )
    made = written_letter(overview(replace(CALM, verdicts=found)), COORDINATOR)

    assert any("Совпадение 09.06.2023" in head for head in heads(made, Block.AHEAD))


def test_what_comes_later_than_fourteen_days_is_not_told() -> None:
    far = event("Е3", "Лагерь", "16 июня 2023", span("2023-06-16"))
    near = event("Е4", "Сбор", "15 июня 2023", span("2023-06-15"))
    found = tuple(
        verdict(occurrence(one, one.schedule.periods[0]), Status.PLANNED, reason("Скоро", "да"))
        for one in (far, near)
    )
    made = written_letter(overview(replace(CALM, verdicts=found)), COORDINATOR)

    assert heads(made, Block.AHEAD) == ["15.06.2023: Е4 Сбор"]


# --- indicators -----------------------------------------------------------------------------------


def test_indicators_that_are_behind_come_first_with_arrow_target_and_gap() -> None:
    made = written_letter()

    assert heads(made, Block.INDICATORS)[0] == "K11 Средний балл ОГЭ по физике"
    text = said(made)
    assert (
        "16,2 балла на 01.06.2023, ↓ снизилось, было 16,9 балла, цель 17,8 балла, отставание 1,6"
        in text
    )
    assert "93,2 % на 01.06.2023, ↑ выросло, было 91 %, цель 100 %" in text
    assert "цель 100 % достигнута" in text
    assert "Ещё не собрано к 01.06.2023" in text


def test_a_few_people_are_not_counted_out() -> None:
    assert "<5 чел. на 01.06.2023" in said(written_letter())
    several = indicator("K7", unit="чел.", people=True, value=5.0)
    assert "5 чел. на" in said(written_letter(replace(FULL, indicators=(several,))))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Экскурсия (3 уч-ся, 14 педагогов)", "Экскурсия (<5 уч-ся, 14 педагогов)"),
        ("Кружок, 4 обучающихся", "Кружок, <5 обучающихся"),
        ("Квест для 25 человек", "Квест для 25 человек"),
        ("Занятия 8-9 классов", "Занятия 8-9 классов"),
        ("2 этап олимпиады", "2 этап олимпиады"),
    ],
)
def test_few_people_in_a_title_are_not_counted_out(text: str, shown: str) -> None:
    assert RU.tell(plain(text)) == shown


def test_the_arrow_is_against_a_week_ago_where_that_is_known() -> None:
    week_ago = overview(indicators=(indicator(value=93.21),))
    made = written_letter(replace(FULL, indicators=(indicator(),), earlier=week_ago))

    assert "→ без изменений, было 93,2 %" in said(made)


@pytest.mark.parametrize(
    ("value", "decimals", "russian"),
    [(93.2, 1, "93,2"), (24.0, 1, "24,0"), (100.0, 0, "100"), (3.05, 2, "3,05"), (-1.2, 1, "−1,2")],
)
def test_a_number_has_as_many_places_as_the_terminal_gives_it(
    value: float, decimals: int, russian: str
) -> None:
    assert RU.tell(number(value, decimals)) == russian


def test_a_share_of_few_people_is_in_no_letter_nor_what_follows_from_it() -> None:
    few = indicator(value=75.0, numerator=3.0, denominator=4.0)
    few = replace(
        few,
        indicator=replace(few.indicator, people=True, unit="%", target=100.0),
        behind=True,
        gap=25.0,
    )
    told = said(written_letter(replace(FULL, indicators=(few,))))

    assert "Скрыто: меньше 5 человек на" in told
    assert "75" not in told
    assert "отставание" not in told


# --- questions, caps, wishes ----------------------------------------------------------------------


def test_the_coordinator_is_asked_whose_card_it_is_and_told_of_loose_ends() -> None:
    made = written_letter(reader=COORDINATOR)
    clarify = section(made, Block.CLARIFY)

    assert made.figures.questions == len(clarify.entries) == 3
    assert say("mail.loose_extra", number=2) in clarify.rest
    assert say("mail.loose_vanished", number=1) in clarify.rest


def test_a_centre_is_not_asked_about_the_cards_of_another() -> None:
    asked = replace(ASSESSMENT, questions=(*ASSESSMENT.questions, Question("1003", (("Г5", 0.7),))))
    made = written_letter(overview(asked), ISHIM)

    assert len(section(made, Block.CLARIFY).entries) == 1
    assert CARDS["1003"].title in said(made)


def test_no_part_has_more_than_ten_entries_and_the_rest_is_counted() -> None:
    many = tuple(
        verdict(
            occurrence(
                event(f"М{n}", f"Мероприятие {n}", "март", span("2023-03-01")), span("2023-03-01")
            ),
            Status.MISSED,
            reason("Нет", "следа"),
        )
        for n in range(16)
    )
    seen = overview(replace(CALM, verdicts=many))
    found = section(written_letter(seen, COORDINATOR), Block.NEW)

    assert (len(found.entries), found.more) == (10, 6)
    assert "и ещё 6" in said(written_letter(seen, COORDINATOR))
    assert len(section(written_letter(seen), Block.NEW).entries) == 5


def test_parts_that_the_settings_do_not_want_are_left_out() -> None:
    made = written_letter(blocks=frozenset({Block.NEW, Block.INDICATORS}))

    assert blocks(made) == [Block.NEW, Block.INDICATORS]


def test_the_same_input_makes_the_same_letter() -> None:
    for reader in (DIRECTOR, COORDINATOR, METHODIST, ISHIM):
        assert letter(reader=reader) == letter(reader=reader)


def test_every_late_line_is_new_still_or_chronic_and_nothing_twice() -> None:
    for told in (frozenset[str](), TOLD, frozenset(v.occurrence.key for v in ASSESSMENT.verdicts)):
        made = written_letter(reader=COORDINATOR, told=told)
        told_now = [*section_entries(made, Block.NEW), *section_entries(made, Block.OPEN)]
        assert len(told_now) + made.figures.chronic == made.figures.late
        assert len(set(told_now)) == len(told_now)


def section_entries(made: Letter, block: Block) -> list[str]:
    return heads(made, block) if block in blocks(made) else []


def test_the_sample_has_a_clash_and_lines_enough() -> None:
    assert len(lines(FULL.assessment)) > len(CLASHING)
    assert {Role.DIRECTOR, Role.COORDINATOR} == DIRECTOR.roles | COORDINATOR.roles
