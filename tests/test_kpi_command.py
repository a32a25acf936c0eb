"""`kpi` through the real program, and what is remembered of indicators between runs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import sqlalchemy as sa

from miro_sync import sync
from miro_sync.app.building import declared_by, doors_of
from miro_sync.app.overviews import overview
from miro_sync.cli import run
from miro_sync.memory import SqlMemory, schema
from miro_sync.model import IndicatorState, TablesSnapshot
from miro_sync.settings import load
from miro_sync.telling.indicators import STANDINGS

if TYPE_CHECKING:
    from miro_sync.model import IndicatorValue
    from miro_sync.ports import TablesSource
    from miro_sync.sync import Outcome

pytestmark = pytest.mark.usefixtures("engines_let_go")

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "docs" / "kpi.schema.json").read_text("utf-8"))
TODAY = dt.date(2023, 9, 5)
ON = ("--on", "2023-09-05")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "образец"
    shutil.copytree(ROOT / "miro_sync" / "sample", target)
    return target


def kpi(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = run(["kpi", *options, "--config", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def document(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(kpi(folder, capsys, *ON, "--format", "json", *options)[1])
    return told


def edit(folder: Path, sheet: str, cell: str, value: float | None) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    book[sheet][cell] = value
    book.save(folder / "tables.xlsx")


# --- what is told -------------------------------------------------------------------------------


def test_the_answer_keeps_its_published_schema(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    checker = validator(SCHEMA, format_checker=validator.FORMAT_CHECKER)
    for options in ((), ("K11.1",), ("--center", "ishim"), ("--against", "2023-06-01")):
        checker.validate(document(folder, capsys, *options))
    (folder / "tables.xlsx").unlink()
    checker.validate(document(folder, capsys))


def test_the_table_fits_eighty_columns_and_counts_the_standings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told, _ = kpi(folder, capsys, *ON)

    assert code == 1
    assert max(map(len, told.splitlines())) < 80
    assert "отстаёт — 5, не собран — 1, неполно — 3, достигнут — 4" in " ".join(told.split())
    assert "K11.2 Средний балл" in told
    assert "по пути к цели нужно 20,9" in told
    assert "18,3 % к 21,9" in told
    assert "лист «Педагоги», ячейка C6" in told


def test_one_indicator_is_told_in_full(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told, _ = kpi(folder, capsys, "k11.2", *ON)

    assert code == 1
    for said in (
        "Сейчас: 19,9 (балл), на 05.09.2023. Отстаёт.",
        "взвешенное по столбцу",
        "2022: 19,3",
        "лист «Результаты ОГЭ», строка 16",
        "Посчитано: среднее по 24",
    ):
        assert said in told


def test_a_card_behind_a_number_has_its_link(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "https://miro.com/app/board/" in kpi(folder, capsys, "K2", *ON)[1]


def test_an_indicator_that_is_not_declared_is_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told, err = kpi(folder, capsys, "K99")

    assert (code, told) == (2, "")
    assert "«K99»" in err
    assert "K1, K2" in err


def test_an_unflagged_answer_leaves_with_zero(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kpi(folder, capsys, "K17", *ON)[0] == 0
    assert kpi(folder, capsys, *ON, "--exit-zero")[0] == 0


def test_an_unread_source_leaves_with_its_own_code_and_raises_no_flag_on_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tables.xlsx").unlink()
    code, told, err = kpi(folder, capsys, *ON, "--format", "json")
    found = {one["id"]: one for one in json.loads(told)["indicators"]}

    assert code == 3
    assert "tables.xlsx" in err
    assert found["K11.1"]["state"] == found["K10"]["state"] == "unknown"
    assert not any(one["behind"] for one in found.values())


def test_small_counts_of_people_are_hidden_outside_of_their_centre(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (physics,) = document(folder, capsys, "K11.1")["indicators"]
    hidden = [one for one in physics["parts"] if one["denominator"] == "<5"]
    assert [(one["center"], one["numerator"]) for one in hidden] == [("yaya-3", "<5")]
    assert "Яйская ООШ №3: скрыто: меньше 5 человек" in kpi(folder, capsys, "K11.1", *ON)[1]
    own = document(folder, capsys, "K11.1", "--center", "yaya-3")["indicators"][0]["parts"]
    assert [(one["numerator"], one["denominator"]) for one in own] == [(17, 4)]
    (groups,) = document(folder, capsys, "K6")["indicators"]
    assert all(one["denominator"] != "<5" for one in groups["parts"])  # groups are no people


def test_a_centre_gets_only_its_own_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = document(folder, capsys, "--center", "ulanovka")
    assert {part["center"] for one in told["indicators"] for part in one["parts"]} == {"ulanovka"}
    said = kpi(folder, capsys, *ON, "--center", "ulanovka")[1]
    assert "K2" in said
    assert "Яйская" not in said
    assert kpi(folder, capsys, "--center", "нет")[0] == 2


def test_the_csv_opens_in_excel(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = kpi(folder, capsys, *ON, "--format", "csv")[1]
    head, *lines = csv.reader(io.StringIO(told), delimiter=";")
    by_id = {line[0]: dict(zip(head, line, strict=True)) for line in lines}

    assert len(lines) == 29
    assert by_id["K11.2"]["Значение"] == "19,9"
    assert by_id["K11.2"]["Отставание"] == "1"
    assert by_id["K10"]["Значение"] == ""
    assert by_id["K10"]["Состояние"] == "не собран"


def test_english_is_spoken_where_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = kpi(folder, capsys, "--lang", "en", *ON)[1]

    assert "behind by 1.0: on the way to the target it should be 20.9" in " ".join(told.split())
    assert document(folder, capsys)["summary"].keys() == set(STANDINGS)


def test_doctor_says_once_where_the_documents_numbers_disagree(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["doctor", "--config", str(folder)])
    told = " ".join(capsys.readouterr().out.split())

    assert told.count("K11.3: обещан прирост не менее 20 %") == 1
    assert "Показатели описаны: 29." in told
    assert "лист «Педагоги», ячейка C6: здесь нужно число" in told


def test_the_real_settings_disagree_in_four_places(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("board.json", "tables.xlsx"):
        (folder / name).unlink()
    shutil.copy(ROOT / "config" / "kpi.toml", folder / "kpi.toml")
    warned = {one["id"]: len(one["warnings"]) for one in document(folder, capsys)["indicators"]}

    assert {name: count for name, count in warned.items() if count} == {
        "K11.1": 1,
        "K11.2": 1,
        "K11.3": 2,
    }


def test_a_project_without_indicators_says_how_to_declare_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kpi.toml").unlink()

    code, told, _ = kpi(folder, capsys, *ON)
    assert code == 0
    assert "kpi.toml" in told


# --- what is remembered -------------------------------------------------------------------------


class _Counted:
    """A table that counts how often it is read."""

    def __init__(self, door: TablesSource) -> None:
        self._door, self.reads = door, 0

    def read(self) -> TablesSnapshot:
        self.reads += 1
        return self._door.read()


class World:
    """The sample, looked at on days of one's own choice."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.reads = folder, url, 0

    def look(self, day: dt.date, *, keep: bool = False, **asked: Any) -> Outcome:  # noqa: ANN401 - options of `look`
        settings = load(self.folder)
        now = dt.datetime.combine(day, dt.time(1), dt.UTC)
        doors = doors_of(settings, now)
        assert doors.tables is not None
        door = _Counted(doors.tables)
        doors = replace(doors, tables=door)
        memory = SqlMemory(self.url, as_of=asked.get("as_of"))
        try:
            outcome = sync.look(
                settings.project, doors, memory, today=day, declared=declared_by(settings), **asked
            )
            self.reads = door.reads
            return sync.keep(outcome, memory, now=now, program="0") if keep else outcome
        finally:
            memory.close()

    def value(self, name: str, day: dt.date, **asked: Any) -> IndicatorValue:  # noqa: ANN401 - as above
        return next(one for one in self.look(day, **asked).indicators if one.indicator.id == name)

    def rows(self) -> int:
        engine = sa.create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
        try:
            with engine.connect() as connection:
                count = sa.select(sa.func.count()).select_from(schema.measure)
                return connection.scalar(count) or 0
        finally:
            engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, folder: Path) -> World:
    url = f"sqlite:///{folder / 'a.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    return World(folder, url)


