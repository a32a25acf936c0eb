"""What `resources` and `coverage` show, through the command line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from telling_sample import PROJECT, Covered, FakeApp, Mapped
from test_cli import invoke

from miro_sync.cli import run
from miro_sync.coverage import Direction, PlanCoverage
from miro_sync.model import Place, Problem, say
from miro_sync.resource_map import CellFault, CenterMap

FIRST, SECOND = PROJECT.centers[:2]
SINCE = dt.date(2023, 8, 31)
FAULT = CellFault(
    Place("т.xlsx", "Карта ресурсов", "D7"),
    "Ноутбуков",
    say("resources.blank"),
    say("worksheets.number_low_high", low="0", high="500"),
)
MISSING = CellFault(None, "", say("resources.no_row", sheet="Карта ресурсов"))
MAPPED = Mapped(
    PROJECT,
    since=SINCE,
    centers=(CenterMap(FIRST, 10, 11, (FAULT,)), CenterMap(SECOND, 11, 11)),
)
PLAN = PlanCoverage(
    FIRST.id,
    "План",
    (
        Direction(1, "Конкурсы", 3, {(2021, 9): 2}, 1, Place("т.xlsx", "План", "2")),
        Direction(2, "Форумы"),
    ),
)
COVERED = Covered(PROJECT, plans=(PLAN, replace(PLAN, center_id=None, sheet="Общий")))


def test_each_centre_reads_how_many_cells_are_right_and_which_are_not() -> None:
    result = invoke("resources", app=FakeApp(mapped=MAPPED))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("Карта ресурсов: всё верно у 1 центра из 2.")
    told = " ".join(result.stdout.split())
    assert f"{FIRST.name}: заполнено верно 10 из 11" in told
    assert "ячейка D7, «Ноутбуков»: пусто. Нужно: число от 0 до 500." in told
    assert f"{SECOND.name}: заполнено верно 11 из 11" in told


def test_a_centre_alone_is_shown_alone_and_flags_alone() -> None:
    result = invoke("resources", "--center", SECOND.id, app=FakeApp(mapped=MAPPED))
    assert result.exit_code == 0
    assert FIRST.name not in result.stdout
    assert invoke("resources", "--center", "нет", app=FakeApp(mapped=MAPPED)).exit_code == 2


def test_the_resource_map_for_programs_holds_addresses() -> None:
    found = replace(MAPPED, centers=(*MAPPED.centers, CenterMap(FIRST, 0, 11, (MISSING,))))
    told = json.loads(invoke("resources", "--format", "json", app=FakeApp(mapped=found)).stdout)
    assert told["schema"] == "miro-sync/resources/1"
    assert (told["complete"], told["since"]) == (True, "2023-08-31")
    first, second, third = told["centers"]
    assert first["faults"] == [
        {
            "source": "т.xlsx",
            "sheet": "Карта ресурсов",
            "cell": "D7",
            "url": None,
            "column": "Ноутбуков",
            "wrong": "пусто.",
            "expected": "число от 0 до 500",
        }
    ]
    assert (second["id"], second["right"], second["faults"]) == (SECOND.id, 11, [])
    assert third["faults"][0]["cell"] is None


def test_the_resource_map_as_csv_has_a_row_for_each_wrong_cell_and_each_good_centre() -> None:
    text = invoke("resources", "--format", "csv", app=FakeApp(mapped=MAPPED)).stdout
    header, first, second = csv.reader(io.StringIO(text), delimiter=";")
    assert header[:3] == ["Центр", "Верно", "Всего"]
    assert first[1:5] == ["10", "11", "т.xlsx, лист «Карта ресурсов», ячейка D7", "Ноутбуков"]
    assert second[-1] == SECOND.id


def test_a_table_that_was_not_read_whole_is_told_so() -> None:
    for command, app in (
        ("resources", FakeApp(mapped=replace(MAPPED, complete=False))),
        ("coverage", FakeApp(covered=replace(COVERED, complete=False))),
    ):
        result = invoke(command, app=app)
        assert result.exit_code == 3
        assert "Прочитано не полностью" in result.stdout


def test_the_empty_directions_of_a_plan_stand_at_its_head() -> None:
    fault = Problem(say("worksheets.not_a_day"), Place("т.xlsx", "План", "D4"))
    result = invoke("coverage", app=FakeApp(covered=replace(COVERED, problems=(fault,))))
    assert result.exit_code == 0
    assert f"{FIRST.name}: пустые направления: 2 (из 2)" in result.stdout
    assert "лист «Общий»: пустые направления: 2 (из 2)" in result.stdout
    assert "1. Конкурсы: 3 мероприятия: сентябрь 2021 — 2, без дат — 1" in result.stdout
    assert "2. Форумы: пусто" in result.stdout
    assert "ячейка D4" in result.stderr


def test_the_coverage_map_for_programs_has_the_months() -> None:
    told = json.loads(invoke("coverage", "--format", "json", app=FakeApp(covered=COVERED)).stdout)
    assert told["schema"] == "miro-sync/coverage/1"
    assert [plan["center"] for plan in told["plans"]] == [FIRST.id, None]
    assert told["plans"][0]["empty"] == [2]
    assert told["plans"][0]["directions"][0]["months"] == {"2021-09": 2}
    text = invoke("coverage", "--format", "csv", app=FakeApp(covered=COVERED)).stdout
    header, first, *_ = csv.reader(io.StringIO(text), delimiter=";")
    assert header[-1] == "2021-09"
    assert first[2:] == ["1", "Конкурсы", "3", "1", "2"]


def test_plans_without_a_gap_and_no_plans_have_words_of_their_own() -> None:
    full = replace(PLAN, directions=PLAN.directions[:1])
    said = invoke("coverage", app=FakeApp(covered=Covered(PROJECT, plans=(full,)))).stdout
    assert "заполнены все направления (1)" in said
    assert "не нашлось" in invoke("coverage", app=FakeApp(covered=Covered(PROJECT))).stdout


# --- from files -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project.toml").write_text(
        '[project]\nname = "Проба"\ntimezone = "Asia/Novokuznetsk"\nstart = 2023-01-01\n'
        'end = 2023-12-31\n[tables]\nsource = "t"\n',
        "utf-8",
    )
    (tmp_path / "centers.toml").write_text(
        '[[center]]\nid = "yaya-1"\nname = "Яйская ООШ №1"\n', "utf-8"
    )
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "Карта ресурсов.csv").write_text(
        "Центр;Дата обновления;Направленность;Обучающихся 8-9 классов;Педагогов;Кабинетов;"
        "Ноутбуков;Комплектов по физике;Комплектов по химии;Комплектов по биологии;"
        "Ссылка на страницу центра\n"
        "Яйская ООШ №1;12.10.2022;естественно-научная;45 уч-ся;4;3;десять;1;1;1;https://vk.com/a\n",
        "utf-8",
    )
    return tmp_path


def test_nine_of_eleven_cells_are_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["resources", "--format", "json", "--config", str(folder)])
    (center,) = json.loads(capsys.readouterr().out)["centers"]
    assert code == 1
    assert (center["right"], center["total"]) == (9, 11)
    assert [fault["cell"] for fault in center["faults"]] == ["B2", "G2"]


def test_without_the_worksheet_its_name_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "t" / "Карта ресурсов.csv").rename(folder / "t" / "Лист1.csv")
    assert run(["resources", "--config", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "«карта ресурсов»" in said
    assert "«Лист1»" in said


def test_without_a_table_the_way_to_one_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(text.split("[tables]")[0], "utf-8")
    for command in ("resources", "coverage"):
        assert run([command, "--config", str(folder)]) == 2
        assert "[tables] source" in capsys.readouterr().err


def test_the_map_is_judged_as_if_today_were_another_day(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    since = {}
    for day in ("2023-09-05", "2023-11-20"):
        run(["resources", "--format", "json", "--on", day, "--config", str(folder)])
        since[day] = json.loads(capsys.readouterr().out)["since"]
    assert since == {"2023-09-05": "2023-01-01", "2023-11-20": "2023-08-31"}


def test_the_map_that_nobody_described_is_told_so(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tables.toml").write_text("[monitoring]\nmonths = [3]\n", "utf-8")
    assert run(["resources", "--config", str(folder)]) == 2
    assert 'kind = "resources"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('type = "number"\nlow = 5\nhigh = 1', "нижняя граница"),
        ("fresh = true", "только для столбца с датой"),
        ('type = "choice"', "перечислите допустимые значения"),
        ('type = "цифра"', "type"),
        ("colour = 1", "colour"),
        ('[[worksheet.column]]\nkey = "a"\nheaders = ["Б"]', "описан дважды"),
        (
            '[[worksheet]]\nkind = "x"\ntitle = "Y"\nsheets = ["y"]\ncolumn = []',
            "описан дважды",
        ),
    ],
)
def test_mistakes_in_the_description_are_told_with_their_line(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, key: str
) -> None:
    start = '[[worksheet]]\nkind = "x"\ntitle = "X"\nsheets = ["x"]\n'
    column = '[[worksheet.column]]\nkey = "a"\nheaders = ["А"]\n'
    (folder / "tables.toml").write_text(start + column + text + "\n", "utf-8")
    assert run(["resources", "--config", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "tables.toml, строка" in said
    assert key in said
