"""How text is made harmless, measured, shortened and wrapped."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.telling.display import clean, link, pad, shorten, width, wrap

ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("аб я—«»… \t\n\x1b[31m\u202e\u200b\u0301\u20e3\ufe0f🎉中Ａ"),
    ),
    max_size=200,
)


def columns_by_the_annex(text: str) -> int:
    return sum(
        0
        if unicodedata.category(char) in {"Mn", "Me"}
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def test_an_escape_sequence_loses_what_makes_it_one() -> None:
    assert clean("\x1b[31mкрасный\x1b[0m \x9b2Jтекст\x07") == "[31mкрасный[0m 2Jтекст"


def test_direction_overrides_and_joiners_are_dropped() -> None:
    assert clean("план\u202eнеделя\u2066 \u200bхимии\ufeff") == "планнеделя химии"


def test_any_white_space_is_one_blank() -> None:
    assert clean(" неделя\r\n\tхимии\u00a0и\u2028физики ") == "неделя химии и физики"


def test_a_tower_of_combining_marks_is_cut_to_two() -> None:
    assert clean("Х" + "\u0301" * 50 + "имия") == "Х\u0301\u0301имия"


def test_a_letter_written_in_two_parts_is_one_letter() -> None:
    assert clean("и\u0306") == "й"


def test_a_character_without_a_meaning_becomes_a_question_mark() -> None:
    assert clean("а\ue000\ud800\U000effffб") == "а???б"


def test_only_so_much_of_a_huge_text_is_looked_at() -> None:
    assert clean("я" * 6_000, longest=100) == "я" * 100


@given(ANYTHING)
def test_a_cleaned_text_is_clean(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(unicodedata.category(char)[0] == "C" for char in cleaned)


@given(ANYTHING)
def test_widths_follow_the_annex(text: str) -> None:
    assert width(clean(text)) == columns_by_the_annex(clean(text))


def test_wide_characters_take_two_columns_and_cyrillic_one() -> None:
    assert [width(text) for text in ("химия", "🎉🎉", "中文", "Ａ", "й́")] == [5, 4, 4, 2, 1]


def test_a_text_that_fits_is_left_alone() -> None:
    assert shorten("Неделя химии", 12) == "Неделя химии"


def test_a_long_title_is_cut_at_a_word() -> None:
    title = "Муниципальный методический день Центров образования"
    assert shorten(title, 40) == "Муниципальный методический день Центров…"
    assert shorten(title, 38) == "Муниципальный методический день…"


def test_no_stray_punctuation_stands_before_the_ellipsis() -> None:
    assert shorten("Химия, биология (физика)", 19) == "Химия, биология…"


def test_a_word_is_cut_only_when_less_than_half_the_room_would_be_used() -> None:
    assert shorten("Химия превысокомногорассмотрительствующая", 10) == "Химия…"
    assert shorten("Химия превысокомногорассмотрительствующая", 12) == "Химия превы…"


def test_an_enclosing_mark_takes_no_room_and_is_limited_like_others() -> None:
    assert clean("1" + "\u20e3" * 5) == "1\u20e3\u20e3"
    assert width("1\u20e3\u20e3") == 1


def test_variation_selectors_are_dropped_first_and_last() -> None:
    assert clean("❤\ufe00❤\ufe0f") == "❤❤"


def test_a_word_that_just_fits_stays_on_its_line() -> None:
    assert wrap("неделя химии", 6) == ["неделя", "химии"]
    assert wrap("неделя химии", 11) == ["неделя", "химии"]


def test_a_single_long_word_is_cut_in_itself() -> None:
    assert shorten("Превысокомногорассмотрительствующий", 10) == "Превысоко…"


def test_a_cut_at_a_word_that_would_leave_little_cuts_the_word() -> None:
    assert shorten("О превысокомногорассмотрительствующем", 12) == "О превысоко…"


@given(ANYTHING, st.integers(2, 60))
def test_a_shortened_text_never_takes_more_room(text: str, columns: int) -> None:
    assert columns_by_the_annex(shorten(text, columns)) <= columns


@given(ANYTHING, st.integers(2, 60))
def test_wrapped_lines_never_take_more_room_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(0 < columns_by_the_annex(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")


@given(ANYTHING, st.integers(2, 60), st.integers(1, 3))
def test_no_more_lines_than_asked_for(text: str, columns: int, most: int) -> None:
    lines = wrap(text, columns, most)
    assert len(lines) <= most
    assert all(columns_by_the_annex(line) <= columns for line in lines)


def test_a_dash_does_not_begin_a_line() -> None:
    assert wrap("нет следа — 2, не отмечено — 1", 26) == ["нет следа — 2, не", "отмечено — 1"]


def test_a_number_is_not_torn_from_its_dash() -> None:
    assert wrap("нет следа — 2, не отмечено — 1", 28) == ["нет следа — 2, не", "отмечено — 1"]
    assert wrap("нет следа — мало", 11) == ["нет следа —", "мало"]


def test_an_empty_text_gives_no_line() -> None:
    assert wrap(" \n", 20) == []


def test_padding_counts_columns_and_not_characters() -> None:
    assert pad("中文", 6) + "|" == "中文  |"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://miro.com/\x1b[31m",
        "https://miro.com/a b",
        " https://miro.com",
        "",
        None,
    ],
)
def test_only_plain_web_links_are_offered(url: str | None) -> None:
    assert link(url) is None


def test_a_web_link_is_offered_as_it_is() -> None:
    url = "https://miro.com/app/board/uXjVsample00=/?moveToWidget=3458764500000000001"
    assert link(url) == url
