"""`init`: a new project folder."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from pathlib import Path

import pytest

from miro_sync.errors import SettingsError
from miro_sync.messages import catalogue
from miro_sync.settings import load
from miro_sync.settings.schema import ProjectFile
from miro_sync.setup import FILES, init

RU = catalogue("ru")


def test_a_new_folder_loads_without_a_mistake(tmp_path: Path) -> None:
    folder = tmp_path / "новый" / "проект"

    written = init(folder)

    assert written == tuple(folder / name for name in FILES)
    settings = load(folder)
    assert settings.problems == ()
    assert settings.board_source is None
    assert settings.tables_source is None
    assert settings.calendar_source.path.is_file()
    assert len(settings.project.centers) == 2
    assert settings.indicators


def test_the_new_calendar_opens_in_excel_and_has_the_documented_columns(tmp_path: Path) -> None:
    content = init(tmp_path)[2].read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header == [
        "Код",
        "Задача",
        "Мероприятие",
        "Сроки реализации",
        "Ответственные",
        "Участники",
        "Ожидаемый результат",
        "Охват",
    ]
    assert [row[-1] for row in rows] == ["сеть", "каждый центр"]


def test_every_section_of_the_settings_is_shown_in_the_sample(tmp_path: Path) -> None:
    init(tmp_path)

    text = (tmp_path / "project.toml").read_text("utf-8")

    for section in ProjectFile.model_fields:
        assert re.search(rf"^(# )?\[\[?{section}\]", text, re.MULTILINE), section


def test_what_is_commented_out_in_the_sample_is_right_too(tmp_path: Path) -> None:
    init(tmp_path)
    for name in ("project.toml", "centers.toml", "kpi.toml"):
        file = tmp_path / name
        lines = []
        for line in file.read_text("utf-8").split("\n"):
            is_example = re.match(r"# (\[|[a-z_]+ = )", line)
            is_second_value = name == "project.toml" and line.startswith("# source")
            lines.append(line[2:] if is_example and not is_second_value else line)
        file.write_text("\n".join(lines), "utf-8")

    settings = load(tmp_path)

    assert settings.mail is not None
    assert settings.project.special_days
    assert settings.project.centers[1].pauses
    assert len(settings.indicators) == 2
    assert tomllib.loads("source = 'C:\\Документы\\план.xlsx'")


def test_nothing_is_overwritten_and_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    mine = tmp_path / "centers.toml"
    mine.write_text("# моё", "utf-8")
    (tmp_path / "заметки.txt").write_text("", "utf-8")

    with pytest.raises(SettingsError) as caught:
        init(tmp_path)

    assert [problem.place.source for problem in caught.value.problems if problem.place] == [
        "centers.toml"
    ]
    assert "1 файл настроек" in RU.tell(caught.value.message)
    assert mine.read_text("utf-8") == "# моё"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["centers.toml", "заметки.txt"]


def test_other_files_in_the_folder_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "заметки.txt").write_text("", "utf-8")

    assert len(init(tmp_path)) == len(FILES)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "проект"
    file.write_text("", "utf-8")

    with pytest.raises(SettingsError) as caught:
        init(file)

    assert "это файл" in RU.tell(caught.value.message)


def test_a_folder_that_cannot_be_made_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "файл").write_text("", "utf-8")

    with pytest.raises(SettingsError) as caught:
        init(tmp_path / "файл" / "проект")

    assert "Не удалось создать" in RU.tell(caught.value.message)


def test_a_half_written_folder_is_taken_back(tmp_path: Path) -> None:
    # A dangling link does not exist for a look, but stands in the way of the writing.
    (tmp_path / "kpi.toml").symlink_to(tmp_path / "нет" / "нигде")

    with pytest.raises(SettingsError):
        init(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["kpi.toml"]


def test_the_written_worksheets_are_those_that_hold_without_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "проект"
    written = init(folder)
    assert folder / "tables.toml" in written
    with_file = load(folder)
    (folder / "tables.toml").unlink()

    without = load(folder)

    assert (with_file.sheet_kinds, with_file.monitoring) == (
        without.sheet_kinds,
        without.monitoring,
    )
    shown = Path(__file__).parents[1] / "config" / "tables.toml"
    assert shown.read_bytes() == init(tmp_path / "ещё")[4].read_bytes()
