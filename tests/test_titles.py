from __future__ import annotations

import pytest

from miro_sync.matching.titles import Facets, conflicts, doubts, read_title
from miro_sync.matching.words import notion


def facets(title: str) -> Facets:
    return read_title(title).facets


def notions(title: str) -> frozenset[str]:
    return frozenset(read_title(title).shares)


@pytest.mark.parametrize(
    ("title", "grades"),
    [
        ("Викторина по химии 5-9 классы", {5, 6, 7, 8, 9}),
        ("Викторина (6-ые классы)", {6}),
        ("Урок для 7а,б классов", {7}),
        ("Урок в 7 «А» классе", {7}),
        ("КВН (5 – 6 кл.)", {5, 6}),
        ("Консультация 8, 9 и 11 классы", {8, 9, 11}),
        ("Занятие для 5-х классов", {5}),
        ("Посвящение: классы 1-4", {1, 2, 3, 4}),
        ("Праздник первоклассников", {1}),
        ("Собрание 9А", {9}),
        ("Урок 6-ые, 7 - 8 классы", {6, 7, 8}),
        ("Классы 7-9, 11: бег", {7, 8, 9, 11}),
        ("Собрание 7 а, б, 9 в классов", {7, 9}),
        ("Экскурсия 7а, 8-б", {7, 8}),
        ("Кружок, каб. 5а", set()),
        ("Турнир школы №9А", set()),
        ("Классный час", set()),
        ("Мастер-класс 5 марта", set()),
        ("Школа №5", set()),
    ],
)
def test_classes_are_read_as_schools_write_them(title: str, grades: set[int]) -> None:
    assert facets(title).grades == grades


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("VIII муниципальная научно-практическая конференция", {("выпуск", 8)}),
        ("8 научно-практическую конференцию", {("выпуск", 8)}),
        ("ХI Международной экологической акции", {("выпуск", 11)}),  # Cyrillic Х
        ("первый турнир по шахматам", {("выпуск", 1)}),
        ("XLV олимпиада", {("выпуск", 45)}),
        ("4 этап кампании", {("этап", 4)}),
        ("второй этап конкурса", {("этап", 2)}),
        ("III тур олимпиады", {("этап", 3)}),
        ("Заседание РМО № 3", {("выпуск", 3)}),
        ("НПК № 2", {("выпуск", 2)}),
        ("Лагерь, 2 смена", {("смена", 2)}),
        ("Педсовет «Итоги 1 четверти»", {("четверть", 1)}),
        ("Гений XXI века", set()),
        ("Форум в СОШ №5", set()),
        ("Школа №5: форум", set()),
        ("Школа №5 форум", set()),
        ("СОШ 5 форум", set()),
        ("Детский сад №7 праздник", set()),
        ("СОШ №12, VIII форум", {("выпуск", 8)}),
        ("СОШ №12 4 этап акции", {("этап", 4)}),
        ("5. Конкурс чтецов", set()),
        ("II. Форум педагогов", set()),
        ("2-й открытый урок", {("выпуск", 2)}),
        ("2й этап конкурса", {("этап", 2)}),
        ("3-я районная научная конференция", {("выпуск", 3)}),
        ("Занятие 3", {("выпуск", 3)}),
        ("Занятие 3 (школа)", {("выпуск", 3)}),
        ("Занятие 3-5, парк", set()),
        ("Час № 2", set()),
        ("Праздник первого звонка", set()),
    ],
)
def test_numbers_of_a_series_are_read(title: str, numbers: set[tuple[str, int]]) -> None:
    assert facets(title).numbers == numbers


@pytest.mark.parametrize(
    ("title", "subjects"),
    [
        ("Неделя химии и биологии", {"химия", "биология"}),
        ("Физико-математический турнир", {"физика", "математика"}),
        ("Открытие центра естественно-научной и технологической направленностей", set()),
        ("Экологический диктант", {"экология"}),
        ("История моей семьи", set()),
        ("Олимпиада по истории", {"история"}),
        ("Успехи по истории", {"история"}),
        ("Успехи истории", set()),
        ("Открытие кабинета истории", {"история"}),
        ("Слёт учителей истории", {"история"}),
        ("Секция физической культуры", {"физкультура"}),
        ("Турнир по волейболу", {"волейбол"}),
        ("Линейка об освобождении от немецко-фашистских захватчиков", set()),
    ],
)
def test_subjects_are_found_where_a_subject_is_meant(title: str, subjects: set[str]) -> None:
    assert facets(title).subjects == subjects


