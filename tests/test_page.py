"""What the page says, how it is guarded, and where `report html` puts it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from overview_sample import FULL, K7, K11, WEEK_AGO
from page_parts import Node, parts
from telling_sample import (
    ASSESSMENT,
    CALM,
    CARDS,
    CONFERENCE,
    PROJECT,
    occurrence,
    of,
    reason,
    verdict,
)

from miro_sync.app import reports
from miro_sync.cli import run
from miro_sync.commands import report
from miro_sync.messages import LANGUAGES, catalogue
from miro_sync.model import EventCalendar, Finding, FindingState, Question, SourceState, Status
from miro_sync.overview import Overview
from miro_sync.privacy import without_people
from miro_sync.reports.drawing import scale, time_line
from miro_sync.reports.page import render
from miro_sync.telling import answer

RU, EN = catalogue("ru"), catalogue("en")
EMPTY = EventCalendar((), ())


def page(overview: Overview = FULL, *, center: str | None = None, language: str = "ru") -> Node:
    return parts(render(overview, catalogue(language), center=center))


def section(name: str, overview: Overview = FULL, center: str | None = None) -> str:
    return page(overview, center=center).one("section", id=name).text


# --- what it says


def test_the_first_part_is_what_needs_attention_in_the_order_and_words_of_the_terminal() -> None:
    told = section("attention").split("Тихие центры")[0].replace(" ", " ")
    filters = told.index("Отбор")
    after = told.index("× нет следа")
    assert (told[:filters] + told[after:]).strip() == (
        "Требует внимания\n"
        "Точка роста среднего балла, 01.06.2023. Требует внимания: нет следа — 2, не отмечено — 1,"
        " перенос без решения — 1.\n"
        "Остальное: проведено — 1, идёт — 2, ждёт отметки — 1, скоро — 1, запланировано — 2, нужно"
        " уточнить — 1, нет данных — 1, срок не понятен — 1, отменено — 1.\n"
        "С прошлой проверки: новых — 1, закрыто — 1.\n"
        "× нет следа А1 Методическое сопровождение заполнения карт ресурсов Центров образования"
        " «Точка роста» новое\n"
        "5 из 8, нет: Марьевская ООШ, Новониколаевская ООШ; не отмечено: Ишимская ООШ; ждали до"
        " 07.03.2023\n"
        "янв–фев 2023 · прошло 86 дней\n"
        "× нет следа Разработка показателей оценки эффективности сетевого взаимодействия\n"
        "Не нашлось ни карточки, ни строки таблицы: ждали до 07.03.2023, прошло 86 дней\n"
        "янв–фев 2023 · прошло 86 дней\n"
        "○ не отмечено Б3 VIII муниципальная научно-практическая конференция исследовательских"
        " работ обучающихся 5-9 классов\n"
        "Нет отметки о проведении: карточка «НПК 5-9 классы» в рамке «Яйская 3»; ждали до"
        " 07.04.2023, прошло 55 дней\n"
        "март 2023 · прошло 55 дней открыть карточку\n"
        "Перенос без решения (1): нужно слово руководителя\n"
        "Б4 Муниципальный методический день Центров образования «Точка роста» (педагоги)\n"
        "на карточке 12.05.2023, по плану апрель 2023\n"
        "открыть карточку\n"
        "Нужно уточнить (1): о каком мероприятии карточка?\n"
        "Мастер класс цифр. лаборатория\n"
        "Кайлинская ООШ, 20.04.2023\n"
        "похоже на: Г5 Мастер-класс «Цифровая лаборатория» (апрель 2023)\n"
        "похоже на: В1 Форум Центров образования «Точка роста» (июнь 2024)\n"
        "похоже на: Б4 Муниципальный методический день Центров образования «Точка роста»"
        " (педагоги) (апрель 2023)\n"
        "открыть карточку\n"
        "Срок не понятен (1): когда это должно пройти?\n"
        "Г1 Совещание руководителей центров\n"
        "в календаре написано: «Ноябрь, ма»"
    )


def test_an_event_opens_to_its_reason_its_cards_and_what_the_calendar_says() -> None:
    row = page().one("details", id="event-Б3")
    told = row.text
    assert "Срок в календаре Март 2023г" in told.replace("\n", " ")
    assert "Ответственные Методист" in told.replace("\n", " ")
    (opened,) = row.all("a")
    assert opened.attributes["href"] == CARDS["1004"].url
    assert opened.attributes["rel"] == "noopener noreferrer"
    moved = page().one("details", id="event-Г2").text.replace("\n", " ")
    assert "Решения перенос, Г2, 29.05–03.06.2023, 20.05.2023, по решению директора" in moved


def test_centres_that_share_a_reason_stand_together_and_each_finds_its_card() -> None:
    row = page().one("details", id="event-А1")
    reasons = [one.text for one in row.one("ul", class_="reasons").all("li")]
    assert reasons[0].startswith("× нет следа Марьевская ООШ, Новониколаевская ООШ.")
    assert reasons[1].startswith("○ не отмечено Ишимская ООШ.")
    held = [one for one in reasons if one.startswith("✓ проведено")]
    assert len(held) == 3  # two with a card each, three centres with the same row
    assert "Яйская ООШ №3, Кайлинская ООШ, Улановская ООШ" in held[2]


def test_the_numbers_are_those_of_the_answer_for_programs() -> None:
    told = answer.check(FULL.assessment, FULL.findings, FULL.project, RU)["summary"]
    shown = {
        row.attributes["data-status"]: int(row.all("td")[-1].text)
        for row in page().all("tr")
        if "data-status" in row.attributes
    }
    assert shown == {
        status: number for status, number in told.items() if number and status != "inactive_centers"
    }


def test_every_cell_of_the_table_says_its_status_in_a_word_beside_the_sign() -> None:
    table = page().one("table", class_="matrix")
    (row,) = [one for one in table.all("tr") if one.attributes.get("data-row") == "event-А1"]
    assert [cell.text for cell in row.all("td")] == [
        "", "✓проведено", "✓проведено", "✓проведено", "○не отмечено", "✓проведено", "✓проведено",
        "×нет следа", "×нет следа",
    ]  # fmt: skip


def test_weeks_show_what_was_contributed_and_which_are_excused() -> None:
    heat = page().one("table", class_="heat")
    (row,) = [one for one in heat.all("tr") if "Яйская ООШ №1" in one.text]
    cells = row.all("td")
    assert len(cells) == 22
    assert cells[0].attributes["class"] == "soff"
    assert cells[1].attributes == {
        "class": "s2", "title": "неделя с 09.01.2023: вклад — 3, по плану — 0",
    }  # fmt: skip
    assert cells[17].attributes["title"].startswith("неделя с 01.05.2023, каникулы или пауза")


def test_indicators_show_value_target_change_and_what_stands_behind_them() -> None:
    told = section("indicators").replace("\u00a0", " ")
    assert "93,2 %" in told
    assert "93,2 % отстаёт ↑ +2,2 п. п., лучше" in told
    assert "41 из 44; неизвестно: 1; отставание 6,8 п. п.; было 91 % (неделю назад)" in told
    assert "100 % достигнут" in told
    assert "16,2 в пути" in told
    assert "регион 22,5" in told
    assert "Цель и прирост расходятся: 17,8 — это +20,27 %" in told
    assert "не собран" in told
    assert "41 из 44" in told


def test_small_groups_of_people_are_hidden_and_their_shares_too() -> None:
    told = section("indicators").replace("\u00a0", " ")
    assert "скрыто: меньше 5 человек" in told
    assert "75" not in told  # three of four
    assert "Ишимская ООШ: <5 из <5" in told
    assert "Яйская ООШ №1: 27 из 28 = 96,4 %" in told
    few = replace(K11, denominator=4)
    assert "16,2" not in section("indicators", replace(FULL, indicators=(few, K7)))


def test_the_plans_name_their_empty_directions_and_the_map_its_faulty_cells() -> None:
    assert "№ 2" in section("plans")
    assert "янв 2023" in section("plans")
    assert "Яйская СОШ №2: заполнено верно 10 из 11" in section("maps")
    assert "лист «Карта ресурсов», ячейка D3" in section("maps")


def test_decisions_in_force_are_counted_and_told_and_those_taken_back_are_not() -> None:
    told = section("sources")
    assert "отмена — 1, перенос — 1" in told
    assert "Все решения (2)" in told
    assert "карантин" in told


def test_the_change_since_last_week_is_said_where_the_history_reaches_back() -> None:
    told = section("attention", replace(FULL, earlier=WEEK_AGO))
    assert "Неделю назад требовали внимания: нет следа — 1, перенос без решения — 1." in told
    assert "Неделю назад" not in section("attention")


def test_what_was_late_before_the_first_run_is_set_aside_and_not_an_alarm() -> None:
    aside = Finding(
        "missed:x", "missed", ASSESSMENT.verdicts[9].occurrence.key, FindingState.OPEN,
        dt.date(2023, 5, 1), backlog=True,
    )  # fmt: skip
    told = section("attention", replace(FULL, findings=(*FULL.findings, aside)))
    assert "Требует внимания: нет следа — 1, не отмечено — 1" in told
    assert "На разбор (1): просрочено ещё до первого запуска" in told


def test_a_source_that_was_not_read_is_said_first_and_in_words() -> None:
    board = replace(
        FULL.assessment.sources[0], state=SourceState.STALE, message=reason("Нет связи", "с Miro")
    )
    sources = (board, *FULL.assessment.sources[1:])
    unsure = replace(FULL, assessment=replace(FULL.assessment, trustworthy=False, sources=sources))
    told = page(unsure).one("header").text
    assert "Прочитано не всё: тревоги, которым не хватает данных, приостановлены." in told
    assert "(последнее удачное чтение)" in told
    assert "доска: Нет связи: с Miro" in told


def test_parts_of_which_nothing_is_known_are_left_out() -> None:
    calm = Overview(PROJECT, EMPTY, CALM, ())
    shown = {one.attributes["id"] for one in page(calm).all("section")}
    assert shown == {"attention", "calendar", "table", "centers", "sources"}
    assert not page(calm).all("table", class_="heat")
    assert "Просроченного нет." in section("attention", calm)
    nothing = Overview(replace(PROJECT, centers=()), EMPTY, of(), ())
    assert {one.attributes["id"] for one in page(nothing).all("section")} == {
        "attention", "calendar", "sources",
    }  # fmt: skip
    assert "В календаре пока нет мероприятий." in section("calendar", nothing)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_one_language(language: str) -> None:
    told = page(replace(FULL, earlier=WEEK_AGO), language=language)
    assert told.one("html").attributes["lang"] == language
    if language == "en":
        assert "Needs attention" in told.text
        assert "Thursday, 1 June 2023" in told.text
        assert "Требует" not in told.text
    else:
        assert "четверг, 1 июня 2023 года" in told.text


def test_every_address_within_the_page_leads_somewhere() -> None:
    told = page()
    ids = [one.attributes["id"] for one in told.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for link in told.all("a"):
        target = link.attributes["href"]
        assert target.startswith("https://miro.com/") or target[1:] in ids


# --- what it must not say


@pytest.mark.parametrize("center", [one.id for one in PROJECT.centers])
def test_the_page_of_a_centre_names_no_other_centre(center: str) -> None:
    own = FULL.project.centers
    cards = dict(CARDS) | {"1": replace(CARDS["1003"], id="1", center_id="yaya1")}
    asked = replace(FULL.assessment, cards=cards, questions=(Question("1", (("А1@ishim", 0.7),)),))
    told = render(replace(FULL, assessment=asked), RU, center=center).decode()
    told = re.sub(r"<style>.*?</style>", "", told, flags=re.DOTALL)
    names = {one.id: one.name.split("«")[1].strip("»") for one in own}
    assert names[center] in told
    for other, name in names.items():
        if other != center:
            assert name not in told
            assert other not in told
    assert "Показатели" not in told


def test_a_reason_that_names_another_centre_is_told_without_it() -> None:
    own = occurrence(CONFERENCE, CONFERENCE.schedule.periods[0], "ishim")
    named = verdict(own, Status.OVERDUE, reason("Нет отметки", "карточка в рамке «Яйская ООШ №1»"))
    told = page(Overview(PROJECT, EMPTY, of(named), ()), center="ishim").text
    assert "Яйская" not in told
    assert "К вам 1 вопрос." in told


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Сикора М.С.", ""),
        ("Методист Сикора М.С.", "Методист"),
        ("Иванова Анна Петровна, учитель химии", "учитель химии"),
        ("МБУ ИМЦ УО Яйского округа", "МБУ ИМЦ УО Яйского округа"),
        ("зам. директора по УВР", "зам. директора по УВР"),
    ],
)
def test_those_who_answer_for_something_are_roles(text: str, left: str) -> None:
    assert without_people(text) == left
    event = replace(CONFERENCE, responsible=(text,))
    one = verdict(occurrence(event, event.schedule.periods[0]), Status.MISSED, reason("Нет", "её"))
    told = page(Overview(PROJECT, EMPTY, of(one), ())).text
    assert (left or "ответственный сотрудник") in told
    assert "Сикора" not in told


def test_counts_of_few_people_in_a_text_are_for_their_own_centre_alone() -> None:
    event = replace(CONFERENCE, title="Турнир (3 уч-ся)", participants="2 обучающихся 9 класса")
    one = verdict(
        occurrence(event, event.schedule.periods[0], "ishim"),
        Status.OVERDUE,
        reason("Нет отметки", "карточка «Турнир, 4 ученика»"),
        replace(CARDS["1003"], title="Турнир, 4 ученика"),
    )
    told = page(Overview(PROJECT, EMPTY, of(one), ())).text
    assert "Турнир (<5 уч-ся)" in told
    assert "<5 обучающихся 9 класса" in told
    assert "4 ученика" not in told
    assert "Турнир (3 уч-ся)" in page(Overview(PROJECT, EMPTY, of(one), ()), center="ishim").text


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example","тут")',
    "\u202eтекст задом наперёд\u2066",
    "{{ 7 * 7 }} {% raw %}",
    "</title></style><svg onload=alert(1)>",
    "длинный " * 800,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_on_the_board_or_in_the_table_is_never_markup(text: str) -> None:
    event = replace(
        CONFERENCE, code=text[:40], title=text, task=text, responsible=(text,), participants=text
    )
    card = replace(CARDS["1004"], title=text, url="javascript:alert(1)", id=text)
    late = verdict(
        occurrence(event, event.schedule.periods[0]), Status.OVERDUE, reason(text, text), card
    )
    hostile = replace(
        FULL.assessment, verdicts=(late,), moved=(), questions=(), extra=(card,), vanished=(card,)
    )
    centers = (replace(PROJECT.centers[0], name=text), *PROJECT.centers[1:])
    overview = replace(
        FULL, project=replace(FULL.project, name=text, centers=centers), assessment=hostile
    )
    document = render(overview, RU)
    told = parts(document)
    assert len(told.all("script")) == 1
    assert not told.all("img")
    assert not [one for one in told.all() if any(name.startswith("on") for name in one.attributes)]
    assert b"javascript:" not in document
    assert "\u202e" not in document.decode()
    assert "49" not in told.one("h1").text


def test_the_policy_allows_nothing_but_the_style_and_script_that_stand_in_the_page() -> None:
    document = render(FULL, RU).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', document)
    policy = policy.replace("&#39;", "'")
    for tag, kind in (("style", "style-src"), ("script", "script-src")):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", document, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'")
    assert " style=" not in document
    assert "url(" not in document


def test_a_year_of_twelve_centres_stays_small() -> None:
    assert len(render(FULL, RU)) < 200_000


# --- where marks stand


def test_a_line_of_time_has_whole_months_and_forgives_a_slip_of_a_century() -> None:
    far = replace(PROJECT.span, end=dt.date(2123, 4, 5))
    line = time_line(PROJECT.span, [far], dt.date(2023, 6, 1))
    assert (line.start, line.end) == (dt.date(2023, 1, 1), dt.date(2025, 9, 30))
    assert line.span(replace(far, start=dt.date(2100, 1, 1))) is None
    day = line.span(replace(far, start=dt.date(2023, 1, 1), end=dt.date(2023, 1, 1)))
    assert day is not None
    assert (day.x, day.width) == ("0%", "0.6%")


@pytest.mark.parametrize(
    ("years", "labels"),
    [(1, ["2023", "фев", "мар"]), (4, ["2023", "апр", "июл"]), (9, ["2023", "2024", "2025"])],
)
def test_a_longer_line_of_time_is_marked_more_sparsely(years: int, labels: list[str]) -> None:
    span = replace(PROJECT.span, end=dt.date(2022 + years, 12, 31))
    ticks = time_line(span, [], dt.date(2023, 6, 1)).ticks(RU)
    assert [one.label for one in ticks][:3] == labels


def test_a_scale_keeps_its_marks_off_its_ends_but_a_share_runs_from_nothing_to_all() -> None:
    marks = scale([14.8, 17.8], whole=False)
    assert (marks.at(14.8), marks.at(17.8)) == ("9.68%", "90.32%")
    assert scale([93], whole=True).at(93) == "93%"
    assert scale([5, 5], whole=False).at(5) == "50%"


# --- the command


def test_the_command_offers_the_kinds_that_can_be_made() -> None:
    assert report.KINDS == reports.KINDS


def sample(*options: str) -> list[str]:
    folder = Path(__file__).parents[1] / "miro_sync" / "sample"
    return ["report", "html", "--config", str(folder), "--on", "2023-09-05", *options]


def test_the_report_is_written_where_it_was_asked_for_and_the_place_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "новая папка" / "страница.html"
    assert run(sample("-o", str(path))) == 0
    assert capsys.readouterr().out == f"Записано: {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) & 0o444
    assert [one.name for one in path.parent.iterdir()] == ["страница.html"]
    (tmp_path / "есть").mkdir()
    assert run(sample("-o", str(tmp_path / "есть"), "--center", "yaya-1")) == 0
    assert (tmp_path / "есть" / "miro-sync-yaya-1-2023-09-05.html").exists()


def test_without_a_place_it_lies_beside_the_settings_under_a_name_that_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "-o", str(tmp_path)]) == 0
    page_of_demo = tmp_path / "reports" / "miro-sync.html"
    assert str(page_of_demo) in capsys.readouterr().out
    before = page_of_demo.read_bytes()
    assert run(["report", "html", "--config", str(tmp_path)]) == 0
    assert str(page_of_demo) in capsys.readouterr().out
    assert page_of_demo.read_bytes() != before


def test_the_demo_leaves_its_page_in_the_current_folder_or_where_it_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo", "--lang", "en"]) == 0
    assert b"Needs attention" in (tmp_path / "miro-sync-demo.html").read_bytes()
    (tmp_path / "miro-sync-demo.html").unlink()
    (tmp_path / "miro-sync-demo.html").mkdir()  # in the way of the file
    (tmp_path / "t").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    capsys.readouterr()
    assert run(["demo"]) == 0
    assert str(tmp_path / "t" / "miro-sync-demo.html") in capsys.readouterr().out


def test_the_page_goes_to_standard_output_as_it_is(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert run(sample("-o", "-")) == 0
    told = capfdbinary.readouterr().out
    assert told.startswith(b"<!doctype html>")
    assert "срок не понятен" in told.decode()


def test_a_place_that_takes_no_file_is_told_and_nothing_is_left_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "файл").write_text("", "utf-8")
    assert run(sample("-o", str(tmp_path / "файл" / "п.html"))) == 2
    assert "Файл не записан" in capsys.readouterr().err
    (tmp_path / "п.html").mkdir()
    (tmp_path / "п.html" / "x").write_text("", "utf-8")
    assert run(sample("-o", str(tmp_path / "п.html" / "x" / "y"))) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["п.html", "файл"]


def test_an_unknown_centre_or_kind_is_a_mistake_of_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(sample("--center", "нет", "-o", str(tmp_path / "x.html"))) == 2
    assert "yaya-1" in capsys.readouterr().err
    assert run(["report", "pdf"]) == 2
    assert "html" in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


def test_a_source_that_cannot_be_read_shows_in_the_page_and_in_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["demo", "-o", str(tmp_path)])
    (tmp_path / "board.json").unlink()
    capsys.readouterr()
    assert run(["report", "html", "--config", str(tmp_path)]) == 3
    assert "доска:" in capsys.readouterr().err
    told = parts((tmp_path / "reports" / "miro-sync.html").read_bytes()).one("header").text
    assert "доска — прочитать не удалось" in told


def test_page_and_check_say_the_same_of_the_same_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(sample("-o", str(tmp_path / "п.html")))
    capsys.readouterr()
    config = sample()[3]
    run(["check-calendar", "--config", config, "--on", "2023-09-05", "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    shown = parts((tmp_path / "п.html").read_bytes())
    counts = {
        row.attributes["data-status"]: int(row.all("td")[-1].text)
        for row in shown.all("tr")
        if "data-status" in row.attributes
    }
    inactive = told["summary"].pop("inactive_centers")
    assert counts == {status: number for status, number in told["summary"].items() if number}
    attention = shown.one("section", id="attention").text
    assert f"Тихие центры ({inactive})" in attention
    for name, count in (("Перенос без решения", "moved"), ("Нужно уточнить", "review")):
        assert f"{name} ({len(told[count])})" in attention
    assert f"Сверх плана ({len(told['extra'])})" in shown.one("section", id="calendar").text
    cells = [one.all("td") for one in shown.one("table", class_="matrix").all("tr")[1:]]
    assert sum(bool(cell.text) for row in cells for cell in row) == len(told["events"])


def test_of_many_alarms_the_first_ten_are_shown_and_the_others_folded() -> None:
    late = tuple(
        verdict(
            occurrence(event, event.schedule.periods[0]), Status.MISSED, reason("Нет", str(number))
        )
        for number in range(23)
        for event in [replace(CONFERENCE, key=f"N{number}", code=f"N{number}")]
    )
    told = page(Overview(PROJECT, EMPTY, of(*late), ())).one("section", id="attention")
    shown, others = told.all("ol", class_="alarms")
    assert (len(shown.all("li")), len(others.all("li"))) == (10, 13)
    assert told.one("details", class_="rest").one("summary").text == "и ещё 13"


def test_page_and_kpi_say_the_same_of_the_same_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(sample("-o", str(tmp_path / "п.html")))
    capsys.readouterr()
    run(["kpi", "--config", sample()[3], "--on", "2023-09-05", "--format", "json"])
    values = json.loads(capsys.readouterr().out)["indicators"]
    told = parts((tmp_path / "п.html").read_bytes())
    assert len(values) == len(told.all("article")) > 20
    for one in values:
        shown = told.one("article", id=f"indicator-{one['id']}").one("p", class_="value").text
        number = one["value"]
        if number is None:
            assert not re.match(r"[\d<]", shown), one["id"]
        else:
            assert float(shown.split()[0].replace(",", ".")) == pytest.approx(number), one["id"]
