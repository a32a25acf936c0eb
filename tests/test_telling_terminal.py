"""What a coordinator reads in a terminal.

The whole texts are kept in tests/snapshots; MIRO_SYNC_SNAPSHOTS=write writes them anew.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling_sample import (
    APRIL_2023,
    ASSESSMENT,
    CALM,
    CARDS,
    CONFERENCE,
    FINDINGS,
    FORUM,
    JANUARY,
    MAPS,
    PROJECT,
    SOURCES,
    card,
    event,
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
    Center,
    CenterActivity,
    CenterState,
    Coverage,
    Evidence,
    Finding,
    FindingState,
    LinkedBy,
    MovedCard,
    Period,
    Place,
    Problem,
    Progress,
    Question,
    Schedule,
    ScheduleKind,
    SourceReport,
    SourceState,
    Status,
    Verdict,
)
from miro_sync.telling import terminal
from miro_sync.telling.phrases import months
from miro_sync.telling.terminal import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

RU, EN = catalogue("ru"), catalogue("en")
WHY = reason("Потому", "так")
SNAPSHOTS = Path(__file__).parent / "snapshots"


def shown(
    assessment: Assessment = ASSESSMENT,
    findings: Sequence[Finding] = (),
    **look: Any,  # noqa: ANN401 - any field of Look
) -> str:
    return terminal.check(assessment, findings, PROJECT, RU, look=Look(**look))


def columns(line: str) -> int:
    return sum(
        0
        if unicodedata.category(char) in {"Mn", "Me"}
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in line
    )


def same_as_snapshot(name: str, text: str) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("MIRO_SYNC_SNAPSHOTS") == "write":
        path.write_text(text + "\n", "utf-8")
    assert text + "\n" == path.read_text("utf-8")


# --- the whole


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_short_answer_looks_as_it_did(width: int) -> None:
    same_as_snapshot(f"check-{width}", shown(findings=FINDINGS, columns=width))


def test_the_long_answer_looks_as_it_did() -> None:
    same_as_snapshot("check-all", shown(findings=FINDINGS, everything=True))


def test_the_english_answer_looks_as_it_did() -> None:
    text = terminal.check(ASSESSMENT, FINDINGS, PROJECT, EN)
    same_as_snapshot("check-en", text)


def test_the_answer_for_one_centre_looks_as_it_did() -> None:
    same_as_snapshot("check-center", shown(findings=FINDINGS, center="novonik"))


def test_a_calm_answer_looks_as_it_did() -> None:
    same_as_snapshot("check-calm", shown(CALM))


def test_the_centres_look_as_they_did() -> None:
    same_as_snapshot("centers", terminal.centers(ASSESSMENT, PROJECT, RU))


def test_no_word_accuses() -> None:
    text = shown(findings=FINDINGS, everything=True).lower()
    for word in ("сорван", "провал", "наруш", "не проведен", "не выполн", "должник"):
        assert word not in text


# --- the line of trust


def trust(*reports: SourceReport, trustworthy: bool = True) -> list[str]:
    return shown(of(sources=reports, trustworthy=trustworthy), columns=120).splitlines()


def test_the_first_line_says_what_was_read_when() -> None:
    assert trust(*SOURCES)[0] == (
        "Данные: доска — сегодня 07:40; таблица — вчера 18:02; календарь — сегодня 07:40."
        " Прочитано всё."
    )


def test_an_older_read_is_told_with_its_day() -> None:
    old = replace(SOURCES[0], read_at=dt.datetime(2023, 4, 11, 17, 30, tzinfo=dt.UTC))
    assert "доска — 12.04.2023 00:30" in trust(old)[0]


def test_a_read_after_the_day_judged_is_told_with_its_day() -> None:
    later = replace(SOURCES[0], read_at=dt.datetime(2023, 6, 5, 1, 0, tzinfo=dt.UTC))
    assert "доска — 05.06.2023 08:00" in trust(later)[0]


def test_a_source_that_failed_freezes_the_alarms_and_says_why() -> None:
    failed = SourceReport("tables", SourceState.FAILED, complete=False, message=WHY)
    first, second, *_ = trust(SOURCES[0], failed, trustworthy=False)
    assert "таблица — прочитать не удалось" in first
    assert "тревоги" in f"{first} {second}"
    assert "    таблица: Потому: так" in trust(SOURCES[0], failed, trustworthy=False)


def test_a_stale_source_is_told_as_its_last_good_read() -> None:
    stale = replace(SOURCES[1], state=SourceState.STALE)
    assert "вчера 18:02 (последнее удачное чтение)" in trust(stale, trustworthy=False)[0]


def test_a_partial_read_is_told_as_one() -> None:
    partial = replace(SOURCES[0], complete=False)
    assert "доска — сегодня 07:40, не до конца" in trust(partial, trustworthy=False)[0]


def test_a_source_that_is_not_in_the_settings_is_told() -> None:
    absent = SourceReport("tables", SourceState.ABSENT, complete=True)
    assert "таблица — нет в настройках" in trust(SOURCES[0], absent)[0]


def test_a_read_without_a_moment_is_told() -> None:
    timeless = replace(SOURCES[2], read_at=None)
    assert "календарь — время неизвестно" in trust(timeless)[0]


# --- the sentence


def test_nothing_late_is_one_calm_sentence() -> None:
    text = shown(CALM)
    assert "Просроченного нет." in text
    assert "СТАТУС" not in text


def test_nothing_late_on_a_partial_read_is_no_promise() -> None:
    text = shown(replace(CALM, trustworthy=False), columns=120)
    assert "Просроченного нет." not in text
    assert "Просроченного не видно, но прочитано не всё." in text


def test_lines_are_counted_as_they_are_shown() -> None:
    centers = [
        verdict(occurrence(MAPS, JANUARY, one.id), Status.MISSED, WHY) for one in PROJECT.centers
    ]
    assert "Требует внимания: нет следа — 1." in shown(of(*centers))


def test_moved_cards_are_counted_whatever_the_status_of_their_event() -> None:
    held = verdict(occurrence(FORUM, APRIL_2023), Status.HELD, WHY)
    text = shown(of(held, moved=(MovedCard(CARDS["1005"], held.occurrence),)), columns=120)
    assert "Требует внимания: перенос без решения — 1." in text


def test_what_is_new_and_closed_is_told_only_when_there_was_an_earlier_run() -> None:
    assert "С прошлой проверки: новых — 1, закрыто — 1." in shown(findings=FINDINGS)
    fresh = [replace(one, state=FindingState.NEW) for one in FINDINGS]
    assert "С прошлой проверки" not in shown(findings=fresh)
    assert "С прошлой проверки" not in shown(findings=())


# --- the table


def late(number: int, status: Status = Status.MISSED) -> Verdict:
    one = event(f"Ц{number}", f"Событие номер {number}", "апрель 2023", APRIL_2023)
    deadline = str(dt.date(2023, 5, 10) - dt.timedelta(days=number))
    return verdict(occurrence(one, APRIL_2023, deadline=deadline), status, WHY)


def titles(text: str) -> list[str]:
    return re.findall(r"Ц\d+", text)


def test_worst_stands_first() -> None:
    table = of(late(1, Status.OVERDUE), late(2), late(9), late(20, Status.OVERDUE))
    assert titles(shown(table)) == ["Ц9", "Ц2", "Ц20", "Ц1"]


def test_ten_lines_are_shown_and_the_rest_is_a_number() -> None:
    text = shown(of(*map(late, range(13))))
    assert len(titles(text)) == 10
    assert "и ещё 3 (miro-sync check-calendar --all)" in text.splitlines()


def test_ten_lines_are_all_there_are() -> None:
    assert "и ещё" not in shown(of(*map(late, range(10))))


def test_the_long_list_shows_everything_by_date() -> None:
    text = shown(of(*map(late, range(13))), everything=True)
    assert len(titles(text)) == 13
    assert "и ещё" not in text


def test_a_line_names_status_title_period_and_lateness_then_the_reason() -> None:
    lines = shown(of(late(3))).splitlines()
    row = next(at for at, line in enumerate(lines) if "Ц3" in line)
    assert re.split(r"\s{2,}", lines[row]) == [
        "нет следа",
        "Ц3 Событие номер 3",
        "апрель 2023",
        "25 дней",
    ]
    assert lines[row + 1] == "    Потому: так"


def test_a_link_stands_below_its_line_when_it_fits() -> None:
    one = verdict(
        occurrence(CONFERENCE, CONFERENCE.schedule.periods[0]), Status.OVERDUE, WHY, CARDS["1004"]
    )
    assert f"    {CARDS['1004'].url}" in shown(of(one)).splitlines()


def test_a_link_that_does_not_fit_is_shown_whole_in_the_long_list_alone() -> None:
    far = replace(CARDS["1004"], url="https://docs.example.org/" + "x" * 90, place=Place("board"))
    one = verdict(occurrence(CONFERENCE, CONFERENCE.schedule.periods[0]), Status.OVERDUE, WHY, far)
    assert "https://" not in shown(of(one))
    assert "    Где: доска" in shown(of(one)).splitlines()
    assert f"    {far.url}" in shown(of(one), everything=True).splitlines()


def test_evidence_without_a_link_says_where_it_stands() -> None:
    one = verdict(
        occurrence(CONFERENCE, CONFERENCE.schedule.periods[0]),
        Status.OVERDUE,
        WHY,
        CARDS["План!14"],
    )
    assert "    Где: Мониторинг.xlsx, лист «План», строка 14" in shown(of(one)).splitlines()


def test_an_event_of_every_centre_is_one_line_with_a_tally() -> None:
    by_status = {
        "yaya1": Status.MISSED,
        "yaya2": Status.OVERDUE,
        "yaya3": Status.UNKNOWN,
        "ishim": Status.CANCELLED,
        "kaylin": Status.UNCONFIRMED,
        "ulanovo": Status.MOVED,
        "maryevka": Status.HELD,
        "novonik": Status.MISSED,
    }
    whole = of(
        *(
            verdict(occurrence(MAPS, JANUARY, center, deadline="2023-03-07"), status, WHY)
            for center, status in by_status.items()
        )
    )
    text = re.sub(r"\n +", " ", shown(whole))
    assert ("1 из 7, нет: Яйская ООШ №1, Новониколаевская ООШ; не отмечено: Яйская СОШ №2;") in text
    everything = re.sub(r"\n +", " ", shown(whole, everything=True))
    assert (
        "перенос: Улановская ООШ; уточнить: Кайлинская ООШ; нет данных: Яйская ООШ №3;"
        " ждали до 07.03.2023"
    ) in everything


def test_a_quota_tells_how_far_each_centre_is() -> None:
    quota = event(
        "К1", "Материалы", "апрель 2023", APRIL_2023, coverage=Coverage.EVERY_CENTER, quota=10
    )
    whole = of(
        *(
            verdict(
                occurrence(quota, APRIL_2023, center), Status.OVERDUE, WHY, progress=Progress(4, 10)
            )
            for center in ("ishim", "kaylin")
        )
    )
    assert "не отмечено: Ишимская ООШ (4 из 10), Кайлинская ООШ (4 из 10)" in shown(whole)


def test_a_line_tells_the_network_from_a_centre_and_knows_ids_without_a_name() -> None:
    whole = of(
        verdict(occurrence(MAPS, JANUARY), Status.MISSED, WHY),
        verdict(occurrence(MAPS, JANUARY, "закрытый"), Status.MISSED, WHY),
    )
    assert "0 из 2, нет: сеть, закрытый" in shown(whole)


def test_an_event_of_one_centre_names_it_beside_the_reason() -> None:
    one = of(verdict(occurrence(MAPS, JANUARY, "ishim"), Status.MISSED, WHY))
    assert "    Ишимская ООШ: Потому: так" in shown(one).splitlines()
    assert "    Потому: так" in shown(one, center="ishim").splitlines()


def test_a_moved_event_is_told_in_its_own_block_alone() -> None:
    text = shown()
    assert text.count("Б4 Муниципальный методический день") == 2  # moved, and once a candidate
    assert "на карточке 12.05.2023, по плану апрель 2023" in text


def test_a_moved_event_whose_card_is_not_listed_stays_in_the_table() -> None:
    one = verdict(occurrence(FORUM, APRIL_2023), Status.MOVED, WHY)
    assert "перенос без решения" in next(
        line for line in shown(of(one)).splitlines() if "В1" in line
    )


# --- the blocks


def test_empty_blocks_are_not_shown() -> None:
    text = shown(CALM)
    for heading in ("Нужно уточнить", "Сверх плана", "Тихие", "Замечания", "Исчезли", "Срок не"):
        assert heading not in text


def test_a_block_shows_five_and_counts_the_rest() -> None:
    many = tuple(card(str(number), f"Лишняя {number}") for number in range(9))
    text = shown(of(extra=many))
    assert "Сверх плана (9)" in text
    assert text.count("- Лишняя") == 5
    assert "и ещё 4 (miro-sync check-calendar --all)" in text
    assert shown(of(extra=many), everything=True).count("- Лишняя") == 9


def test_a_question_shows_three_candidates_best_first() -> None:
    candidates = [verdict(occurrence(FORUM, APRIL_2023), Status.UNCONFIRMED, WHY)]
    candidates += [late(number) for number in range(4)]
    keys = tuple((one.occurrence.key, 0.5) for one in candidates)
    text = shown(of(*candidates, questions=(Question("1006", keys),)))
    block = text[text.index("Нужно уточнить") :]
    assert re.findall(r"похоже на: (\S+)", block) == ["В1", "Ц0", "Ц1"]


def test_a_candidate_of_one_centre_names_it() -> None:
    of_ishim = verdict(occurrence(MAPS, JANUARY, "ishim"), Status.UNCONFIRMED, WHY)
    text = shown(of(of_ishim, questions=(Question("1006", ((of_ishim.occurrence.key, 0.6),)),)))
    assert "«Точка роста» (Ишимская ООШ, янв–фев 2023)" in text


def test_an_event_without_a_period_asks_for_one() -> None:
    unnamed = event("Г9", "Собрание", "")
    text = shown(of(verdict(occurrence(unnamed, None), Status.UNDATED, WHY)))
    assert "    в календаре срок не указан" in text.splitlines()
    assert "    в календаре написано: «Ноябрь, ма»" in shown().splitlines()


def test_repeated_cards_are_for_the_long_list() -> None:
    assert "Повторные карточки" not in shown()
    assert "Повторные карточки (1)" in shown(everything=True)


def test_a_card_without_a_title_or_day_is_still_named() -> None:
    text = shown(of(extra=(replace(CARDS["1008"], center_id=None),)))
    assert "- без названия" in text.splitlines()


def test_a_moved_card_and_period_without_days_are_still_told() -> None:
    moved = MovedCard(replace(CARDS["1005"], date=None), occurrence(FORUM, None))
    assert "на карточке без срока, по плану без срока" in shown(of(moved=(moved,)))


# --- width, colour, harm


HOSTILE = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [
            "Я" * 6_000,
            "слово " * 1_000,
            "🎉" * 300,
            "שלום " * 40,
            "\u202eплан\u202c" * 30,
            "\x1b[2J\x1b[31mкрасный\x07" * 10,
            "Х" + "\u0301" * 500,
            "👨\u200d👩\u200d👧" * 60,
            "\n" * 50 + "строки\r\n" * 50,
            "",
        ]
    ),
)


def hostile(title: str) -> Assessment:
    one = event(title[:40] or None, title, title, APRIL_2023)
    bad = replace(CARDS["1007"], title=title)
    said = reason(title, title)
    verdicts = tuple(
        replace(
            verdict(occurrence(replace(one, key=f"{status}"), APRIL_2023), status, said),
            evidence=(Evidence(bad, LinkedBy.TITLE, 1.0),),
        )
        for status in Status
    )
    return of(
        *verdicts,
        questions=(Question("1007", ((verdicts[0].occurrence.key, 0.5),)),),
        moved=(MovedCard(bad, verdicts[1].occurrence),),
        extra=(bad,),
        vanished=(bad,),
        duplicates=((bad, verdicts[0].occurrence),),
        centers=(
            CenterActivity(replace(PROJECT.centers[0], name=title), CenterState.INACTIVE, said),
        ),
        cards={"1007": bad},
        problems=(Problem(said, Place(title, sheet=title, cell="D14")),),
        sources=(replace(SOURCES[0], message=said),),
    )


@settings(deadline=None)
@given(title=HOSTILE, width=st.sampled_from([20, 60, 80, 100, 300]), everything=st.booleans())
def test_no_line_is_wider_than_the_terminal_and_nothing_steers_it(
    title: str, width: int, *, everything: bool
) -> None:
    assessment = hostile(title)
    look = Look(width, everything=everything)
    named = tuple(replace(center, name=title) for center in PROJECT.centers)
    project = replace(PROJECT, name=title, centers=named)
    text = terminal.check(assessment, FINDINGS, project, RU, look=look)
    text += "\n" + terminal.centers(assessment, project, RU, look=look)
    text += "\n" + terminal.checkup([("fail", assessment.verdicts[0].reason)], RU, look=look)
    text += "\n" + terminal.period(replace(schedule(title), unread=title), RU, look=look)
    fits = min(max(width, 60), 120)
    for line in text.split("\n"):
        # A link is shown whole or, in the short answer, not at all.
        assert columns(line) < fits or (everything and line.lstrip().startswith("https://"))
        assert not any(unicodedata.category(char)[0] == "C" for char in line)


def test_colour_is_put_around_words_only_when_asked_for() -> None:
    plain, painted = shown(), shown(colour=True)
    assert "\x1b" not in plain
    assert "\x1b[31mнет следа  \x1b[0m" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == plain


def test_centres_are_painted_too() -> None:
    plain = terminal.centers(ASSESSMENT, PROJECT, RU)
    painted = terminal.centers(ASSESSMENT, PROJECT, RU, look=Look(colour=True))
    assert "\x1b[31mтихий" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == plain


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("МБОУ «Яйская ООШ №1»", "Яйская ООШ №1"),
        ("«МБОУ «Яйская ООШ №1»»", "Яйская ООШ №1"),
        ('МКОУ "СОШ №12"', "СОШ №12"),
        ("МБОУ «Лесная ООШ им. Героя Труда»", "Лесная ООШ"),
        ("МБОУ «Лесная ООШ имени Первых космонавтов»", "Лесная ООШ"),
        ("Школа имени", "Школа имени"),
        ("Яйская школа «Луч»", "Яйская школа «Луч»"),
        ("Центр «Точка роста» МБОУ «СОШ №2»", "Центр «Точка роста» МБОУ «СОШ №2»"),
        ("Ишимская ООШ", "Ишимская ООШ"),
    ],
)
def test_a_school_is_shown_as_people_say_its_name(name: str, shown_as: str) -> None:
    school = replace(PROJECT.centers[0], name=name)
    text = terminal.check(
        of(centers=(CenterActivity(school, CenterState.INACTIVE, WHY),)),
        (),
        replace(PROJECT, centers=(school,)),
        RU,
    )
    assert f"- {shown_as}" in text.splitlines()


def test_two_schools_that_differ_in_their_honour_alone_keep_it() -> None:
    first, second = (
        replace(PROJECT.centers[at], name=f"МБОУ «Лесная ООШ им. {who}»")
        for at, who in enumerate(("Космонавтов", "Лётчиков"))
    )
    silent = of(
        centers=tuple(CenterActivity(one, CenterState.INACTIVE, WHY) for one in (first, second))
    )
    text = terminal.centers(silent, replace(PROJECT, centers=(first, second)), RU)
    assert "Лесная ООШ им. Космонавтов" in text
    assert "Лесная ООШ им. Лётчиков" in text


# --- centres, sync, doctor, periods


def test_silent_centres_stand_first_the_longest_silence_on_top() -> None:
    def activity(number: int, state: CenterState, days: int | None) -> CenterActivity:
        return CenterActivity(Center(f"Ц{number}", "школа"), state, WHY, None, days)

    whole = of(
        centers=(
            activity(1, CenterState.ACTIVE, 3),
            activity(2, CenterState.INACTIVE, 31),
            activity(3, CenterState.PAUSED, None),
            activity(4, CenterState.UNKNOWN, None),
            activity(5, CenterState.INACTIVE, 60),
        )
    )
    assert titles(terminal.centers(whole, PROJECT, RU)) == ["Ц5", "Ц2", "Ц4", "Ц3", "Ц1"]


def test_a_project_without_centres_says_so() -> None:
    assert "Центров в настройках нет." in terminal.centers(of(), PROJECT, RU)


def test_sync_leaves_one_line() -> None:
    assert terminal.sync_line(ASSESSMENT, FINDINGS, PROJECT, RU) == (
        "01.06.2023, прочитано: доска — 42, таблица — 118, календарь — 14;"
        " нет следа — 2, не отмечено — 1, перенос без решения — 1; тихих центров — 1;"
        " новых — 1, закрыто — 1."
    )


def test_sync_says_what_was_not_read() -> None:
    absent = SourceReport("tables", SourceState.ABSENT, complete=True)
    whole = of(sources=(replace(SOURCES[0], complete=False), absent), trustworthy=False)
    assert terminal.sync_line(whole, (), PROJECT, RU) == (
        "01.06.2023, прочитано: доска — 42; прочитано не всё, тревоги приостановлены;"
        " просроченного не видно."
    )


def test_doctor_puts_a_word_before_each_sentence() -> None:
    marks = [("ok", WHY), ("warn", WHY), ("fail", reason("Доска", "нет доступа " * 8))]
    assert terminal.checkup(marks, RU, look=Look(60)).splitlines() == [
        "готово     Потому: так",
        "внимание   Потому: так",
        "исправьте  Доска: нет доступа нет доступа нет доступа нет",
        "           доступа нет доступа нет доступа нет доступа нет",
        "           доступа",
    ]
    painted = terminal.checkup([("fail", WHY)], RU, look=Look(colour=True))
    assert painted == "\x1b[31mисправьте\x1b[0m  Потому: так"


def test_doctor_that_found_nothing_says_nothing() -> None:
    assert terminal.checkup([], RU) == ""


@pytest.mark.parametrize(
    ("understood", "said"),
    [
        (
            Schedule(
                "Апрель 2023, 2024",
                ScheduleKind.MULTI,
                (span("2023-04-01", "2023-04-30"), span("2024-04-01", "2024-04-30")),
            ),
            ["Апрель 2023, 2024", "    несколько сроков, 01.04–30.04.2023, 01.04–30.04.2024"],
        ),
        (
            Schedule("5.04.2023", ScheduleKind.DATE, (span("2023-04-05"),)),
            ["5.04.2023", "    дата, 05.04.2023"],
        ),
        (
            Schedule(
                "март–май", ScheduleKind.RANGE, (span("2023-03-01", "2024-05-31"),), None, WHY
            ),
            ["март–май", "    промежуток, 01.03.2023–31.05.2024", "    Потому: так"],
        ),
        (
            Schedule("Ежемесячно", ScheduleKind.RECURRING, recurrence="monthly"),
            ["Ежемесячно", "    повторяется, ежемесячно"],
        ),
        (
            Schedule("раз в 5 лет", ScheduleKind.RECURRING, recurrence="every_5_years"),
            ["раз в 5 лет", "    повторяется, every_5_years"],
        ),
        (
            Schedule("Ноябрь, ма", ScheduleKind.UNDATED, unread="ма"),
            ["Ноябрь, ма", "    срок не указан", "    не понято: «ма»"],
        ),
        (Schedule("", ScheduleKind.UNDATED), ["(пусто)", "    срок не указан"]),
    ],
)
def test_a_period_text_is_followed_by_what_it_means(understood: Schedule, said: list[str]) -> None:
    assert terminal.period(understood, RU).splitlines() == said


@pytest.mark.parametrize("kind", ScheduleKind)
def test_every_kind_of_period_has_a_word(kind: ScheduleKind) -> None:
    for words in (RU, EN):
        assert terminal.period(Schedule("текст", kind), words)


@pytest.mark.parametrize(
    ("period", "russian", "english"),
    [
        (span("2023-04-05"), "05.04.2023", "5 Apr 2023"),
        (span("2023-04-01", "2023-04-30"), "апрель 2023", "April 2023"),
        (span("2023-01-01", "2023-02-28"), "янв–фев 2023", "Jan–Feb 2023"),
        (span("2023-03-01", "2024-05-31"), "мар 2023–май 2024", "Mar 2023–May 2024"),
        (span("2023-11-22", "2023-12-13"), "22.11–13.12.2023", "22 Nov–13 Dec 2023"),
        (span("2023-03-01", "2023-03-30"), "01.03–30.03.2023", "1 Mar–30 Mar 2023"),
        (span("2022-12-25", "2023-01-08"), "25.12.2022–08.01.2023", "25 Dec 2022–8 Jan 2023"),
    ],
)
def test_a_period_is_written_as_people_write_it(period: Period, russian: str, english: str) -> None:
    assert months(period, RU) == russian
    assert months(period, EN) == english
