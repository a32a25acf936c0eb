"""The message catalogue: sentences, plurals, days, one message inside another."""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from pathlib import Path

import pytest

from miro_sync.messages import LANGUAGES, Catalogue, catalogue
from miro_sync.model import Status, say

LOCALE = Path(__file__).parents[1] / "miro_sync" / "locale"
RU, EN = catalogue("ru"), catalogue("en")


def sentences(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((LOCALE / f"{language}.toml").read_text("utf-8"))


def test_a_language_that_has_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="de"):
        Catalogue("de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_file_can_be_told(language: str) -> None:
    words = catalogue(language)
    for section, names in sentences(language).items():
        assert all(f"{section}.{name}" in words for name in names)


def test_both_languages_have_the_same_sentences_with_the_same_holes() -> None:
    ru, en = (sentences(language) for language in LANGUAGES)
    holes = string.Formatter().parse
    assert {section: names.keys() for section, names in ru.items()} == {
        section: names.keys() for section, names in en.items()
    }
    for section, names in ru.items():
        for name, sentence in names.items():
            here, there = (
                {hole for _, hole, _, _ in holes(one) if hole is not None}
                for one in (sentence, en[section][name])
            )
            assert here == there, f"{section}.{name}"


def test_a_sentence_that_does_not_exist_is_a_defect() -> None:
    for key in ("status.no_such_name", "no_such_section.name", "plain", ""):
        assert key not in RU
        with pytest.raises(KeyError):
            RU.say(key)


@pytest.mark.parametrize(
    ("number", "russian", "english"),
    [
        (0, "0 дней", "0 days"),
        (1, "1 день", "1 day"),
        (2, "2 дня", "2 days"),
        (5, "5 дней", "5 days"),
        (11, "11 дней", "11 days"),
        (14, "14 дней", "14 days"),
        (21, "21 день", "21 days"),
        (104, "104 дня", "104 days"),
        (111, "111 дней", "111 days"),
    ],
)
def test_a_number_chooses_the_form_of_its_word(number: int, russian: str, english: str) -> None:
    assert RU.say("telling.days", days=number) == russian
    assert EN.say("telling.days", days=number) == english


def test_days_and_moments_are_written_as_readers_write_them() -> None:
    day, moment = dt.date(2023, 4, 5), dt.datetime(2023, 4, 5, 7, 40, tzinfo=dt.UTC)
    assert RU.say("telling.when", day=day, at=moment) == "05.04.2023 05.04.2023 07:40"
    assert EN.say("telling.when", day=day, at=moment) == "5 Apr 2023 5 Apr 2023 07:40"


def test_a_message_may_stand_inside_another() -> None:
    inner = say("status.source_board")
    assert RU.tell(say("telling.trust_message", source=inner, message=Status.HELD)) == "доска: held"


def test_braces_in_a_value_are_only_text() -> None:
    assert RU.say("telling.warning", said="{0} {days}") == "Внимание: {0} {days}"


def test_a_value_of_any_other_kind_is_written_as_it_is() -> None:
    assert RU.say("telling.warning", said=None) == "Внимание: None"


@pytest.mark.parametrize(
    ("number", "said"), [(1, "прошёл 1 день"), (22, "прошло 22 дня"), (81, "прошёл 81 день")]
)
def test_a_form_may_bend_the_word_before_its_number(number: int, said: str) -> None:
    assert catalogue("ru").plural(number, "прошёл # день|прошло # дня|прошло # дней") == said
