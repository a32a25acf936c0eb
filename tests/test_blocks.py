"""Each part of a letter, line by line, as its reader sees it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from mail_sample import COORDINATOR, ISHIM, indicator, overview, written_letter
from telling_sample import (
    CALM,
    PROJECT,
    SOURCES,
    TODAY,
    card,
    event,
    occurrence,
    reason,
    schedule,
    span,
    verdict,
)

from miro_sync.coverage import Direction, PlanCoverage
from miro_sync.letter import Block, Letter
from miro_sync.messages import catalogue
from miro_sync.model import (
    CenterActivity,
    CenterState,
    EventCard,
    Finding,
    FindingState,
    IndicatorPoint,
    IndicatorState,
    IndicatorValue,
    Message,
    MovedCard,
    Place,
    Question,
    SourceReport,
    SourceState,
    Status,
    Verdict,
    say,
)
from miro_sync.overview import Overview
from miro_sync.resource_map import CellFault, CenterMap

RU = catalogue("ru")
MARCH = span("2023-03-01", "2023-03-31")
CARD = "https://miro.com/app/board/uXjVsample00=/?moveToWidget="
NAMES = tuple(one.id for one in PROJECT.centers)
ISHIM_CENTER = PROJECT.centers[3]


def judged(
    code: str,
    status: Status = Status.MISSED,
    center: str | None = None,
    *cards: EventCard,
    days: int = 10,
) -> Verdict:
    deadline = str(TODAY - dt.timedelta(days=days))
    of = occurrence(event(code, f"Дело {code}", "март", MARCH), MARCH, center, deadline)
    return verdict(of, status, reason("Нет", "следа"), *cards)


def coming(code: str, day: str, *, last: str | None = None, center: str | None = None) -> Verdict:
    days = span(day, last)
    of = occurrence(event(code, f"Дело {code}", "", days), days, center)
    return verdict(of, Status.DUE_SOON, reason("Скоро", "да"))


def scene(*verdicts: Verdict, beside: dict[str, Any] | None = None, **changes: Any) -> Overview:  # noqa: ANN401 - any field
    return overview(replace(CALM, verdicts=verdicts, **changes), findings=(), **beside or {})


def silent(days: int | None, last: dt.date | None, at: int = 3) -> CenterActivity:
    center = PROJECT.centers[at]
    return CenterActivity(center, CenterState.INACTIVE, reason("Тихо", "давно"), last, days)


def part(made: Letter, block: Block) -> list[str]:
    """Return a part as lines: heading, lead, entries with notes, links and places, the rest."""
    (found,) = (one for one in made.sections if one.block is block)
    lines = [RU.tell(found.heading)]
    lines += [RU.tell(found.lead)] if found.lead is not None else []
    for entry in found.entries:
        assert isinstance(entry.head, Message)
        lines.append(f"* {RU.tell(entry.head)}")
        lines += map(RU.tell, entry.notes)
        lines += [link.url for link in entry.links]
        lines += [f"@ {entry.place.sheet}"] if entry.place is not None else []
    return [*lines, *map(RU.tell, found.rest)]


# --- what is late -------------------------------------------------------------------------------


def test_an_event_of_every_centre_is_one_entry_with_the_centres_by_status() -> None:
    statuses = (
        Status.MISSED,
        Status.OVERDUE,
        Status.MOVED,
        Status.UNCONFIRMED,
        Status.UNKNOWN,
        Status.AWAITING,
        Status.HELD,
        Status.CANCELLED,
    )
    shared = [
        judged("А", status, center, card(f"{at}", "Дело", center=center))
        for at, (status, center) in enumerate(zip(statuses, NAMES, strict=True))
    ]
    made = written_letter(scene(*shared), COORDINATOR, told=frozenset())

    assert part(made, Block.NEW) == [
        "Новое (1)",
        "* А Дело А",
        "нет следа, срок март 2023, отметку ждали, прошло 10 дней",
        (
            "1 из 7, нет: Яйская ООШ №1; не отмечено: Яйская СОШ №2; перенос: Яйская ООШ №3;"
            " уточнить: Ишимская ООШ; нет данных: Кайлинская ООШ; ждём: Улановская ООШ"
        ),
        f"{CARD}0",
        f"{CARD}1",
    ]


def test_an_event_of_one_centre_names_it_and_for_want_of_a_link_the_worksheet() -> None:
    row = card("План!14", "Дело", source="table", center="ishim")
    seen = scene(
        judged("А", Status.OVERDUE, "ishim", row), judged("Б", Status.OVERDUE, None, card("7", "Д"))
    )

    assert part(written_letter(seen, COORDINATOR, told=frozenset()), Block.NEW) == [
        "Новое (2)",
        "* А Дело А",
        "не отмечено, срок март 2023",
        "Ишимская ООШ: Нет: следа",
        "@ План",
        "* Б Дело Б",
        "не отмечено, срок март 2023",
        "Нет: следа",
        f"{CARD}7",
    ]


def test_what_is_chronic_is_counted_and_what_is_still_open_comes_before_it() -> None:
    seen = scene(judged("А", days=60), judged("Б", days=20), judged("В", days=70))
    told = frozenset("АБВ")
    chronic = "Хронические (дольше 8 недель): 2, самое давнее — 70 дней."

    assert part(written_letter(seen, COORDINATOR, told=told), Block.OPEN) == [
        "По-прежнему (3)",
        "* Б Дело Б",
        "нет следа, срок март 2023",
        "Нет: следа",
        chronic,
    ]
    assert part(written_letter(seen, told=told), Block.OPEN) == [
        "По-прежнему (3)",
        "Ждут отметки с прошлого письма: 1, дольше всех — 20 дней.",
        chronic,
    ]


def test_the_director_decides_about_moved_cards_and_lines_and_about_long_silence() -> None:
    board = card("1", "Дело", center="yaya1", day="2023-05-12")
    of_days = replace(
        card("План!3", "Дело", source="table"),
        date=schedule("", span("2023-05-01"), span("2023-05-02")),
    )
    undated = replace(of_days, id="План!4", date=None)
    seen = scene(
        judged("А", Status.MOVED, "ishim"),
        moved=tuple(
            MovedCard(one, occurrence(event(code, f"Дело {code}", "", MARCH), MARCH))
            for one, code in ((board, "Б"), (of_days, "В"), (undated, "Г"))
        ),
        centers=(silent(29, None, 1), silent(28, None, 0)),
    )
    moved = [
        "* Б Дело Б",
        "Яйская ООШ №1: на карточке 12.05.2023, по плану март 2023",
        f"{CARD}1",
        "* В Дело В",
        "на карточке 01.05.2023, 02.05.2023, по плану март 2023",
        "@ План",
        "* Г Дело Г",
        "на карточке без срока, по плану март 2023",
        "@ План",
        "* А Дело А",
        "перенос без решения, срок март 2023",
        "Ишимская ООШ: Нет: следа",
    ]

    assert part(written_letter(seen), Block.DECISIONS) == [
        "Нужно ваше решение (5)",
        "Ответьте на это письмо, что решили: координатор запишет, и строка уйдёт.",
        *moved,
        "* Яйская СОШ №2: нет вклада 29 дней без каникул и пауз",
        "Поручить связаться с центром или поставить паузу?",
    ]
    assert part(written_letter(seen, COORDINATOR), Block.DECISIONS) == [
        "Перенос без решения (4)",
        *moved,
    ]
    assert part(written_letter(seen, COORDINATOR), Block.SILENT) == [
        "Тихие центры (2)",
        "* Яйская СОШ №2",
        "Тихо: давно",
        "* Яйская ООШ №1",
        "Тихо: давно",
    ]


def test_what_was_settled_says_how_and_where() -> None:
    settled = [judged("А", Status.HELD, "ishim"), judged("А", Status.CANCELLED, "yaya1")]
    told = frozenset({"А@ishim", "А@yaya1"})

    assert part(written_letter(scene(*settled), COORDINATOR, told=told), Block.CLOSED) == [
        "Закрыто с прошлого письма (1)",
        "* А Дело А",
        "Ишимская ООШ, Яйская ООШ №1: проведено, отменено.",
    ]


def test_what_the_network_settled_names_no_centre() -> None:
    seen = scene(judged("А", Status.HELD, None, card("7", "Дело")))

    assert part(written_letter(seen, COORDINATOR, told=frozenset("А")), Block.CLOSED) == [
        "Закрыто с прошлого письма (1)",
        "* А Дело А",
        "проведено.",
        f"{CARD}7",
    ]


def test_what_has_a_link_needs_no_place_and_a_moved_event_is_its_own_centre_s() -> None:
    both = replace(
        card("7", "Дело", center="yaya1", day="2023-05-12"), place=Place("", sheet="План")
    )
    late = judged("А", Status.OVERDUE, None, both)
    own = judged("Б", Status.HELD, "ishim").occurrence
    seen = scene(
        late,
        moved=(MovedCard(both, own),),
        questions=(Question("7", ()),),
        cards={"7": both},
    )
    made = written_letter(seen, COORDINATOR)

    assert part(made, Block.NEW)[-1] == f"{CARD}7"
    assert part(made, Block.CLARIFY)[-1] == f"{CARD}7"
    assert part(made, Block.DECISIONS)[2:] == [
        "Ишимская ООШ: на карточке 12.05.2023, по плану март 2023",
        f"{CARD}7",
    ]


# --- a centre's own letter ----------------------------------------------------------------------


def test_a_centre_is_asked_about_its_own_and_told_of_nobody_else() -> None:
    overdue = judged("Б", Status.OVERDUE, "ishim", card("7", "Дело", center="ishim"))
    seen = scene(
        judged("А", center="ishim", days=70),
        overdue,
        judged("В", Status.HELD, "ishim"),
        coming("Г", "2023-06-07", center="ishim"),
        coming("Д", "2023-06-07", center="ishim"),
        judged("Я", center="yaya1"),
        moved=(MovedCard(card("1", "Д", center="ishim", day="2023-05-12"), overdue.occurrence),),
        centers=(silent(58, dt.date(2023, 3, 20)),),
        questions=(Question("20", (("Б@ishim", 0.6), ("Я@yaya1", 0.5), ("нет", 0.4))),),
        cards={"20": card("20", "Что это", center="ishim")},
        duplicates=(
            (card("21", "Второй", center="ishim"), overdue.occurrence),
            (card("22", "Чужой", center="yaya1"), overdue.occurrence),
        ),
        rebuilt=True,
    )
    made = written_letter(seen, ISHIM, told=frozenset({"А@ishim", "В@ishim"}))
    ask = (
        "Если работа идёт, добавьте карточку или отметку. Если центр пока не работает, напишите"
        " координатору: поставим паузу."
    )

    assert part(made, Block.NEW) == [
        "Новое (1)",
        "* Б Дело Б",
        "Срок: март 2023.",
        "Карточка есть, отметки о проведении нет. Мероприятие состоялось?",
        f"{CARD}7",
    ]
    assert part(made, Block.OPEN) == [
        "По-прежнему (1)",
        "* А Дело А",
        "Срок: март 2023.",
        "Ни карточки, ни строки в таблице не видно. Мероприятие состоялось?",
    ]
    assert part(made, Block.DECISIONS) == [
        "Перенос без решения (1)",
        "* Б Дело Б",
        "на карточке 12.05.2023, по плану март 2023",
        "Дата изменилась? Напишите координатору, и он передаст руководителю проекта.",
        f"{CARD}1",
    ]
    assert part(made, Block.CLOSED)[1:] == ["* В Дело В", "проведено."]
    assert part(made, Block.AHEAD) == [
        "Ближайшие 14 дней (2)",
        "* Совпадение 07.06.2023: Г Дело Г и Д Дело Д",
        "Два дела в один день: хватит ли автобуса, кабинета, педагога?",
        "* 07.06.2023: Г Дело Г",
        "* 07.06.2023: Д Дело Д",
    ]
    assert part(made, Block.SILENT) == [
        "Давно нет новостей",
        "* Последняя новость от вас — 20.03.2023, с тех пор 58 дней без каникул и пауз",
        ask,
    ]
    assert part(made, Block.CLARIFY) == [
        "Нужно уточнить (2)",
        "* карточка «Что это»: о каком мероприятии?",
        "Похоже на: Б Дело Б",
        f"{CARD}20",
        "* Вторая карточка «Второй» о том же: Б Дело Б",
        f"{CARD}21",
    ]
    never = written_letter(scene(centers=(silent(58, None),)), ISHIM)
    assert part(never, Block.SILENT)[1:] == ["* Карточек и строк вашего центра пока не видно", ask]


# --- what comes ---------------------------------------------------------------------------------


def test_what_comes_says_for_whom_and_what_falls_on_one_day() -> None:
    seen = scene(
        coming("С", "2023-06-05", last="2023-06-08"),
        *(coming("О", "2023-06-05", last="2023-06-08", center=one) for one in NAMES[:3]),
        coming("Г", "2023-06-07"),
        coming("Д", "2023-06-07"),
        coming("Е", "2023-06-09", center="ishim"),
        coming("Ж", "2023-06-09", center="ishim"),
    )

    assert part(written_letter(seen, COORDINATOR), Block.AHEAD) == [
        "Ближайшие 14 дней (6)",
        "* Совпадение 07.06.2023: Г Дело Г и Д Дело Д",
        "В один день: все центры. Хватит ли автобуса, кабинета, педагога?",
        "* Совпадение 09.06.2023: Е Дело Е и Ж Дело Ж",
        "В один день: Ишимская ООШ. Хватит ли автобуса, кабинета, педагога?",
        "* 05.06.2023 – 08.06.2023: С Дело С",
        "* 05.06.2023 – 08.06.2023: О Дело О",
        "для 3 центров",
        "* 07.06.2023: Г Дело Г",
        "* 07.06.2023: Д Дело Д",
        "* 09.06.2023: Е Дело Е",
        "Ишимская ООШ",
        "* 09.06.2023: Ж Дело Ж",
        "Ишимская ООШ",
    ]


def test_what_comes_or_has_no_date_opens_the_row_of_the_calendar_and_no_card() -> None:
    url = "https://docs.google.com/spreadsheets/d/1/edit#range=A7"
    soon = coming("С", "2023-06-07")
    planned = replace(soon.occurrence.event, place=Place("calendar", url=url))
    seen = scene(
        replace(
            soon,
            occurrence=replace(soon.occurrence, event=planned),
            evidence=judged("С", Status.OVERDUE, None, card("7", "Дело")).evidence,
        ),
        replace(
            soon,
            status=Status.UNDATED,
            occurrence=replace(soon.occurrence, event=planned, period=None),
        ),
    )
    made = written_letter(seen, COORDINATOR)

    assert part(made, Block.AHEAD)[1:] == ["* 07.06.2023: С Дело С", url]
    assert part(made, Block.CLARIFY)[2:] == [
        "* С Дело С",
        "Срок не указан. Впишите его в календарь.",
        url,
    ]


# --- questions, loose ends, sources ---------------------------------------------------------------


def test_the_coordinator_is_asked_what_only_a_person_can_tell() -> None:
    nobody = [
        verdict(
            occurrence(event(code, "Ничьё", "март", MARCH, responsible=()), MARCH),
            status,
            reason("Нет", "следа"),
        )
        for code, status in (("Н", Status.MISSED), ("М", Status.MOVED))
    ]
    undated = [
        verdict(
            occurrence(event(code, "Сбор", text), None), Status.UNDATED, reason("Срок", "неясен")
        )
        for code, text in (("У", "Ноябрь, ма"), ("П", "  "))
    ]
    fault = CellFault(None, "Педагоги", say("status.untitled"))
    maps = (
        CenterMap(PROJECT.centers[0], 3, 3),
        CenterMap(PROJECT.centers[1], 2, 3),
        CenterMap(PROJECT.centers[2], 3, 3, (fault,)),
    )
    seen = scene(
        *nobody,
        *undated,
        judged("А"),
        rebuilt=True,
        questions=(Question("20", (("нет", 0.6),)), Question("21", (("А", 0.6), ("Н", 0.5)))),
        cards={
            "20": replace(card("20", "Листок", source="table")),
            "21": card("21", "Карточка", center="ishim"),
        },
        duplicates=((card("22", "Вторая"), nobody[0].occurrence),),
        beside={"maps": maps},
    )
    made = written_letter(seen, COORDINATOR)

    assert part(made, Block.CLARIFY) == [
        "Нужно уточнить (5)",
        "Ответ записывает miro-sync decide: подсказка — miro-sync decide --help.",
        "* карточка «Листок»: о каком мероприятии?",
        "@ План",
        "* Ишимская ООШ: карточка «Карточка»: о каком мероприятии?",
        "Похоже на: А Дело А; или Н Ничьё",
        f"{CARD}21",
        "* У Сбор",
        "Срок не понятен: «Ноябрь, ма». Исправьте в календаре.",
        "* П Сбор",
        "Срок не указан. Впишите его в календарь.",
        "* Вторая карточка «Вторая» о том же: Н Ничьё",
        f"{CARD}22",
        "Без ответственного среди просроченного: 2.",
        "Карта ресурсов заполнена не до конца: 2 центра (miro-sync resources).",
        "Похоже, доску переделали: большинство карточек лежит в других рамках.",
    ]
    assert made.figures.questions == 5


def test_empty_plans_and_old_debts_are_counted_for_the_coordinator() -> None:
    plans = (
        PlanCoverage("ishim", "План", (Direction(1, "Первое"), Direction(2, "Второе", events=3))),
        PlanCoverage("yaya1", "План", (Direction(1, "Первое"),)),
    )
    aside = (Finding("missed:А", "missed", "А", FindingState.OPEN, TODAY, backlog=True),)
    seen = replace(scene(judged("А"), judged("Б"), beside={"plans": plans}), findings=aside)

    assert part(written_letter(seen, COORDINATOR), Block.CLARIFY)[2:] == [
        "Пустых направлений в планах центров: 2 (miro-sync coverage).",
        "На разбор: 1 (просрочено ещё до первого запуска, в счёт не входит).",
    ]


def test_three_events_and_no_more_are_offered_for_a_card() -> None:
    asked = Question("20", tuple((code, 0.5) for code in "АБВГ"))
    seen = scene(
        *(judged(code, Status.HELD) for code in "АБВГ"),
        questions=(asked,),
        cards={"20": card("20", "Что это")},
    )

    assert part(written_letter(seen, COORDINATOR), Block.CLARIFY)[3] == (
        "Похоже на: А Дело А; или Б Дело Б; или В Дело В"
    )


def test_more_questions_than_are_shown_are_counted_all_the_same() -> None:
    doubles = tuple((card(str(n), f"Карточка {n}"), judged("А").occurrence) for n in range(13))
    made = written_letter(scene(judged("А"), duplicates=doubles), COORDINATOR)

    assert made.figures.questions == 13
    assert part(made, Block.CLARIFY)[0] == "Нужно уточнить (13)"


def test_each_source_says_how_it_fared() -> None:
    read = (
        SOURCES[0],
        replace(
            SOURCES[1], state=SourceState.STALE, complete=False, message=say("sync.incomplete")
        ),
        SourceReport("calendar", SourceState.FAILED, complete=False),
    )
    absent = SourceReport("tables", SourceState.ABSENT, complete=False)

    assert part(written_letter(scene(sources=read), COORDINATOR), Block.SOURCES) == [
        "Источники и замечания",
        "* доска: прочитано, записей — 42",
        "* таблица: прочитать не удалось, взято прежнее чтение, записей — 118",
        (
            "Прочитано не полностью. Тревоги по этому источнику приостановлены; запустите ещё раз"
            " позже."
        ),
        "* календарь: прочитать не удалось",
    ]
    made = written_letter(scene(sources=(SOURCES[0], absent)), COORDINATOR)
    assert part(made, Block.SOURCES)[1:] == ["* доска: прочитано, записей — 42"]


# --- indicators ---------------------------------------------------------------------------------


def stands(*values: IndicatorValue, **beside: Any) -> list[str]:  # noqa: ANN401 - any field
    seen = scene(beside={"indicators": values, **beside})
    lines = part(written_letter(seen, COORDINATOR), Block.INDICATORS)
    return [line.replace("Выполнение событийного календаря", "…") for line in lines[1:]]


def was(value: float) -> IndicatorPoint:
    return IndicatorPoint(dt.date(2023, 5, 1), value)


def test_an_indicator_says_its_value_its_change_its_target_and_its_gap() -> None:
    assert stands(
        indicator("K1", behind=True, gap=6.8),
        indicator("K2", unit="балл", value=4.0, target=5.0, before=None, title="Т" * 130),
        indicator("K3", value=None, before=None),
        indicator("K4", value=None, state=IndicatorState.NOT_DUE),
        indicator(
            "K5", unit="чел.", value=12.0, target=None, met=None, unknown=2, before=was(11.5)
        ),
        indicator("K6", unit="балл", value=4.6, gap=1.0, before=was(4.6), target=None),
    ) == [
        "* K1 …",
        "93,2 % на 01.06.2023, ↑ выросло, было 91 %, цель 100 %, отставание 6,8 п. п.",
        f"* K2 {'Т' * 119}…",
        "4 балла на 01.06.2023, цель 5 баллов",
        "* K6 …",
        "4,6 балла на 01.06.2023, → без изменений, было 4,6 балла",
        "* K5 …",
        "12 чел. на 01.06.2023, ↑ выросло, было 11,5 чел., не учтено за неимением данных: 2",
        "* K3 …",
        "нет данных на 01.06.2023",
    ]


def test_a_gap_is_told_in_the_unit_of_its_indicator_and_none_is_none() -> None:
    assert stands(
        indicator("K1", unit="балл", value=4.0, target=5.0, before=None, behind=True, gap=1.0),
        indicator("K2", value=99.0, before=None, behind=True, gap=0.0),
        indicator("K3", value=None, state=IndicatorState.NOT_DUE),
    ) == [
        "* K1 …",
        "4 балла на 01.06.2023, цель 5 баллов, отставание 1,0",
        "* K2 …",
        "99 % на 01.06.2023, цель 100 %",
    ]


def test_five_indicators_and_no_more_are_told() -> None:
    assert len(stands(*(indicator(f"K{n}") for n in range(7)))) == 10


def test_what_is_of_few_people_says_no_more_than_that_and_the_target() -> None:
    of_four = {"people": True, "numerator": 2.0, "denominator": 4.0}

    assert stands(
        indicator("K6", value=50.0, target=None, **of_four),
        indicator("K7", unit="чел.", people=True, value=3.0, target=20.0),
        indicator("K8", unit="чел.", value=30.0, target=20.0, **of_four),
    ) == [
        "* K7 …",
        "<5 чел. на 01.06.2023, цель 20 чел.",
        "* K8 …",
        "скрыто: меньше 5 человек на 01.06.2023, цель 20 чел.",
        "* K6 …",
        "скрыто: меньше 5 человек на 01.06.2023",
    ]


def test_a_value_of_few_people_a_week_ago_is_not_compared_with() -> None:
    few_then = indicator("K7", value=50.0, people=True, numerator=2.0, denominator=4.0)
    many = indicator(
        "K7", value=60.0, people=True, numerator=20.0, denominator=40.0, before=None, target=None
    )
    earlier = scene(beside={"indicators": (few_then,)})

    assert stands(many, earlier=earlier) == ["* K7 …", "60 % на 01.06.2023"]


@pytest.mark.parametrize("turn", [1, -1])
def test_what_lags_comes_first_and_what_has_no_number_last_of_those_with_a_target(
    turn: int,
) -> None:
    values = (
        indicator("отстаёт", value=1.0, met=True, behind=True, gap=1.0),
        indicator("не достигнут", value=1.0),
        indicator("достигнут", value=1.0, met=True),
        indicator("без цели", value=1.0, target=None, met=None),
        indicator("нет данных", value=None, met=None),
    )[::turn]

    assert [line.split(" …")[0] for line in stands(*values) if line.startswith("*")] == [
        "* отстаёт",
        "* не достигнут",
        "* достигнут",
        "* без цели",
        "* нет данных",
    ]
    uncollected = indicator("не собран", value=None, state=IndicatorState.NOT_COLLECTED, met=None)
    assert stands(values[4 if turn > 0 else 0], uncollected)[:2] == [
        "* не собран …",
        "ещё не собрано к 01.06.2023",
    ]
