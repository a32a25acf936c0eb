"""Texts: what a reader sees, what counts as equal, and that nothing makes them slow."""

from __future__ import annotations

import html
import json
import time
import unicodedata

import pytest
from conftest import shared
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.text import clean, fold, one_line, plain

CYRILLIC = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя АБВЁЙ<>&;#\n«»0123456789", max_size=60)


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("<p>наша доска</p>", "наша доска"),
        ("наша доска", "наша доска"),
        ("<p>Форум</p><p>июнь</p>", "Форум\nиюнь"),
        ("<strong>Форум</strong><br />июнь<br>2024", "Форум\nиюнь\n2024"),
        ("Форум\nиюнь", "Форум\nиюнь"),
        ("<ul><li>раз</li><li><b>два</b></li></ul>три", "раз\nдва\nтри"),
        ("<P CLASS='x'>Форум</P >", "Форум"),
        ('<a href="https://example.org/?a=1&amp;b=2">новость</a>', "новость"),
        ("&#x1f389; &#1071;&quot;&laquo;&nbsp;&amp;lt;", '🎉 Я"« &lt;'),
        ("<p>слово<span>сочетание</span></p>", "словосочетание"),
        ("", ""),
        ("<p></p>\n<p> </p>", ""),
    ],
)
def test_markup_becomes_what_a_reader_sees(markup: str, seen: str) -> None:
    assert plain(markup) == seen


@pytest.mark.parametrize(
    "text",
    [
        "5 < 7",
        "5<7 и 9>8",
        "a<b и c>d",
        "<3 физика",
        "т<",
        "<олимпиада>",
        "<p",
        "<!-- нет конца",
        "R&D",
        "вопрос & ответ",
        "?lang=ru&copy=2&lt=3",
        "&#99999999999;",
        "&нет;",
    ],
)
def test_what_is_no_markup_is_left_as_it_was_typed(text: str) -> None:
    assert plain(text) == text


def test_a_bare_angle_bracket_survives_between_tags() -> None:
    assert plain("<p>5 < 7</p><p>x</p>") == "5 < 7\nx"


def test_a_script_is_not_text_unless_it_never_ends() -> None:
    assert plain("<script>alert('<b>1</b>')</script>Форум") == "Форум"
    assert plain("<style>p {}</style><p>Форум</p>") == "Форум"
    assert plain("Форум<script>июнь") == "Форумиюнь"


def test_comments_are_dropped() -> None:
    assert plain("Фо<!-- <> -->рум") == "Фо<!-- <> -->рум"
    assert plain("Фо<!-- x > y -->рум") == "Форум"


def test_what_nobody_sees_is_dropped() -> None:
    assert clean("ме\u00adро\u200bпри\u2060я\ufeffтие\x00\u202e\x85") == "мероприятие"
    assert clean("✔\ufe0f Форум \ud83d") == "✔ Форум"
    assert clean("\uf0b7 Форум") == "Форум"
    assert plain("меро&shy;при&#8203;ятие") == "мероприятие"


def test_letters_are_composed_so_that_short_i_and_yo_are_one_character() -> None:
    assert clean("и\u0306 е\u0308 И\u0306 Е\u0308") == "й ё Й Ё"
    assert clean("и\u200b\u0306") == "й"


def test_spaces_are_one_space_and_empty_lines_go() -> None:
    assert (
        clean("  Форум\u00a0\u2009 центров \r\n\n\t июнь\u2028 2024 ")
        == "Форум центров\nиюнь\n2024"
    )
    assert one_line("Форум\nцентров\n\nиюнь") == "Форум центров июнь"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Яйская ООШ № 1", "ЯЙСКАЯ ООШ №1"),
        ("школа N1", "школа № 1"),
        ("школа No 1", "школа №1"),
        ("школа no.1", "школа #1"),
        ("классы № № 1", "классы №1"),
        ("«Ёлка»", "“елка”"),
        ("март — май", "март–май".replace("–", " - ")),
        ("CОШ", "сош"),
        ("КОНКУРC", "конкурс"),
        ("Мiro", "miro"),
        ("мероприя́тие", "мероприятие"),
        ("Фёдорова", "Федорова"),
        ("Фе\u0308дорова", "Федорова"),
        ("Форум\nцентров", "форум центров"),
    ],
)
def test_two_spellings_of_one_text_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_keeps_short_i_and_words_that_mix_alphabets_for_good() -> None:
    assert fold("Й") == "й"
    assert fold("ИКТ-day wi-fi роутер") == "икт-day wi-fi роутер"
    assert fold("деньfest") == "деньfest"
    assert fold("2n 5 no") == "2№5 no"


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_is_composed_and_cleaning_it_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


@given(st.text(st.characters(exclude_categories=())) | CYRILLIC)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(CYRILLIC)
def test_a_text_typed_by_hand_and_its_html_read_alike(text: str) -> None:
    assert plain(f"<p>{html.escape(text)}</p>") == clean(text)


@given(CYRILLIC)
def test_case_and_yo_never_tell_two_texts_apart(text: str) -> None:
    assert fold(text.upper().replace("Ё", "Е")) == fold(text)


@pytest.mark.parametrize(
    "unit",
    [
        "<p>",
        "<a ",
        "<!--",
        "<",
        "&",
        "&a",
        "</p ",
        "<!x ",
        "<?",
        '<a b=">',
        "<a b='>\"",
        "<script>",
        "<p>слово</p>\n",
        "№ ",
        " n",
        "аa",
        "\u0315\u0300",
        "\u200b",
        "🎉",
        "&#",
        "x ",
    ],
)
def test_a_megabyte_of_anything_is_read_in_time_proportional_to_it(unit: str) -> None:
    """The smaller text is 1/8; a quadratic reader would take 64 times as long for the larger."""

    def seconds(size: int) -> float:
        text = "я" + unit * (size // len(unit))
        start = time.process_time()
        fold(plain(text))
        return time.process_time() - start

    small = min(seconds(40_000) for _ in range(3))

    assert seconds(320_000) < 30 * small + 0.05


def test_an_endless_number_in_an_entity_is_text() -> None:
    assert plain("&#" + "9" * 5_000 + ";").startswith("&#999")


def test_a_real_board_leaves_no_markup_behind() -> None:
    items = json.loads(shared("data", "miro", "real_board_after.json").read_text("utf-8"))["items"]
    texts = [plain(item["data"].get("content", "")) for item in items]

    assert len(texts) == 621
    assert not [text for text in texts if "<" in text or "&#" in text or "&amp;" in text]
    assert "Way to go! You just learned Continuous Discovery Habits! 🎉" in texts
