"""Overviews for the tests of workbook, Word documents and feed; the day is fixed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from telling_sample import ASSESSMENT, FINDINGS, PROJECT, TODAY, reason, span

from miro_sync.coverage import Direction, PlanCoverage, PlanRow
from miro_sync.model import (
    CenterActivity,
    CenterState,
    Counted,
    EventCalendar,
    Indicator,
    IndicatorFormula,
    IndicatorPart,
    IndicatorPoint,
    IndicatorSource,
    IndicatorState,
    IndicatorValue,
    Place,
    Status,
    say,
)
from miro_sync.overview import Overview
from miro_sync.resource_map import CellFault, CenterMap

#: Worse than anything that was ever read from a board.
HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "+7-1",
    "@SUM(A1)",
    "\u202eтолпак\u202c и \u200fслово",
    "раз\x00два\x07три\x1b[31m\r\nчетыре\ufffe",
    "Ж" * 6_000,
    "BEGIN:VEVENT\r\nSUMMARY:ложное",
)


def indicator(key: str, title: str, **changes: Any) -> Indicator:  # noqa: ANN401 - any field
    base = Indicator(key, title, "%", IndicatorFormula.RATIO, IndicatorSource.TABLE, target=100.0)
    made = replace(base, **changes)
    # As the settings have it: what is read from a table may count people.
    return replace(made, people=made.source is IndicatorSource.TABLE)


def value(
    of: Indicator,
    number: float | None,
    **changes: Any,  # noqa: ANN401 - any field
) -> IndicatorValue:
    state = IndicatorState.KNOWN if number is not None else IndicatorState.NOT_COLLECTED
    how = reason("Проведённые", "делим на наступившие")
    return replace(IndicatorValue(of, TODAY, state, how, value=number), **changes)


CALENDAR_DONE = value(
    indicator(
        "K1",
        "Выполнение событийного календаря сетевого проекта",
        formula=IndicatorFormula.HELD_SHARE,
        source=IndicatorSource.CALENDAR,
        responsible="Методисты МБУ ИМЦ",
    ),
    93.1818,
    numerator=41,
    denominator=44,
    unknown=2,
    gap=6.8182,
    behind=True,
    met=False,
    parts=(
        IndicatorPart("Карта ресурсов", "yaya1", 1, 1),
        IndicatorPart("Методический день", "yaya1", 0, 1),
        IndicatorPart("Практикум", "yaya1", 1, 1),
        IndicatorPart("Ишимская ООШ", "ishim", 11, 11),
    ),
    before=IndicatorPoint(dt.date(2023, 2, 28), 90.0, "февраль 2023"),
    trend=(
        IndicatorPoint(dt.date(2023, 2, 28), 90.0, "февраль 2023"),
        IndicatorPoint(TODAY, 93.1818, "июнь 2023"),
    ),
)
PHYSICS = value(
    indicator(
        "K11.1",
        "Средний балл результатов ОГЭ по физике",
        unit="балл",
        formula=IndicatorFormula.MEAN,
        baseline=14.8,
        target=17.8,
        region=22.5,
    ),
    16.25,
    denominator=37,
    gap=1.55,
    met=False,
    behind=True,
    parts=(
        IndicatorPart("Яйская ООШ №1, 9а", "yaya1", 15.0, 6),
        IndicatorPart("Яйская ООШ №1, 9б", "yaya1", 18.0, 12),
        IndicatorPart("Яйская СОШ №2", "yaya2", 14.5, 15),
        IndicatorPart("Ишимская ООШ", "ishim", 12.0, 4),
        IndicatorPart("Улановская ООШ", "ulanovo", unknown=True),
    ),
)
BIOLOGY = value(
    indicator(
        "K11.3",
        "Средний балл результатов ОГЭ по биологии",
        unit="балл",
        formula=IndicatorFormula.MEAN,
        baseline=21.9,
        target=25.9,
        region=23.3,
    ),
    None,
    warnings=(reason("Цель 25,9", "это +18,3 %, а не 20 %"),),
)
RESEARCH = value(
    indicator("K7", "Исследовательские работы", target=20.0, responsible="Методист Иванова И.И."),
    75.0,
    numerator=3,
    denominator=4,
)
LESSONS = value(
    indicator("K17", "Охват контингента обучающихся 5-11 классов на обновлённом оборудовании"),
    96.0,
    numerator=480,
    denominator=500,
    parts=(
        IndicatorPart("Яйская ООШ №1", "yaya1", 120, 125, place=Place("т.xlsx", "Охват", "B2")),
        IndicatorPart("Ишимская ООШ", "ishim", 3, 4, place=Place("т.xlsx", "Охват", "B3")),
    ),
)
INDICATORS = (CALENDAR_DONE, PHYSICS, BIOLOGY, RESEARCH, LESSONS)

TITLES = (
    "Проведение совместных мероприятий для обучающихся и педагогических работников",
    "Организация и участие в региональных конференциях",
    "Популяризация национального проекта «Образование»",
)
PLAN = PlanCoverage(
    "yaya1",
    "Планы центров",
    tuple(
        Direction(number, title, events, place=Place("т.xlsx", "Планы центров", str(number)))
        for number, title, events in zip((1, 2, 4), TITLES, (2, 0, 1), strict=True)
    ),
)
PLAN_ROWS = (
    PlanRow(
        "yaya1",
        1,
        "Торжественное открытие Центра",
        audience="Обучающиеся, педагогические работники - 25 человек",
        when="1 сентября 2022 г",
        counted=Counted(people=25),
        links=("https://school.example/news/1", "javascript:alert(1)"),
        held=True,
        periods=(span("2022-09-01"),),
    ),
    PlanRow(
        "yaya1",
        1,
        "Олимпиада школьников\nУчастие в мероприятиях портала",
        audience="Обучающиеся 9-11 классов (21 уч-ся, 3 педагога)",
        when="Ноябрь, ма",
        result="1 победитель",
        counted=Counted(pupils=21, staff=3),
    ),
    PlanRow("yaya1", 4, "Презентация опыта", when="10.11.2022", periods=(span("2022-11-10"),)),
    PlanRow("yaya1", 4, "Прошлогоднее", periods=(span("2021-11-10"),)),
    PlanRow("ishim", 1, "Чужое мероприятие", periods=(span("2022-11-10"),)),
)
MAPS = (
    CenterMap(
        PROJECT.centers[0],
        9,
        10,
        (
            CellFault(
                Place("т.xlsx", "Карта ресурсов", "D3"),
                "Ноутбуков",
                say("resources.blank"),
                say("worksheets.number_low_high", low="0", high="500"),
            ),
        ),
    ),
    CenterMap(PROJECT.centers[1], 10, 10),
)


def overview(**changes: Any) -> Overview:  # noqa: ANN401 - any field
    """Return a project with a bit of everything, on 1 June 2023."""
    events = tuple({one.occurrence.event.key: one.occurrence.event for one in verdicts()}.values())
    occurrences = tuple(one.occurrence for one in verdicts())
    base = Overview(
        PROJECT,
        EventCalendar(events, occurrences),
        ASSESSMENT,
        FINDINGS,
        indicators=INDICATORS,
        plans=(PLAN,),
        maps=MAPS,
        plan_rows=PLAN_ROWS,
    )
    return replace(base, **changes)


def verdicts() -> tuple[Any, ...]:
    return ASSESSMENT.verdicts


def hostile() -> Overview:
    """Return the same with every title as bad as can be."""
    titles = [HOSTILE[at % len(HOSTILE)] for at in range(200)]
    retitled = []
    for at, one in enumerate(ASSESSMENT.verdicts):
        event = replace(
            one.occurrence.event,
            title=titles[at],
            task=titles[at + 1],
            expected=titles[at + 2],
            responsible=(titles[at + 3],),
        )
        evidence = tuple(
            replace(
                item,
                card=replace(item.card, title=titles[at + 4], url="javascript:alert(document)"),
            )
            for item in one.evidence
        )
        said = reason(titles[at + 5], titles[at + 6])
        occurrence = replace(one.occurrence, event=event)
        retitled.append(replace(one, occurrence=occurrence, evidence=evidence, reason=said))
    cards = {
        key: replace(card, title=titles[at], url=f"https://miro.com/{'я' * 900}")
        for at, (key, card) in enumerate(ASSESSMENT.cards.items())
    }
    assessment = replace(
        ASSESSMENT,
        verdicts=tuple(retitled),
        cards=cards,
        extra=tuple(cards.values()),
    )
    rows = tuple(
        PlanRow("yaya1", 1, title, audience=title, when=title, result=title, links=(title,))
        for title in HOSTILE
    )
    worst = tuple(value(indicator(f"Х{at}", title), 50.0) for at, title in enumerate(HOSTILE))
    project = replace(PROJECT, name=HOSTILE[0] + HOSTILE[1])
    return overview(
        project=project,
        assessment=assessment,
        plan_rows=rows,
        indicators=worst,
        plans=(replace(PLAN, directions=(Direction(1, HOSTILE[6], 2),)),),
    )


def crowded(number: int = 11) -> Overview:
    """Return so many centres, none of which did anything of what it should."""
    centers = tuple(
        replace(PROJECT.centers[0], id=f"c{at}", name=f"МБОУ «Краснознаменская СОШ №{at}»")
        for at in range(number)
    )
    sample = next(one for one in ASSESSMENT.verdicts if one.status is Status.MISSED)
    title = "Методическое сопровождение заполнения карт ресурсов Центров образования"
    late = [
        replace(
            sample,
            occurrence=replace(
                sample.occurrence,
                key=f"А{event}@{center.id}",
                center_id=center.id,
                event=replace(
                    sample.occurrence.event, key=f"А{event}", code=f"А{event}", title=title
                ),
            ),
        )
        for center in centers
        for event in range(8)
    ]
    of_network = [
        replace(
            sample,
            occurrence=replace(
                sample.occurrence,
                key=f"Н{at}",
                center_id=None,
                event=replace(sample.occurrence.event, key=f"Н{at}", code=f"Н{at}", title=title),
            ),
        )
        for at in range(12)
    ]
    silent = tuple(
        CenterActivity(one, CenterState.INACTIVE, reason("Молчит", "давно"), TODAY, 81)
        for one in centers
    )
    moved = ASSESSMENT.moved * 10
    assessment = replace(
        ASSESSMENT, verdicts=(*late, *of_network), centers=silent, moved=moved, extra=()
    )
    plans = tuple(replace(PLAN, center_id=one.id) for one in centers)
    maps = tuple(replace(MAPS[0], center=one) for one in centers)
    return overview(
        project=replace(PROJECT, centers=centers),
        assessment=assessment,
        findings=(),
        plans=plans,
        maps=maps,
        indicators=(),
        plan_rows=(),
    )
