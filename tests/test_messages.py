"""The catalogue: both languages say the same things, with the right word forms."""

from __future__ import annotations

import datetime as dt
import string

import pytest

from miro_sync.messages import LANGUAGES, Catalogue, catalogue
from miro_sync.model import say


def placeholders(language: str) -> dict[str, set[str]]:
    parse = string.Formatter().parse
    return {
        key: {name for _, name, _, _ in parse(catalogue(language)._sentences[key]) if name}
        for key in catalogue(language)._sentences
    }


def test_both_languages_hold_the_same_sentences_with_the_same_placeholders() -> None:
    assert placeholders("en") == placeholders("ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_written_in_the_forms_of_the_language(language: str) -> None:
    forms = {"ru": 3, "en": 2}[language]
    for key, sentence in catalogue(language)._sentences.items():
        for _, _, spec, _ in string.Formatter().parse(sentence):
            if spec and "|" in spec:
                assert len(spec.split("|")) == forms, key


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 дней"),
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (14, "14 дней"),
        (21, "21 день"),
        (22, "22 дня"),
        (112, "112 дней"),
        (1001, "1001 день"),
    ],
)
def test_russian_numbers_take_one_few_or_many(number: int, expected: str) -> None:
    assert Catalogue("ru").plural(number, "день|дня|дней") == expected


def test_days_are_written_as_a_reader_writes_them() -> None:
    day = dt.date(2023, 4, 5)

    assert catalogue("ru").day(day) == "05.04.2023"
    assert catalogue("en").day(day) == "5 Apr 2023"


def test_a_message_may_hold_another_message() -> None:
    inner = say("memory.read_only", where="a")
    outer = catalogue("ru").tell(say("memory.read_only", where=inner))

    assert catalogue("ru").tell(inner) in outer


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        Catalogue("fr")
