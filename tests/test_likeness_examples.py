"""Worked examples of the score: what each rule leaves of it, by general knowledge alone.

The figures are those of the factors in `miro_sync.matching.likeness`. Who tunes a factor finds here
what it moves.
"""

from __future__ import annotations

import pytest

from miro_sync.matching.likeness import Lexicon, Profile, compare, explained
from miro_sync.matching.titles import read_title
from miro_sync.matching.vocabulary import BACKGROUND_TITLES

SCORES = [
    # Two titles of the same words, and what one says beyond the other.
    ("Форум педагогов", "Форум педагогов", 1.0, "short exact"),
    ("Форум педагогов", "Форум педагогов и родителей", 0.836, "short"),
    ("Анализ ОГЭ по химии", "Анализ ОГЭ", 0.694, ""),
    # A doubt each.
    ("Формирование базы данных", "Обновление базы данных", 0.368, "actions"),
    ("Разработка и обновление базы данных", "Обновление базы данных", 0.636, "actions"),
    ("Семинар для педагогов", "Семинар для родителей", 0.363, "audiences"),
    ("Концерт ко Дню матери", "Концерт ко Дню Победы", 0.152, "days"),
    ("Неделя правовых знаний", "Месячник правовых знаний", 0.434, "forms"),
    ("Субботник в парке", "Акция в парке", 0.473, "forms"),
    ("Урок леса и викторина о лесе", "Викторина о лесе", 0.696, "forms"),
    ("Праздник леса «Кедр»", "Конкурс о лесе «Кедр»", 0.62, "forms"),
    ("Семинар «Кедр» леса", "Конкурс «Кедр» леса", 0.565, "forms"),
    ("Урок мужества 5-7 классы", "Урок мужества 7-9 классы", 0.85, "grades short"),
    ("Рассказы о лесе", "Песни о лесе", 0.334, "heads"),
    ("Муниципальный форум", "Всероссийский форум", 0.45, "levels"),
    ("Открытие лагеря", "Закрытие лагеря", 0.269, "moments heads"),
    ("Открытие месячника", "Месячник", 0.511, "moments"),
    ("Промежуточный анализ", "Итоговый анализ", 0.224, "phases heads"),
    ("Промежуточный анализ", "Анализ", 0.524, "phases"),
    ("Районный этап диктанта", "Диктант", 0.553, "stages"),
    ("ОГЭ по химии и физике", "ОГЭ по химии", 0.559, "subjects"),
    # Another topic; nothing in common.
    ("Экскурсия в музей", "Экскурсия в библиотеку", 0.306, ""),
    ("Встреча с комиком", "Встреча с химиком", 0.234, ""),
    ("Март", "Форум педагогов", 0.0, ""),
    # Names in quotes.
    ("Викторина «Знатоки космоса»", "Викторина «Умники и умницы»", 0.104, "names"),
    ("Викторина «Знатоки космоса»", "Викторина о животных", 0.175, ""),
    ("Конкурс чтецов «Живая классика»", "Конкурс «Живая классика»", 0.846, ""),
    (
        "Конкурс рисунков «Море глазами детей»",
        "Конкурс рисунков «Мир глазами детей»",
        0.443,
        "names",
    ),
    (
        "Конкурс рисунков «Космос глазами детей»",
        "Конкурс рисунков «Кино глазами детей»",
        0.459,
        "names",
    ),
    ("Конкурс «Зведный путь земли»", "Конкурс «Звёздный путь земли»", 0.578, ""),
    ("Слёт «Кедр»", "Слёт «Кедр» и концерт «Салют»", 0.534, "forms"),
    ("Акция «Кедр», игра «Салют»", "Акция «Кедр», игра «Маяк»", 0.46, "names"),
    ("Выставка «Поэзия о войне. Поэты фронта»", "Выставка «Поэзия о войне»", 0.678, ""),
    (
        "Большая перемена",
        "Проведение школьного этапа конкурса «Большая перемена»",
        0.556,
        "stages short",
    ),
    ("Зарница", "Военно-спортивная игра «Зарница»", 0.587, ""),
    # A standard day and what is held on it.
    ("День космонавтики", "Классный час «Звёздная дорога», 12 апреля", 0.46, ""),
    # After a colon.
    ("Неделя химии: викторина", "Неделя химии", 0.83, "details"),
    (
        "Методическая неделя педагогов: открытые уроки",
        "Методическая неделя педагогов",
        0.895,
        "details",
    ),
    ("Неделя химии: обмен мнениями", "Неделя химии", 0.672, ""),
    ("Неделя химии", "Неделя химии: викторина", 0.831, "details short"),
    # Short names, narrower ones, lists of subjects.
    ("Слёт юннатов", "Слёт юннатов области", 0.983, "short"),
    ("Месячник безопасности", "Месячник пожарной безопасности", 0.727, ""),
    (
        "Анализ результатов экзаменов",
        "Анализ результатов экзаменов по химии, биологии, физике",
        0.647,
        "short",
    ),
    (
        "Учебный контент по биологии",
        "Учебный контент по химии, биологии, физике",
        0.528,
        "subjects short",
    ),
    (
        "Учебный контент по химии: видеоурок «Соли»",
        "Учебный контент по химии, биологии, физике",
        0.362,
        "subjects",
    ),
    (
        "Учебный контент 9 класса по химии",
        "Учебный контент 8-9 классов по химии, физике",
        0.5,
        "grades subjects",
    ),
    # Typos, words cut short, words of one root, forms of one kind.
    ("Викторна по химии", "Викторина по химии", 0.876, ""),
    ("Разраб. карты ресурсов", "Разработка карты ресурсов", 1.0, "short exact"),
    ("Профилактика травматизма", "Профилактическая акция травматизма", 0.781, ""),
    ("Квиз по химии", "Викторина по химии", 0.78, ""),
]