def test_natural_science_stands_for_its_subjects() -> None:
    assert {"физика", "химия", "биология"} <= facets("Декада естественных наук").subjects


@pytest.mark.parametrize(
    ("title", "stages"),
    [
        ("Школьный этап ВсОШ", {1}),
        ("районный этап Всероссийского экологического диктанта", {2}),
        ("Окружной этап конкурса", {2, 3, 4}),
        ("Заключительный этап олимпиады", {9}),
        ("Финал чемпионата", {9}),
        ("Школьный этап и муниципальный этап олимпиады", {1, 2}),
        ("Всероссийская олимпиада", set()),
    ],
)
def test_the_stage_is_told_from_the_reach_of_the_contest(title: str, stages: set[int]) -> None:
    assert facets(title).stages == stages


@pytest.mark.parametrize(
    ("title", "levels"),
    [
        ("День семьи: городской конкурс", {2, 4}),
        ("Международный день музеев", set()),
        ("Городской день здоровья", set()),
    ],
)
def test_the_reach_of_a_standard_day_is_not_that_of_the_event(title: str, levels: set[int]) -> None:
    assert facets(title).levels == levels


def test_the_reach_is_that_of_the_contest_where_a_stage_is_named() -> None:
    found = facets("муниципальный этап Всероссийского конкурса юных чтецов")
    assert (found.stages, found.levels) == (frozenset({2}), frozenset({5}))


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("Кубок «Точка роста – 2021»", {2021}),
        ("Декада естественных наук 2013-2014 г.", {2013, 2014}),
        ("План на 2022/23 уч. год", {2022, 2023}),
        ("Сравнительный анализ ОГЭ 2022 и 2023г.", {2022, 2023}),
        ("Вебинар 10.08.2021", {2021}),
        ("Соревнования среди юношей 2010-2011 г.р.", set()),
        ("Подвиг 1941 года", set()),
    ],
)
def test_years_are_taken_from_a_title(title: str, years: set[int]) -> None:
    assert facets(title).years == years


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 апреля – День космонавтики", "День авиации и космонавтики"),
        ("Концерт к 8 Марта", "Концерт ко Дню 8 марта"),
        ("Митинг к 9 мая", "Митинг «Ко Дню 65 – Победы!»"),
        ("Линейка «Первый звонок»", "Линейка, посвящённая Дню знаний"),
    ],
)
def test_a_standard_day_is_one_by_date_and_by_its_names(one: str, other: str) -> None:
    assert facets(one).days
    assert facets(one).days == facets(other).days


def test_a_date_does_not_name_a_day_beside_another() -> None:
    assert facets("8 февраля — День российской науки").days == {"науки"}


def test_quotes_name_a_thing_unless_they_hold_the_whole_title() -> None:
    assert read_title("Викторина «Наука спасёт мир»").names
    assert read_title('Игра "Умный, ещё умнее" (6-8 классы)').names
    assert not read_title("«Неделя функциональной грамотности»").names


def test_all_that_stands_in_quotes_is_detail() -> None:
    assert read_title("Викторина «Атом» и игра «Кварк»").detail == {"ат", "кварк"}


def test_what_a_school_is_called_is_no_detail_of_the_event() -> None:
    assert read_title("Яйская СОШ «Эврика», мастер-класс").detail == frozenset()


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("День семьи", "семьи"),
        ("День семьи, любви и верности", "семьи_любви_и_верности"),
        ("День здоровья", "здоровья"),
        ("День здорового питания", "здорового_питания"),
        ("День детских организаций", "детских_организаций"),
        ("День нашей Победы", "победы"),
        ("День российского учителя", "учителя"),
    ],
)
def test_the_longest_name_of_a_day_counts_and_ornaments_do_not(title: str, day: str) -> None:
    assert facets(title).days == {day}


def test_a_topic_without_quotes_is_a_name_too() -> None:
    assert read_title("Занятие по теме управление проектами").names