def test_an_unchanged_run_stores_nothing_anew(world: World) -> None:
    world.look(TODAY, keep=True)
    stored = world.rows()
    world.look(TODAY, keep=True)

    assert stored > 29
    assert world.rows() == stored


def test_the_table_is_read_once_a_run(world: World) -> None:
    world.look(TODAY, keep=True)
    assert world.reads == 1


def test_without_reading_the_answer_is_the_same(world: World) -> None:
    online = world.look(TODAY, keep=True)
    offline = world.look(TODAY, offline=True)

    assert world.reads == 0
    assert [(one.indicator.id, one.state, one.value, one.unknown, one.parts, one.problems)
            for one in offline.indicators] == [
            (one.indicator.id, one.state, one.value, one.unknown, one.parts, one.problems)
            for one in online.indicators]  # fmt: skip
    assert offline.measures.maps == online.measures.maps
    assert offline.measures.plans == online.measures.plans


def test_a_past_day_answers_with_what_was_known_then(world: World) -> None:
    earlier, later = dt.date(2023, 8, 29), TODAY
    edit(world.folder, "Результаты ОГЭ", "E14", 10.0)
    was = world.look(earlier, keep=True)
    shutil.copy(ROOT / "miro_sync" / "sample" / "tables.xlsx", world.folder / "tables.xlsx")
    world.look(later, keep=True)

    then = {one.indicator.id: one.value for one in was.indicators}
    assert world.value("K11.1", earlier, as_of=earlier).value == then["K11.1"]
    assert world.value("K11.1", later, as_of=later).value != then["K11.1"]


