"""The subject, the summary, the trust and the footer of a letter, word by word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from mail_sample import (
    AT,
    COORDINATOR,
    DIRECTOR,
    FULL,
    INDICATORS,
    ISHIM,
    METHODIST,
    QUIET,
    overview,
    written_letter,
)
from telling_sample import (
    ASSESSMENT,
    CALM,
    PROJECT,
    SOURCES,
    card,
    event,
    occurrence,
    reason,
    span,
    verdict,
)

from miro_sync.digest import Reader
from miro_sync.letter import Block, Letter
from miro_sync.messages import catalogue
from miro_sync.model import (
    CenterState,
    Finding,
    FindingState,
    Message,
    MovedCard,
    Period,
    SourceReport,
    SourceState,
    Status,
    Verdict,
)
from miro_sync.overview import Overview

RU = catalogue("ru")
MARCH = span("2023-03-01", "2023-03-31")
BOTH = Reader(DIRECTOR.roles | COORDINATOR.roles)
STALE = replace(SOURCES[1], state=SourceState.STALE, complete=False)


def late(code: str, status: Status = Status.MISSED, center: str | None = None) -> Verdict:
    of = occurrence(event(code, f"Дело {code}", "март", MARCH), MARCH, center)
    return verdict(of, status, reason("Нет", "следа"))


def scene(*verdicts: Verdict, **changes: Any) -> Overview:  # noqa: ANN401 - any field
    seen = replace(CALM, verdicts=verdicts, **changes)
    return overview(seen, findings=())


def told(said: tuple[Message, ...]) -> list[str]:
    return [RU.tell(one) for one in said]


def subject(made: Letter) -> str:
    return RU.tell(made.subject)


# --- subject ------------------------------------------------------------------------------------


def test_the_subject_counts_what_its_reader_has_to_do() -> None:
    week = "— неделя 22–28 мая"

    assert subject(written_letter()) == f"3 просрочено, 2 решения {week}"
    assert subject(written_letter(reader=COORDINATOR)) == (
        f"3 просрочено, 1 перенос без решения, 3 уточнения {week}"
    )
    assert subject(written_letter(reader=METHODIST)) == (
        f"3 просрочено, 1 перенос без решения {week}"
    )
    assert subject(written_letter(reader=BOTH)) == f"3 просрочено, 2 решения {week}"


def test_without_a_change_since_a_week_ago_the_subject_tells_none() -> None:
    made = written_letter(replace(FULL, earlier=FULL))

    assert subject(made) == "3 просрочено, 2 решения — неделя 22–28 мая"
    assert made.before is not None
    assert made.before.late == 3


def test_while_alarms_are_frozen_the_subject_says_so_and_for_which_week() -> None:
    ill = scene(late("А"), sources=(SOURCES[0], STALE, SOURCES[2]), trustworthy=False)
    frozen = "тревоги приостановлены — неделя 22–28 мая"

    assert subject(written_letter(ill, COORDINATOR)) == f"таблица не читается, {frozen}"
    assert subject(written_letter(ill)) == f"прочитано не всё, {frozen}"


def test_a_source_that_the_settings_do_not_name_troubles_nobody() -> None:
    absent = SourceReport("tables", SourceState.ABSENT, complete=False)
    seen = scene(late("А"), sources=(SOURCES[0], absent, SOURCES[2]))
    made = written_letter(seen, COORDINATOR)

    assert subject(made) == "1 просрочено — неделя 22–28 мая"
    assert "таблица" not in told(made.trust)[1]
    assert "таблица" not in str([
        RU.tell(one.head)
        for part in made.sections
        if part.block is Block.SOURCES
        for one in part.entries
        if isinstance(one.head, Message)
    ])  # fmt: skip


def test_a_centre_is_told_how_many_of_its_events_wait_moved_ones_too() -> None:
    own = late("А", center="ishim")
    away = MovedCard(card("1", "Дело", center="ishim", day="2023-05-12"), own.occurrence)
    one = written_letter(scene(replace(own, status=Status.HELD), moved=(away,)), ISHIM)
    two = written_letter(scene(own, moved=(away,)), ISHIM)
    frozen = written_letter(scene(own, moved=(away,), trustworthy=False), ISHIM)

    assert subject(one) == "Ваш центр: 1 событие ждёт отметки"
    assert subject(two) == "Ваш центр: 2 события ждут отметки"
    assert told(two.summary) == [
        (
            "2 события вашего центра ждут отметки. Если всё состоялось, поставьте отметку на"
            " карточке или впишите дату в таблицу, и вопрос снимется сам."
        )
    ]
    assert told(frozen.summary) == [
        (
            "2 события вашего центра ждут отметки, насколько это видно: прочитано не всё. Если"
            " отметка уже стоит, ничего делать не нужно."
        )
    ]


def test_a_silent_centre_reads_of_its_silence_alone() -> None:
    silent = next(one for one in ASSESSMENT.centers if one.state is CenterState.INACTIVE)
    made = written_letter(scene(centers=(silent,)), Reader(center_id=silent.center.id))

    assert told(made.summary) == [
        "Давно не видно новых карточек и отметок вашего центра. Всё ли в порядке?"
    ]
    assert RU.tell(made.title) == "Событийный календарь. Новониколаевская ООШ"


# --- what it is --------------------------------------------------------------------------------


def test_a_letter_knows_its_week_its_number_and_what_was_a_week_ago() -> None:
    made = written_letter(replace(FULL, earlier=FULL))

    assert made.week == Period(dt.date(2023, 5, 22), dt.date(2023, 5, 28))
    assert made.number == 15
    assert RU.tell(made.title) == "Событийный календарь. Точка роста среднего балла"


def test_a_centre_is_compared_with_itself_a_week_ago() -> None:
    earlier = scene(late("А", center="ishim"), late("Б", center="yaya1"), late("В"))
    made = written_letter(replace(FULL, earlier=earlier), ISHIM)

    assert made.before is not None
    assert made.before.late == 1


def test_the_name_of_a_project_is_cut_at_eighty_letters() -> None:
    long = replace(FULL, project=replace(PROJECT, name="Школа " * 40))

    assert len(RU.tell(written_letter(long).title)) in range(90, 103)


def test_only_the_director_s_decisions_are_counted_and_only_if_they_are_told() -> None:
    assert written_letter().figures.decisions == 2
    assert written_letter(reader=COORDINATOR).figures.decisions == 0
    few = written_letter(blocks=frozenset({Block.NEW}), reader=BOTH).figures
    assert (few.decisions, few.questions) == (0, 0)


def test_parts_without_a_word_are_left_out() -> None:
    made = written_letter(scene(late("А")), told=frozenset())

    assert [part.block for part in made.sections] == [Block.NEW]


def test_a_calm_week_is_short_for_the_director_unless_something_was_not_read() -> None:
    calm = replace(QUIET, indicators=INDICATORS)
    blind = replace(calm, assessment=replace(calm.assessment, trustworthy=False))

    assert written_letter(calm, told=frozenset()).sections == ()
    assert written_letter(blind, told=frozenset()).sections != ()
    assert written_letter(calm, BOTH, told=frozenset()).sections != ()


def test_the_director_reads_five_of_what_comes_and_the_coordinator_ten() -> None:
    day = span("2023-06-07", "2023-06-08")
    coming = [
        verdict(
            occurrence(event(f"А{n}", f"Дело {n}", "", day), day),
            Status.DUE_SOON,
            reason("Скоро", "да"),
        )
        for n in range(8)
    ]
    seen = scene(late("А"), *coming)

    for reader, shown, more in ((DIRECTOR, 5, 3), (COORDINATOR, 8, 0)):
        made = written_letter(seen, reader)
        (ahead,) = (part for part in made.sections if part.block is Block.AHEAD)
        assert (len(ahead.entries), ahead.more) == (shown, more)
        assert RU.tell(ahead.heading) == "Ближайшие 14 дней (8)"


# --- summary ------------------------------------------------------------------------------------


def test_the_summary_counts_in_words_what_there_is() -> None:
    assert told(written_letter().summary) == [
        "Просрочено: 3.",
        (
            "Подробнее: нет следа — 2, не отмечено — 1, новых — 2, перенос без решения — 1,"
            " закрыто — 1, тихих центров — 1, впереди на 14 дней — 4."
        ),
    ]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (2, None, "Просрочено: 2."),
        (2, 3, "Просрочено: 2 (неделю назад 3)."),
        (2, 0, "Просрочено: 2 (неделю назад 0)."),
        (0, 3, "Просроченного нет (неделю назад было 3)."),
        (0, 0, "Просроченного нет."),
        (0, None, "Просроченного нет."),
    ],
)
def test_the_first_sentence_compares_with_a_week_ago(
    now: int, before: int | None, said: str
) -> None:
    codes = [f"А{n}" for n in range(3)]
    earlier = None if before is None else scene(*map(late, codes[:before]))
    made = written_letter(replace(scene(*map(late, codes[:now])), earlier=earlier))

    assert told(made.summary)[0] == said
    assert "— 0" not in " ".join(told(made.summary))


def test_while_not_everything_was_read_the_summary_counts_what_is_seen() -> None:
    made = written_letter(scene(late("А"), trustworthy=False))

    assert told(made.summary)[0] == (
        "Прочитано не всё: новых тревог не поднимаем. Из того, что видно, просрочено: 1."
    )


def test_what_waits_from_before_the_first_run_is_summed_up_where_no_part_tells_of_it() -> None:
    aside = (Finding("missed:А", "missed", "А", FindingState.OPEN, CALM.today, backlog=True),)
    seen = replace(scene(late("А"), late("Б")), findings=aside)
    backlog = "На разбор: 1 (просрочено ещё до первого запуска, в счёт не входит)."

    assert backlog in told(written_letter(seen).summary)
    assert backlog not in told(written_letter(seen, COORDINATOR).summary)
    assert len(told(written_letter(scene(late("Б"))).summary)) == 2


# --- trust --------------------------------------------------------------------------------------


def trust(*sources: SourceReport, at: dt.datetime = AT, trustworthy: bool = True) -> list[str]:
    seen = scene(late("А"), sources=sources, trustworthy=trustworthy)
    return told(written_letter(seen, at=at).trust)[1:]


def test_a_source_says_when_it_was_read_and_how_it_fared() -> None:
    kept = replace(SOURCES[0], read_at=None)
    failed = SourceReport("tables", SourceState.FAILED, complete=False)

    assert trust(SOURCES[0], STALE, trustworthy=False) == [
        (
            "Данные: доска — 01.06.2023 07:40; таблица — 31.05.2023 18:02 (последнее удачное"
            " чтение). Прочитано не всё: тревоги, которым не хватает данных, приостановлены."
        )
    ]
    assert trust(kept, failed, trustworthy=False)[0].startswith(
        "Данные: доска — как при последнем чтении; таблица — прочитать не удалось."
    )


def test_without_a_board_and_a_table_there_is_nothing_to_go_by() -> None:
    nothing = "Судить не по чему: впишите доску или таблицу в project.toml"
    named = [replace(one, state=SourceState.ABSENT) for one in SOURCES[:2]]

    assert trust(*named)[0].startswith(f"Данные: источников в настройках нет. {nothing}")
    assert trust(SOURCES[2])[0].startswith(f"Данные: календарь — 01.06.2023 07:40. {nothing}")
    assert trust(SOURCES[0]) == ["Данные: доска — 01.06.2023 07:40. Прочитано всё."]


def test_the_oldest_read_is_told_with_its_local_day_after_a_full_day() -> None:
    at_night = replace(SOURCES[0], read_at=dt.datetime(2023, 5, 30, 20, 0, tzinfo=dt.UTC))
    kept = replace(SOURCES[2], read_at=None)
    day = dt.timedelta(hours=24)
    assert at_night.read_at is not None

    assert len(trust(at_night, kept, at=at_night.read_at + day)) == 1
    assert len(trust(at_night, kept, at=at_night.read_at + day + dt.timedelta(seconds=1))) == 2
    assert trust(at_night, SOURCES[1], kept, at=AT + day)[1] == (
        "Внимание: данным больше суток (с 31.05.2023). Что отметили с тех пор, здесь не видно."
    )
    assert len(trust(at_night, STALE, at=AT + day, trustworthy=False)) == 1


# --- footer -------------------------------------------------------------------------------------


def test_the_footer_says_why_it_was_sent_and_how_to_end_it() -> None:
    whole = "Весь список: miro-sync check-calendar --all"
    end = told(written_letter().footer)[-1]
    other_end = told(written_letter(unsubscribe=True).footer)[-1]

    assert end == "Пауза на отпуск или другой адрес: напишите координатору, ответив на письмо."
    assert other_end.endswith("воспользуйтесь кнопкой «Отписаться» вашей почты.")
    assert whole in told(written_letter(reader=COORDINATOR).footer)
    assert whole not in told(written_letter().footer)
    assert whole not in told(written_letter(reader=ISHIM).footer)
