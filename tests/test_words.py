from __future__ import annotations

import pytest

from miro_sync.matching import vocabulary
from miro_sync.matching.words import families, kin, lines, look_up, notion, root, spelled_out


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("математический", "математике"),
        ("книжная", "книги"),
        ("днём", "день"),
        ("дней", "дню"),
        ("химический", "химия"),
        ("детей", "детский"),
        ("Ёлка", "елка"),
        ("обновили", "обновление"),
    ],
)
def test_words_of_one_family_stand_for_one_notion(one: str, other: str) -> None:
    assert notion(one) == notion(other) or root(notion(one)) == root(notion(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("открытие", "открытый"),
        ("физика", "физкультура"),
        ("школьный", "школьник"),
        ("победа", "победитель"),
        ("информатика", "информация"),
        ("музей", "музыка"),
        ("знание", "знаток"),
        ("проект", "проектория"),
    ],
)
def test_words_that_only_look_alike_stand_for_different_notions(one: str, other: str) -> None:
    assert notion(one) != notion(other)
    assert root(notion(one)) != root(notion(other))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("экологическ", "эколож"),
        ("эколог", "эколож"),
        ("книжн", "книж"),
        ("книг", "книж"),
        ("детск", "дет"),
        ("ск", "сч"),
        ("", ""),
    ],
)
def test_a_root_has_no_ending_of_an_adjective_and_one_of_its_two_last_letters(
    word: str, expected: str
) -> None:
    assert root(word) == expected


def test_a_tie_that_a_table_names_counts_before_that_of_a_family() -> None:
    assert kin()["викторина"]["квиз"] == 0.8
    assert kin()["викторина"]["турнир"] == 0.65
    assert kin()["семинар"]["вебинар"] == 0.65
    assert kin()["бдд"]["пдд"] == 0.7


def test_an_abbreviation_is_written_out() -> None:
    assert spelled_out("НПК") == ("научно", "практическая", "конференция")
    assert spelled_out("всош") == ("всероссийская", "олимпиада", "школьников")


def test_a_preposition_is_no_abbreviation_unless_it_stands_in_capitals() -> None:
    assert spelled_out("до") == ("до",)
    assert spelled_out("ДО") == ("дополнительное", "образование")


def test_a_compound_with_a_form_is_taken_apart_and_others_are_not() -> None:
    assert spelled_out("экодиктант") == ("экологический", "диктант")
    assert spelled_out("фотовыставка") == ("фото", "выставка")
    assert spelled_out("экономика") == ("экономика",)


def test_wrappers_weigh_next_to_nothing_and_a_rare_word_all() -> None:
    assert look_up("проведение").share < look_up("всероссийский").share < look_up("клетка").share


def test_an_audience_is_no_level() -> None:
    assert look_up("школьников").audience == "обучающиеся"
    assert look_up("школьников").level == ()
    assert look_up("школьный").level == (1,)


def test_forms_of_one_family_are_tied_and_of_no_family_are_not() -> None:
    assert kin()["викторина"]["квиз"] > 0
    assert families()["викторина"] & families()["квиз"]
    assert not families()["неделя"] & families()["декада"]


def test_every_table_can_be_read_and_names_nothing_twice() -> None:
    for table in (vocabulary.FORMS, vocabulary.SUBJECTS, vocabulary.FAMILIES, vocabulary.ACTIONS):
        names = [line.partition(":")[0] for line in lines(table)]
        assert len(names) == len(set(names))
        assert all(line.partition(":")[2].strip() for line in lines(table))


def test_standard_days_have_dates_of_the_calendar() -> None:
    for line in lines(vocabulary.DAYS):
        _, date, names = (part.strip() for part in line.split("/"))
        assert names
        if date:
            day, month = map(int, date.split("."))
            assert 1 <= day <= 31
            assert 1 <= month <= 12