def test_the_trend_is_that_of_earlier_runs(world: World) -> None:
    world.look(dt.date(2023, 3, 20), keep=True)
    edit(world.folder, "Планы центров", "E9", None)
    now = world.value("K1", TODAY)

    assert [point.day for point in now.trend] == [dt.date(2023, 3, 20), TODAY]
    assert now.before is not None
    assert now.before.day == dt.date(2023, 3, 20)


def test_a_table_that_cannot_be_read_leaves_the_last_values_with_their_day(world: World) -> None:
    world.look(dt.date(2023, 8, 1), keep=True)
    (world.folder / "tables.xlsx").unlink()
    value = world.value("K4", TODAY)

    assert (value.state, value.value) == (IndicatorState.PARTIAL, 87.5)
    assert value.as_of == dt.date(2023, 8, 1)
    assert not value.behind
    assert world.value("K10", TODAY).state is IndicatorState.UNKNOWN


def test_a_run_that_could_not_read_the_table_takes_nothing_away(world: World) -> None:
    world.look(dt.date(2023, 8, 1), keep=True)
    stored = world.rows()
    (world.folder / "tables.xlsx").unlink()
    world.look(TODAY, keep=True)

    assert world.rows() == stored


def test_a_formula_that_was_changed_is_not_compared_with_its_past(world: World) -> None:
    world.look(dt.date(2023, 8, 1), keep=True)
    path = world.folder / "kpi.toml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('formula = "held_share"', 'events = ["D02"]\nformula = "held_share"'), "utf-8"
    )
    value = world.value("K1", TODAY)

    assert [point.day for point in value.trend] == [TODAY]


def test_no_address_of_a_centre_is_remembered(world: World) -> None:
    centers = world.folder / "centers.toml"
    text = centers.read_text("utf-8")
    centers.write_text(text.replace('email = ""', 'email = "head@example.org"', 1), "utf-8")
    world.look(TODAY, keep=True)
    memory = SqlMemory(world.url)
    try:
        kept = memory.measures()
    finally:
        memory.close()

    assert kept.maps is not None
    assert len(kept.maps) == 8
    assert {(one.center.email, one.center.name) for one in kept.maps} == {(None, "")}


def test_purging_lets_go_of_old_measures_and_keeps_the_current_ones(world: World) -> None:
    world.look(dt.date(2023, 3, 20), keep=True)
    world.look(TODAY, keep=True)
    memory = SqlMemory(world.url)
    try:
        stored = world.rows()
        memory.purge(TODAY)
        health = memory.examine()
        past = memory.past_values()
    finally:
        memory.close()

    assert world.rows() < stored
    assert health is not None
    assert health.faults == ()
    assert {one.day for values in past.values() for one in values} == {TODAY}
    assert len(world.look(TODAY, offline=True).indicators) == 29


def test_the_overview_carries_indicators_maps_and_plans(folder: Path) -> None:
    run(["sync", "--config", str(folder)])
    told = overview(folder, offline=True)

    assert len(told.indicators) == 29
    assert len(told.maps) == 8
    assert all(one.center.name for one in told.maps)


def test_any_day_may_be_compared_with(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = document(folder, capsys, "K11.1", "--against", "2022-12-31")["indicators"][0]
    assert told["against"] == {"day": "2022-12-31", "value": 14.8, "label": "2022"}
    nothing = document(folder, capsys, "K11.1", "--against", "2021-12-31")["indicators"][0]
    assert nothing["against"] is None
    assert "2022: 14,8" in kpi(folder, capsys, "K11.1", *ON, "--against", "2022-12-31")[1]
    assert "данных не было" in kpi(folder, capsys, *ON, "--against", "2021-12-31")[1]
