"""Places, problems and failures in words."""

from __future__ import annotations

import pytest
from telling_sample import reason

from miro_sync.errors import SettingsError
from miro_sync.messages import catalogue
from miro_sync.model import Place, Problem, Severity
from miro_sync.telling.failures import failure, place, problem

RU, EN = catalogue("ru"), catalogue("en")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (
            Place("Мониторинг.xlsx", sheet="План", cell="D14"),
            "Мониторинг.xlsx, лист «План», ячейка D14",
        ),
        (Place("calendar.csv", cell="7"), "calendar.csv, строка 7"),
        (Place("project.toml", cell="7:3"), "project.toml, строка 7, знак 3"),
        (Place("project.toml", key="[project] timezone"), "project.toml, [project] timezone"),
        (Place("board"), "доска"),
        (Place("", sheet="План", cell="D14"), "лист «План», ячейка D14"),
        (Place("tables", sheet="\x1b[31mПлан"), "таблица, лист «[31mПлан»"),
    ],
)
def test_a_place_is_said_as_whoever_opens_it_would(where: Place, said: str) -> None:
    assert place(where, RU) == said


def test_a_place_in_english() -> None:
    assert place(Place("a.xlsx", sheet="Plan", cell="D14"), EN) == "a.xlsx, sheet “Plan”, cell D14"


def test_a_problem_has_its_place_in_front() -> None:
    fault = Problem(reason("ошибка формулы", "#REF!"), Place("a.xlsx", cell="D14"))
    assert problem(fault, RU) == "a.xlsx, ячейка D14: ошибка формулы: #REF!"


def test_a_problem_without_a_place_is_only_its_sentence() -> None:
    assert problem(Problem(reason("ошибка", "где-то")), RU) == "ошибка: где-то"


def test_a_warning_is_named_one() -> None:
    fault = Problem(reason("ошибка", "мелкая"), severity=Severity.WARNING)
    assert problem(fault, RU) == "Внимание: ошибка: мелкая"


def test_a_failure_tells_every_mistake_on_its_own_line() -> None:
    error = SettingsError(
        reason("Настройки не годятся", "ошибок 2"),
        (
            Problem(
                reason("нет такого пояса", "Кузбасс"),
                Place("project.toml", key="[project] timezone"),
            ),
            Problem(reason("повтор", "yaya1"), Place("centers.toml", cell="12:1")),
        ),
    )
    assert failure(error, RU).splitlines() == [
        "Настройки не годятся: ошибок 2",
        "  project.toml, [project] timezone: нет такого пояса: Кузбасс",
        "  centers.toml, строка 12, знак 1: повтор: yaya1",
    ]
