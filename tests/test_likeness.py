from __future__ import annotations

import pytest
from conftest import shared_lines

from miro_sync.matching.likeness import compare, similarity


@pytest.mark.parametrize(
    ("card", "event"),
    [
        ("Форум ЦО ТР", "Форум Центров образования «Точка роста»"),
        ("ВсОШ, муниципальный этап", "Муниципальный этап Всероссийской олимпиады школьников"),
        ("Квиз по химии", "Викторина по химии"),
        ("Церемония открытия лагеря", "Торжественное открытие лагеря"),
        ("ДЕНЬ ПОБЕДЫ", "Мероприятие к 9 мая"),
        ("Неделя химии и биологии", "Предметная неделя по биологии и химии"),
        ("Отчет о проведении фестиваля науки", "Фестиваль науки"),
        ("Методический день (педагоги)", "Методический день"),
        ("Методдень педагогов: обмен опытом", "Методический день педагогов"),
    ],
)
def test_wordings_of_one_event_are_alike(card: str, event: str) -> None:
    assert similarity(card, event) >= 0.7
    assert compare(card, event).doubts == ()


@pytest.mark.parametrize(
    ("card", "event"),
    [
        ("Экскурсия в пожарную часть", "Экскурсия в библиотеку"),
        ("Викторина по ПДД", "Викторина о творчестве Пушкина"),
        ("Мастер-класс «Гончарный круг»", "Мастер-класс «Подарок маме»"),
        ("Акция «Чистый двор»", "Акция «Письмо солдату»"),
        ("Мероприятие", "Муниципальный методический день"),
        ("Точка роста", "Форум Центров образования «Точка роста»"),
        ("Март", "Форум педагогов"),
        ("", "Форум педагогов"),
    ],
)
def test_a_common_form_alone_makes_no_likeness(card: str, event: str) -> None:
    assert similarity(card, event) < 0.42


@pytest.mark.parametrize(
    ("card", "event"),
    [
        ("Методичский день", "Методический день"),
        ("Викторна по химии", "Викторина по химии"),
        ("Разраб. карты ресурсов", "Разработка карты ресурсов"),
        ("Обновили карту ресурсов", "Обновление карты ресурсов"),
        ("Сет. взаимодействие школ", "Сетевое взаимодействие школ"),
    ],
)
def test_a_typo_or_a_word_cut_short_leaves_titles_alike(card: str, event: str) -> None:
    assert similarity(card, event) >= 0.6


def test_known_words_are_never_taken_for_typos_of_each_other() -> None:
    assert similarity("Встреча с комиком", "Встреча с химиком") < 0.7
    assert similarity("Неделя книги", "Неделя игры") < 0.5


def test_a_contradiction_leaves_no_score_and_says_which() -> None:
    found = compare("Неделя физики", "Неделя химии")
    assert (found.score, found.conflicts) == (0.0, ("subjects",))


def test_different_names_in_quotes_are_a_doubt_and_one_name_is_a_tie() -> None:
    other = compare("Викторина «Знатоки космоса»", "Викторина «Умники и умницы»")
    assert "names" in other.doubts
    one = compare("Конкурс чтецов «Живая классика»", "Конкурс «Живая классика»")
    assert one.score > similarity("Конкурс чтецов «Живая классика»", "Конкурс стихов")


def test_what_the_other_puts_in_quotes_is_the_thing_itself() -> None:
    assert compare("Зарница", "Военно-спортивная игра «Зарница»").doubts == ()
    assert compare("Неделя леса", "Акция «Неделя леса»").doubts == ()


def test_a_short_name_holds_nothing_that_the_event_does_not() -> None:
    event = "Анализ внедрения модели сетевого взаимодействия с выявлением проблемных зон"
    assert compare("Анализ внедрения модели", event).short
    assert not compare("Анализ внедрения программы", event).short
    assert not compare("Анализ", event).short
    assert not compare(event, "Анализ внедрения модели").short


def test_a_short_name_may_not_leave_out_the_day_the_subject_or_the_name() -> None:
    assert not compare("Конкурс рисунков", "Конкурс рисунков ко Дню Победы").short
    assert not compare("Подготовка к экзамену", "Подготовка к экзамену по химии").short
    assert not compare("Викторина для школьников", "Викторина для школьников «Атом»").short


def test_a_standard_day_and_what_is_held_on_it_are_worth_a_question() -> None:
    assert similarity("День космонавтики", "Классный час «Звёздная дорога», 12 апреля") >= 0.42


def test_the_weightiest_of_what_is_shared_comes_first() -> None:
    shared = compare("Мастер-класс «Гончарная мастерская»", "Гончарная мастерская").shared
    assert shared[0] == "гончарн"


def test_real_pairs_meet_the_aims_by_title_alone() -> None:
    """As if date and centre agreed: what is certain, what is asked, what is let go."""
    sure = {True: 0, False: 0}
    noticed = {True: 0, False: 0}
    pairs = shared_lines("data", "titles", "pairs.jsonl")
    for pair in pairs:
        found = compare(pair["b"], pair["a"])
        certain = not found.doubts and found.score >= (0.70 if found.short else 0.80)
        sure[pair["same"]] += certain
        noticed[pair["same"]] += found.score >= 0.42
    same = sum(pair["same"] for pair in pairs)
    assert sure[True] >= 0.97 * (sure[True] + sure[False])
    assert sure[True] >= 0.6 * same
    assert noticed[True] >= 0.85 * same
    assert noticed[False] <= 0.25 * (len(pairs) - same)


def test_real_pairs_across_subjects_classes_and_stages_are_never_noticed() -> None:
    for pair in shared_lines("data", "titles", "pairs.jsonl"):
        found = compare(pair["b"], pair["a"])
        assert not (pair["same"] and found.conflicts), pair
        if found.conflicts:
            assert found.score == 0.0


def test_names_that_each_have_a_word_of_their_own_are_different_names() -> None:
    found = compare("Конкурс рисунков «Море глазами детей»", "Конкурс рисунков «Лес глазами детей»")
    assert "names" in found.doubts


@pytest.mark.parametrize(
    ("card", "event"),
    [
        ("Большая перемена", "Проведение школьного этапа конкурса «Большая перемена»"),
        ("Онлайн-занятие: Умный город", "Участие в программе «Умный город»"),
    ],
)
def test_the_name_that_the_event_puts_in_quotes_is_worth_a_question(card: str, event: str) -> None:
    assert similarity(card, event) >= 0.42


def test_an_event_of_its_own_after_a_colon_is_a_doubt_and_what_is_done_is_none() -> None:
    assert compare("Неделя химии: викторина", "Неделя химии").doubts == ("details",)
    assert compare("Неделя химии: обмен мнениями", "Неделя химии").doubts == ()


def test_a_short_name_may_not_leave_out_what_narrows_it() -> None:
    assert not compare("Месячник безопасности", "Месячник пожарной безопасности").short
    assert compare("Анализ результатов", "Анализ результатов учебного года").short


def test_a_short_name_may_leave_out_a_whole_list_of_subjects() -> None:
    event = "Анализ результатов экзаменов по химии, биологии, физике"
    assert compare("Анализ результатов экзаменов", event).short


def test_materials_are_no_mothers() -> None:
    assert similarity("Материалы для занятий", "Занятия для мам") < 0.7