def test_a_schools_name_is_no_topic() -> None:
    title = read_title("Открытие центра в МБОУ «Яйская ООШ №1 им. Героя Жихарева», мастер-класс")
    assert title.shares["мастер-класс"] > 5 * title.shares["жихарев"]
    assert not title.names


def test_where_and_in_what_frame_say_less_than_what() -> None:
    shares = read_title("Форум педагогов, созданный на базе лицея Кузбасса").shares
    assert shares["кузбасс"] < shares["форум"] / 4


def test_brackets_and_afterthoughts_say_less() -> None:
    shares = read_title("Форум педагогов (для участников). Круглый стол об итогах").shares
    assert shares["участник"] < shares["форум"]
    assert shares["круглый_стол"] < shares["форум"]


def test_words_of_two_alphabets_are_read_as_one() -> None:
    assert notions("BcOШ по xимии") == notions("ВсОШ по химии")


def test_official_names_and_abbreviations_are_one() -> None:
    full = "Форум Центров образования «Точка роста»"
    assert notions("Форум ЦО ТР") == notions(full)
    assert notions("Всероссийская олимпиада школьников") == notions("ВсОШ")


def test_a_year_of_birth_leaves_no_word() -> None:
    assert notions("Сбор юношей 2009 года рождения") == notions("Сбор юношей")


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("мая", True),
        ("майский", True),
        ("августовский", True),
        ("апреле", True),
        ("маяк", False),
        ("майор", False),
        ("октябрята", False),
        ("декабристы", False),
    ],
)
def test_a_word_that_only_begins_like_a_month_is_none(word: str, *, month: bool) -> None:
    assert (read_title(f"{word} форум").shares[notion(word)] < 0.3) is month


@pytest.mark.parametrize("title", ["", " ", "🎉🎉", "—", "12.04.2023", "№ 5", "«»", "((", "и в на"])
def test_a_title_without_words_has_no_notions_or_only_a_day(title: str) -> None:
    assert len(read_title(title).shares) <= 1


def test_six_thousand_characters_are_read_at_the_head_only() -> None:
    assert "форум" in notions("Форум педагогов " + "о физике " * 700)
    assert "финансовая_грамотность" not in notions("о физике " * 700 + "финансовая грамотность")


@pytest.mark.parametrize(
    ("one", "other", "facet"),
    [
        ("Неделя физики", "Неделя химии", "subjects"),
        ("Неделя математики", "Неделя математики, физики и информатики", "subjects"),
        ("Неделя математики", "Олимпиада по математике и физике", "subjects"),
        ("ВПР по биологии 5 класс", "ВПР по биологии 7 класс", "grades"),
        ("Подготовка к ОГЭ", "Подготовка к ЕГЭ", "exams"),
        ("Школьный этап ВсОШ", "Муниципальный этап ВсОШ", "stages"),
        ("Школьный турнир по шахматам", "Районный турнир по шахматам", "stages"),
        ("Школьный этап конкурса чтецов", "Районный конкурс чтецов", "stages"),
        ("Форум 2023", "Форум 2024", "years"),
        ("Неделя химии 2022-2023", "Неделя химии 2023-2024", "years"),
        ("VII НПК", "IX НПК", "numbers"),
        ("1 этап конкурса", "2 этап конкурса", "numbers"),
        ("Очный этап конкурса", "Заочный этап конкурса", "modes"),
        ("Собрание 9А", "Собрание 9 «Б» класса", "grades"),
        ("Подготовка к ОГЭ", "Собрание 11 классов", "grades"),
        ("Смотр песни среди классов школы", "Районный смотр песни", "stages"),
        ("Заседание методического совета №2", "Методсовет №3", "numbers"),
    ],
)
def test_facets_that_contradict_make_another_event(one: str, other: str, facet: str) -> None:
    assert facet in conflicts(facets(one), facets(other))
    assert conflicts(facets(one), facets(other)) == conflicts(facets(other), facets(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Неделя химии", "Неделя"),
        ("НПК 5-9 классов", "НПК"),
        ("Школьный этап ВсОШ", "ВсОШ"),
        ("VIII НПК", "НПК"),
        ("районный этап конкурса", "муниципальный этап конкурса"),
        ("муниципальный этап Всероссийского конкурса", "Всероссийский конкурс"),
        ("Олимпиада по химии и физике", "Олимпиада по физике"),
        ("Собрание 9А", "Собрание 9А, 9Б"),
        ("Подготовка к ОГЭ", "Собрание 8-9 классов"),
        ("Подготовка к ОГЭ по химии, биологии", "Подготовка к ОГЭ по химии"),
        ("Школа №5: муниципальная НПК", "VIII муниципальная НПК"),
        ("Урок 5-7 классы", "Урок 7-9 классы"),
    ],
)
def test_silence_and_overlap_are_no_conflict(one: str, other: str) -> None:
    assert conflicts(facets(one), facets(other)) == ()


