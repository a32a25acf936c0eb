"""The Word documents: forms filled in, gaps marked, tables and pictures for every reader."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import docx as word
import pytest
from documents_sample import (
    INDICATORS,
    PHYSICS,
    crowded,
    hostile,
    overview,
)
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from telling_sample import ASSESSMENT, FINDINGS, PROJECT, span

from miro_sync.commands.report import DOCUMENTS
from miro_sync.coverage import coverage, plan_rows
from miro_sync.errors import SettingsError
from miro_sync.files import TablesFile
from miro_sync.messages import catalogue
from miro_sync.model import Center, Counted, Place, SheetRow, Status
from miro_sync.names import CenterNames
from miro_sync.overview import Overview
from miro_sync.periods import read_period
from miro_sync.reports import docx
from miro_sync.reports.charts import calendar_chart, scores_chart, shares_chart, trends_chart
from miro_sync.reports.zones import said_year
from miro_sync.tables import event_rows
from miro_sync.telling import answer

RU = catalogue("ru")


def made(of: Overview, kind: str | None = None, center: str | None = None) -> Document:
    return word.Document(io.BytesIO(docx.render(of, RU, center=center, kind=kind)))


@cache
def usual(kind: str, center: str | None = None) -> Document:
    """Return a document of the usual overview, made once."""
    return made(overview(), kind, center)


def text_of(document: Document) -> str:
    return "\n".join(
        "".join(run.text or "" for run in paragraph.iter(qn("w:t")))
        for paragraph in document.element.body.iter(qn("w:p"))
    )


def rows_of(document: Document, table: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


def plan_of(document: Document) -> list[list[str]]:
    """Return the rows of the table of directions."""
    at = next(
        at
        for at, table in enumerate(document.tables)
        if table.rows[0].cells[-1].text.startswith("Ссылка на сайт")
    )
    return rows_of(document, at)


@pytest.fixture(params=["center", "meeting", "interim", "final"])
def each(request: pytest.FixtureRequest) -> Document:
    kind: str = request.param
    return usual(kind, "yaya1" if kind == "center" else None)


# --- all kinds


def test_the_command_names_the_kinds_that_there_are() -> None:
    assert tuple(docx.KINDS) == DOCUMENTS
    assert all(one.help in RU for one in docx.KINDS.values())


def test_the_language_of_the_text_is_russian(each: Document) -> None:
    languages = {one.get(qn("w:val")) for one in each.styles.element.iter(qn("w:lang"))}
    assert languages == {"ru-RU"}
    assert each.core_properties.language == "ru-RU"


def test_a_tables_header_comes_again_on_every_page_and_no_row_is_torn(each: Document) -> None:
    assert each.tables
    for table in each.tables:
        rows = table._tbl.tr_lst
        assert list(rows[0].iter(qn("w:tblHeader")))
        assert all(list(row.iter(qn("w:cantSplit"))) for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblDescription")) is not None


def test_pages_are_numbered(each: Document) -> None:
    footer = each.sections[0].footer._element
    fields = [one.get(qn("w:instr")) for one in footer.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_every_picture_is_told_in_words(each: Document) -> None:
    for shape in each.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40


def test_gaps_for_a_person_have_a_style_of_their_own(each: Document) -> None:
    gaps = [
        run.text for paragraph in _paragraphs(each) for run in paragraph.runs if "____" in run.text
    ]
    styled = [
        run.text
        for paragraph in _paragraphs(each)
        for run in paragraph.runs
        if run.style is not None and run.style.name == "Gap"
    ]
    assert gaps == styled


def test_the_same_data_give_the_same_bytes() -> None:
    for kind in ("meeting", "interim"):
        first = docx.render(overview(), RU, kind=kind)
        assert first == docx.render(overview(), RU, kind=kind)
        moments = {one.date_time for one in zipfile.ZipFile(io.BytesIO(first)).infolist()}
        assert moments == {(1980, 1, 1, 0, 0, 0)}


def test_the_file_is_dated_by_its_data() -> None:
    document = usual("interim")
    assert document.core_properties.created == dt.datetime(2023, 6, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("kind", "center", "sentence"),
    [
        ("poem", None, "documents.unknown_kind"),
        ("center", None, "documents.needs_center"),
        ("final", "yaya1", "documents.no_center"),
        (None, "nowhere", "documents.unknown_center"),
    ],
)
def test_a_document_that_is_not_there_is_refused_in_words(
    kind: str | None, center: str | None, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        docx.render(overview(), RU, center=center, kind=kind)
    assert refused.value.message.key == sentence


@pytest.mark.parametrize("kind", ["center", "meeting", "interim", "final"])
def test_hostile_texts_do_no_harm(kind: str) -> None:
    raw = docx.render(hostile(), RU, center="yaya1" if kind == "center" else None, kind=kind)
    document = word.Document(io.BytesIO(raw))
    said = text_of(document)
    assert not set(said) & set("\x00\x07\x1b\u202e\u200f\ufffe")
    assert "<script>alert(1)</script>" in said  # a text like any other
    assert max(map(len, said.split("\n"))) < 4_000
    targets = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert all(one.startswith(("http://", "https://")) for one in targets)


def test_english_documents_are_english() -> None:
    raw = docx.render(overview(), catalogue("en"), kind="final")
    document = word.Document(io.BytesIO(raw))
    assert "Final note" in text_of(document)
    assert document.core_properties.language == "en-GB"


# --- the centre's yearly report


def test_empty_directions_are_shown_as_empty_and_unknown_ones_as_gaps() -> None:
    rows = plan_of(usual("center", "yaya1"))
    sections = [at for at, row in enumerate(rows) if row[0].startswith("Направление ")]
    assert len(sections) == 10
    after = {rows[at][0].split(".")[0]: rows[at + 1] for at in sections}
    assert after["Направление 2"][1] == "мероприятий нет"
    assert after["Направление 3"][1].startswith("________")
    assert after["Направление 1"][1] == "Торжественное открытие Центра"


def test_rows_are_as_the_centre_wrote_them_and_news_is_a_link() -> None:
    document = usual("center", "yaya1")
    rows = [row for row in plan_of(document) if row[0] in {"1", "2"}]
    assert rows[0][2] == "Обучающиеся, педагогические работники - 25 человек"
    assert rows[0][3] == "1 сентября 2022 г"
    assert rows[1][1] == "Олимпиада школьников\nУчастие в мероприятиях портала"
    links = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert links == ["https://school.example/news/1"]


def test_rows_of_other_years_and_other_centres_stay_out() -> None:
    said = text_of(usual("center", "yaya1"))
    assert "Прошлогоднее" not in said
    assert "Чужое мероприятие" not in said
    assert "За другие годы в таблице 1 строка" in said
    assert "за 2022–2023 учебный год" in said


def test_contests_have_their_participants_and_results() -> None:
    rows = rows_of(usual("center", "yaya1"), 1)
    assert rows[1:] == [
        ["1", "Олимпиада школьников\nУчастие в мероприятиях портала", "24", "1 победитель"]
    ]


def test_a_worksheet_of_contests_and_one_of_courses_fill_their_tables() -> None:
    def row(kind: str, **values: object) -> SheetRow:
        counts = {
            key: Counted(people=number) for key, number in values.items() if isinstance(number, int)
        }
        return SheetRow(kind, "yaya1", values, Place("т.xlsx", kind), counts)

    of = overview(
        sheet_rows=(
            row("contests", title="Экодиктант", year="2022/23", count=13, result="2 место"),
            row("contests", title="Давний конкурс", year="2021/22", count=5),
            row("contests", title="Итоги без числа"),
            row("training", program="Академия Минпросвещения, 36 ч", trained=4),
        )
    )
    document = made(of, center="yaya1")
    assert rows_of(document, 0)[1:] == [["1", "Академия Минпросвещения, 36 ч", "4"]]
    contests = rows_of(document, 1)[1:]
    assert contests[0] == ["1", "Экодиктант", "13", "2 место"]
    assert contests[1][1] == "Итоги без числа"
    assert contests[1][2].startswith("________")
    assert contests[2][1].startswith("Олимпиада школьников")
    assert len(contests) == 3


@pytest.mark.parametrize(
    ("text", "year"),
    [("2021/22", 2021), ("2021-2022 уч. год", 2021), ("2022 г.", 2021), ("", None), ("май", None)],
)
def test_a_school_year_is_read_from_a_cell(text: str, year: int | None) -> None:
    assert said_year(text) == year


def test_people_are_summed_only_where_somebody_counted_them() -> None:
    said = text_of(usual("center", "yaya1"))
    assert "обучающихся — 21, педагогов — 3, без уточнения — 25" in said
    assert "Ещё в 1 строке число участников не указано" in said


def test_the_forms_two_indicators_are_the_centres_own() -> None:
    said = text_of(usual("center", "yaya1"))
    assert "достигнуто: 96 % (120 из 125)" in said
    assert said.count("заполните: охват, %") == 1


def test_without_data_the_form_is_all_gaps_and_no_zeros() -> None:
    bare = overview(plans=(), plan_rows=(), maps=(), indicators=())
    document = made(bare, center="maryevka")
    said = text_of(document)
    rows = plan_of(document)
    assert sum(row[1].startswith("________") for row in rows) == 10
    assert "мероприятий нет" not in said
    assert "направления оставлены пропусками" in said


def test_no_other_centre_is_named_in_a_centres_report() -> None:
    said = text_of(usual("center", "ishim"))
    others = [one.name.split("«")[1].rstrip("»") for one in PROJECT.centers if one.id != "ishim"]
    assert not [name for name in others if name in said]


def test_where_the_worksheets_are_not_at_hand_the_cards_of_rows_stand_in() -> None:
    row = replace(
        ASSESSMENT.cards["План!14"],
        center_id="ishim",
        text="Направление 7. Организация профориентации\n8-11 классы (12 чел.)",
    )
    of = overview(
        plans=(),
        plan_rows=(),
        assessment=replace(ASSESSMENT, cards={**ASSESSMENT.cards, row.id: row}),
    )
    rows = plan_of(made(of, center="ishim"))
    at = next(at for at, one in enumerate(rows) if one[0].startswith("Направление 7."))
    assert rows[at + 1][1:3] == ["Обучение замов Miro", "8-11 классы (12 чел.)"]


def test_a_published_report_comes_out_with_its_rows_and_its_four_empty_directions(
    tmp_path: Path,
) -> None:
    config = Path(__file__).parents[1] / "config"
    path = tmp_path / "План МКОУ СОШ №12.csv"
    path.write_bytes((config / "examples" / "center-plan-sosh12-2021-2022.csv").read_bytes())
    snapshot = TablesFile(path, dt.datetime(2022, 6, 1, tzinfo=dt.UTC)).read()
    school = Center("sosh-12", "МКОУ «СОШ №12»")
    names = CenterNames([school])
    cards = event_rows(
        snapshot,
        find_center=names.find,
        center_in=names.only,
        read_period=read_period,
        span=span("2021-09-01", "2022-08-31"),
    ).cards
    of = overview(
        project=replace(PROJECT, centers=(school,)),
        assessment=replace(ASSESSMENT, today=dt.date(2022, 6, 1), verdicts=(), questions=()),
        plans=coverage(snapshot, cards),
        plan_rows=plan_rows(snapshot, cards),
    )
    document = made(of, center="sosh-12")
    rows = plan_of(document)
    heads = [at for at, row in enumerate(rows) if row[0].startswith("Направление ")]
    empty = [rows[at][0].split(".")[0] for at in heads if rows[at + 1][1] == "мероприятий нет"]
    assert empty == [f"Направление {number}" for number in (2, 5, 9, 10)]
    assert [row[0] for row in rows[1:] if row[0].isdecimal()] == [str(n) for n in range(1, 14)]
    assert "за 2021–2022 учебный год" in text_of(document)
    contests = [row[1] for row in rows_of(document, 1)[1:]]
    assert any("муниципальном этапе Всероссийской олимпиады" in title for title in contests)


# --- the list for a meeting


def test_the_list_asks_every_centre_and_leaves_room_for_the_answer() -> None:
    rows = rows_of(made(overview(findings=())), -1)
    assert [row[0] for row in rows[1:]] == ["☐"] * len(PROJECT.centers)
    ishim = next(row for row in rows if row[1].startswith("Ишимская"))
    assert ishim[2].startswith("не отмечено: А1 Методическое сопровождение")
    assert ishim[3] == ""


def test_the_list_says_the_sentences_of_the_terminal() -> None:
    said = text_of(made(overview(findings=FINDINGS)))
    assert "Требует внимания:" in said
    assert "Данные: доска" in said


def test_a_silent_centre_without_events_of_its_own_is_asked_about_its_silence() -> None:
    quiet = replace(ASSESSMENT, verdicts=(), moved=(), questions=())
    rows = rows_of(made(overview(assessment=quiet, findings=(), indicators=())), -1)
    silent = next(row for row in rows if row[1].startswith("Новониколаевская"))
    assert "тихий, 58 дней" in silent[1]
    assert silent[2].startswith("Нет вклада после 20.03.2023")


def test_what_has_no_room_is_counted() -> None:
    said = text_of(made(crowded()))
    assert "… и ещё" in said


# --- interim analysis and final note


def test_the_notes_numbers_are_those_of_the_answer_for_programs() -> None:
    summary = answer.check(ASSESSMENT, (), PROJECT, RU)["summary"]
    rows = rows_of(usual("interim"), 1)
    said = {name: int(number) for name, number in rows[1:]}
    assert said == {
        **{RU.say(f"status.{one}"): summary[one] for one in Status if summary[one]},
        "Всего событий": len(ASSESSMENT.verdicts),
    }


def test_an_indicator_is_told_with_numerator_denominator_target_gap_and_unknown() -> None:
    rows = rows_of(usual("interim"), 3)
    assert rows[1][1:] == [
        "Выполнение событийного календаря сетевого проекта",
        "93,2 %\nнеизвестно: 2",
        "41 из 44",
        "100 %",
        "6,8 п. п.",
    ]
    by_code = {row[0]: row for row in rows}
    assert by_code["K11.3"][2] == "не собрано в срок"
    assert by_code["K7"][2] == "скрыто: меньше 5 человек"
    assert by_code["K7"][3] == "<5 из <5"


def test_the_final_note_compares_with_the_collection_before() -> None:
    rows = rows_of(usual("final"), 3)
    assert rows[1][2].splitlines()[-1] == "было 90 %"


def test_problem_zones_are_told_by_centre_and_calm_ones_in_one_line() -> None:
    document = usual("interim")
    headings = [p.text for p in document.paragraphs if (p.style and p.style.name == "Heading 2")]
    assert "Ишимская ООШ" in headings
    assert "Яйская ООШ №3" not in headings
    said = text_of(document)
    assert "Без замечаний: Яйская ООШ №3" in said
    assert "Пустые направления плана: 2." in said
    assert "верно или пусто клеток — 1 из 10" in said
    title = "Выполнение событийного календаря сетевого проекта"
    assert f"Отстаёт показатель K1 ({title}); у центра — 2 из 3." in said


def test_a_mean_is_told_by_centre_unless_it_speaks_of_each() -> None:
    said = text_of(usual("interim"))
    assert "; у центра — 14,5 (среднее по 15)." in said  # one part
    assert "; у центра — 17,0 (среднее по 18)." in said  # 6 x 15 and 12 x 18
    assert "; у центра — скрыто: меньше 5 человек." in said


def test_the_documents_own_disagreements_are_told_once_and_not_corrected() -> None:
    said = text_of(usual("interim"))
    assert said.count("это +18,3 %, а не 20 %") == 1
    assert "25,9" in said


def test_what_is_unknown_is_a_gap_for_a_person() -> None:
    said = text_of(usual("interim"))
    assert "K11.3. Средний балл результатов ОГЭ по биологии: не собрано в срок" in said
    assert said.count("заполните: причина и на чём основан вывод") == 3
    assert "заполните: вывод" in said


def test_a_note_names_roles_and_nobody() -> None:
    for kind in ("interim", "final"):
        said = text_of(usual(kind))
        assert "Руководитель проекта" in said
        assert "Иванов" not in said


def test_a_project_without_indicators_has_a_note_all_the_same() -> None:
    said = text_of(made(overview(indicators=()), "final"))
    assert "Показатели в настройках проекта не описаны" in said


# --- pictures


def test_charts_say_their_numbers_as_russians_write_them() -> None:
    shares = shares_chart(INDICATORS, RU)
    assert shares is not None
    assert "K1 — 93,2\u00a0% при цели 100\u00a0%" in shares.said
    assert "K7 — скрыто: меньше 5 человек при цели 20\u00a0%" in shares.said
    scores = scores_chart(INDICATORS, RU)
    assert scores is not None
    assert "было — 14,8, регион — 22,5, цель — 17,8, сейчас — 16,3" in scores.said
    trends = trends_chart(INDICATORS, RU)
    assert trends is not None
    assert "февраль 2023 — 90\u00a0%, июнь 2023 — 93,2\u00a0%" in trends.said
    for one in (shares, scores, trends):
        assert one.png.startswith(b"\x89PNG")
        assert 2 < one.width <= 16


def test_of_many_trends_those_that_lag_are_drawn() -> None:
    many = [
        replace(
            INDICATORS[0],
            indicator=replace(INDICATORS[0].indicator, id=f"Т{at}"),
            behind=at == 19,
        )
        for at in range(20)
    ]
    chart = trends_chart(many, RU)
    assert chart is not None
    drawn = re.findall(r"Т\d+(?=:)", chart.said)
    assert drawn == [f"Т{at}" for at in range(8)] + ["Т19"]
    assert chart.width <= 16


def test_where_there_is_nothing_to_draw_nothing_is_drawn() -> None:
    assert shares_chart((PHYSICS,), RU) is None
    assert trends_chart((PHYSICS,), RU) is None
    assert scores_chart((), RU) is None
    assert calendar_chart((), {"c": "Центр"}, RU) is None


def test_the_calendars_chart_counts_only_what_is_due_and_known() -> None:
    names = {one.id: one.name for one in PROJECT.centers}
    chart = calendar_chart(ASSESSMENT.verdicts, names, RU)
    assert chart is not None
    assert "МБОУ «Яйская ООШ №1» — проведено 1 из 1" in chart.said
    assert "МБОУ «Ишимская ООШ» — проведено 0 из 1" in chart.said


def _paragraphs(document: Document) -> list[Paragraph]:
    inside = [
        paragraph
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
    ]
    return [*document.paragraphs, *inside]