@pytest.mark.parametrize(("card", "event", "score", "told"), SCORES)
def test_every_rule_takes_its_part_of_the_score(
    card: str, event: str, score: float, told: str
) -> None:
    found = compare(card, event)
    said = [*found.doubts, *(["short"] if found.short else []), *(["exact"] if found.exact else [])]
    assert found.score == pytest.approx(score, abs=0.002)
    assert " ".join(said) == told


#: A card that is one of the several things that the event asks for; 0 where it is none of them.
PARTS = [
    ("Учебный контент по биологии", "Учебный контент по химии, биологии, физике", 0.95),
    (
        "Учебный контент по химии: видеоурок «Соли»",
        "Учебный контент по химии, биологии, физике",
        0.879,
    ),
    ("Учебный контент 9 класса по химии", "Учебный контент 8-9 классов по химии, физике", 0.96),
    ("Учебный контент по химии", "Учебный контент «Атом» по химии, физике", 0.642),
    (
        "Учебный контент по химии для родителей",
        "Учебный контент для педагогов по химии, физике",
        0.0,
    ),
    ("Учебный контент по истории", "Учебный контент по истории", 0.0),
    ("Учебный контент по химии и истории", "Учебный контент по химии", 0.0),
    (
        "Учебный контент 8 класса по химии, физике",
        "Учебный контент 8-9 классов по химии, физике",
        1.0,
    ),
    ("Учебный контент по химии", "Учебный контент по естественным наукам", 0.617),
]


@pytest.mark.parametrize(("card", "event", "score"), PARTS)
def test_one_of_the_several_things_that_are_asked_for_misses_nothing(
    card: str, event: str, score: float
) -> None:
    title = read_title(event)
    lexicon = Lexicon([title])
    asked = Profile(title, lexicon, parts=True)
    assert explained(Profile(read_title(card), lexicon), asked).part == pytest.approx(
        score, abs=0.002
    )


def test_a_word_weighs_less_the_more_titles_hold_it() -> None:
    title, other = read_title("Слёт юннатов"), read_title("Слёт химиков")
    rare, frequent = Lexicon([title, other]), Lexicon([title, title])
    assert frequent.weight("юннат") < rare.weight("юннат") < rare.weight("небывальщин")
    assert rare.weight("слет") < rare.weight("юннат")


def test_a_word_that_no_title_holds_counts_as_half_a_title() -> None:
    weight = Lexicon([]).weight("небывальщин")
    assert 2.718281828**weight == pytest.approx((BACKGROUND_TITLES + 1) * 2, rel=1e-6)