@pytest.mark.parametrize(
    ("one", "other", "doubt"),
    [
        ("Формирование базы данных", "Обновление базы данных", "actions"),
        ("Семинар для педагогов", "Семинар для родителей", "audiences"),
        ("Концерт ко Дню матери", "Концерт ко Дню Победы", "days"),
        ("Неделя правовых знаний", "Месячник правовых знаний", "forms"),
        ("Экологический диктант", "Экологический диктант и экологический урок", "forms"),
        ("Урок 5-7 классы", "Урок 7-9 классы", "grades"),
        ("Муниципальный форум", "Всероссийский форум", "levels"),
        ("Открытие лагеря", "Закрытие лагеря", "moments"),
        ("Открытие месячника", "Месячник", "moments"),
        ("Промежуточный анализ", "Итоговый анализ", "phases"),
        ("Промежуточный анализ", "Анализ", "phases"),
        ("Собрание 9А", "Собрание", "grades"),
        ("Совещание при директоре", "Совещание при заместителе директора", "audiences"),
        ("Районный этап диктанта", "Диктант", "stages"),
        ("4 этап акции", "Акция", "stages"),
        ("ОГЭ по химии и физике", "ОГЭ по химии", "subjects"),
    ],
)
def test_what_a_person_must_look_at_is_a_doubt(one: str, other: str, doubt: str) -> None:
    assert doubt in doubts(facets(one), facets(other))
    assert doubts(facets(one), facets(other)) == doubts(facets(other), facets(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Создание контента", "Разработка контента"),
        ("Викторина по химии", "Квиз по химии"),
        (
            "Оценка возможностей, разработка карты ресурсов",
            "Разработка карты ресурсов, оценка возможностей",
        ),
        ("VIII НПК", "НПК"),
        ("Концерт ко Дню матери", "Концерт"),
        ("Районный конкурс чтецов", "Районный этап Всероссийского конкурса чтецов"),
        ("Учёба замов по УВР", "Учёба заместителей директора по УВР"),
    ],
)
def test_synonyms_and_silence_raise_no_doubt(one: str, other: str) -> None:
    assert doubts(facets(one), facets(other)) == ()


def test_a_date_with_its_year_names_no_standard_day() -> None:
    assert facets("Методический день 12.04.2023").days == frozenset()
    assert facets("Методический день 12 апреля 2023").days == frozenset()
    assert facets("Классный час 12 апреля").days == {"космонавтики"}


def test_the_parallel_classes_are_told_apart() -> None:
    assert facets("Собрание 6а, б").sections == {(6, "а"), (6, "б")}
    assert facets("Собрание 6 классов").sections == frozenset()


def test_a_contest_of_the_year_keeps_its_year() -> None:
    assert "учитель" not in notions("Учитель года")
    assert notions("Учитель года") == notions("Учителя года")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("база уч-ся", "база учащихся"),
        ("методсовет", "методический совет"),
        ("методдень", "методический день"),
        ("неделя финграмотности", "неделя финансовой грамотности"),
        ("августовское совещание", "августовская педагогическая конференция"),
        ("уроки по ОБЖ", "уроки по основам безопасности жизнедеятельности"),
        ("занятие в Miro", "занятие в Миро"),
        ("олимпиада по русскому", "олимпиада по русскому языку"),
    ],
)
def test_short_and_full_wordings_have_the_same_notions(short: str, full: str) -> None:
    assert notions(short) == notions(full)
