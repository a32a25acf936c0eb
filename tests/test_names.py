"""Spellings of centres: the eight schools of a real network, as teachers write them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miro_sync.model import Center
from miro_sync.names import CenterNames, clashes

NETWORK = (
    Center("novonik", "МБОУ «Новониколаевская ООШ»"),
    Center("kaila", "МБОУ «Кайлинская ООШ им. Героя Советского Союза В.Д. Жихарева»"),
    Center("ulan", "МБОУ «Улановская ООШ»", aliases=("Улановка",)),
    Center("yaya3", "МБОУ «Яйская ООШ №3»"),
    Center("yaya1", "МБОУ «Яйская ООШ №1»", aliases=("школа №1 Яя",)),
    Center("yaya2", "МБОУ «Яйская СОШ №2»"),
    Center("ishim", "МБОУ «Ишимская ООШ»"),
    Center("mar", "МБОУ «Марьевская ООШ им. В.Д. Фёдорова»"),
)
NAMES = CenterNames(NETWORK)


@pytest.mark.parametrize(
    ("text", "center"),
    [
        ("МБОУ «Яйская ООШ №1»", "yaya1"),
        ("Яйская 1", "yaya1"),
        ("Яйская-1", "yaya1"),
        ("ЯЙСКАЯ N1", "yaya1"),
        ("яйская No 3", "yaya3"),
        ("школа №1 Яя", "yaya1"),
        ("школа №2 Яя", "yaya2"),
        ("Яйская школа № 1", "yaya1"),
        ("Яйская первая", "yaya1"),
        ("вторая школа Яи", "yaya2"),
        ("ООШ 1", "yaya1"),
        ("школа №3", "yaya3"),
        ("Яйской СОШ №2", "yaya2"),
        ("Яйская СОШ", "yaya2"),
        ("Яйск. 1", "yaya1"),
        ("МБОУ «Яйская ООШ №1» Яйского муниципального округа", "yaya1"),
        ("Муниципальное бюджетное учреждение «Яйская средняя школа №2»", "yaya2"),
        ("МКОУ Яйская основная общеобразовательная школа № 3", "yaya3"),
        ("Марьевская", "mar"),
        ("марьевка", "mar"),
        ("Mарьевская", "mar"),
        ("Мар. школа", "mar"),
        ("им. В.Д. Фёдорова", "mar"),
        ("школа имени Федорова", "mar"),
        ("им. Жихарёва", "kaila"),
        ("им. Жихорева", "kaila"),
        ("имени Героя Советского Союза Жихарева", "kaila"),
        ("Марьевская ООШ им. Героя Петрова", "mar"),
        ("с. Кайла", "kaila"),
        ("в Кайле", "kaila"),
        ("Новониколаевская", "novonik"),
        ("Ново-Николаевская ООШ", "novonik"),
        ("Новоник.", "novonik"),
        ("новоник", "novonik"),
        ("Новонколаевская", "novonik"),
        ("Новониколавеская", "novonik"),
        ("в Ишимской школе", "ishim"),
        ("Ишимская ООШ (ЦО «Точка роста»)", "ishim"),
        ("Точка роста Ишим", "ishim"),
        ("Центр «Точка роста» МБОУ «Улановская ООШ»", "ulan"),
        ("УЛАНОВКА", "ulan"),
        ("Рамка: Улановская", "ulan"),
        ("🌱 Улановская 🌱", "ulan"),
        ("Улановская СОШ", "ulan"),
        ("yaya1", "yaya1"),
    ],
)
def test_a_text_that_names_a_centre_finds_it(text: str, center: str) -> None:
    assert NAMES.find(text) == center


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🎉",
        "1",
        "№1",
        "школа",
        "Точка роста",
        "СОШ 1",
        "Яйская",
        "Яя",
        "Яйская ООШ",
        "Яйская гимназия",
        "Яйская ООШ №12",
        "Яйская ООШ №1 и №3",
        "Яйская 8-9",
        "Яйский муниципальный округ",
        "ИМЦ УО Яйского округа",
        "Улановская №1",
        "Улановский детский сад",
        "Улановская и Марьевская",
        "Улановская ООШ им. В.Д. Фёдорова",
        "Уланов",
        "Уланова",
        "Анжерская СОШ №2",
        "Олимпиада в Улановской школе",
        "В.Д. Фёдоров",
    ],
)
def test_what_names_none_or_more_than_a_centre_finds_nobody(text: str) -> None:
    assert NAMES.find(text) is None


@pytest.mark.parametrize("text", ["²", "①", "…", "\u0301"])
def test_a_text_without_a_word_names_nobody(text: str) -> None:
    assert NAMES.find(text) is None
    assert NAMES.mentioned(text) == ()


def test_the_number_and_the_place_together_identify() -> None:
    assert NAMES.candidates("Яйская") == ("yaya3", "yaya1", "yaya2")
    assert NAMES.candidates("Яйская ООШ") == ("yaya3", "yaya1")
    assert NAMES.candidates("Яйская СОШ №1") == ("yaya1",)
    assert NAMES.candidates("Анжерская") == ()


def test_a_short_word_is_not_taken_for_another() -> None:
    names = CenterNames([Center("zeya", "Зейская школа"), Center("chara", "Чарская школа")])

    assert names.find("Зейская") == "zeya"
    assert names.find("Зея") == "zeya"
    assert names.find("Зоя") is None
    assert names.find("Чара") == "chara"
    assert names.find("Чада") is None


@pytest.mark.parametrize(
    ("text", "centers"),
    [
        ("Методический день в Улановской школе", ("ulan",)),
        ("Мастер-класс в Улановке", ("ulan",)),
        ("Яйская СОШ №2 и Яйская ООШ №1", ("yaya2", "yaya1")),
        ("Яйские школы №1 и №3", ("yaya1", "yaya3")),
        ("школы №1, 2 и 3 п. Яя", ("yaya1", "yaya2", "yaya3")),
        ("Яйская ООШ №1, №3: турнир", ("yaya1", "yaya3")),
        ("Яйская №1/№2", ("yaya1", "yaya2")),
        ("Яйская ООШ №1 СОШ №2", ("yaya1", "yaya2")),
        ("8-9 классы Яйская 1", ("yaya1",)),
        ("Яйская 1: олимпиада", ("yaya1",)),
        ("Яйская СОШ №2 - 12.04", ("yaya2",)),
        ("Улановская, 9 класс", ("ulan",)),
        ("Новониколевская школа: день химии", ("novonik",)),
        ("школа им. В.Д. Фёдорова провела конкурс", ("mar",)),
        ("Ишимский лицей", ("ishim",)),
        ("МБОУ «Яйская ООШ №1» Яйского муниципального округа: форум", ("yaya1",)),
        ("Кайлинская, Марьевская: мастер-класс", ("kaila", "mar")),
        ("Победила Ишимская. Улановская вторая", ("ishim", "ulan")),
        ("Яйская и Улановская школы", ("ulan",)),
        ("Анжерская СОШ №1 и Ишимская ООШ", ("ishim",)),
    ],
)
def test_running_text_mentions_centres(text: str, centers: tuple[str, ...]) -> None:
    assert NAMES.mentioned(text) == centers


@pytest.mark.parametrize(
    "text",
    [
        "Форум центров «Точка роста»",
        "в школе №1",
        "кабинет №1",
        "школа, 1 этаж",
        "Яйская 1 место",
        "Яйская 8-9 классы",
        "Яйская 12.04",
        "Ишимская библиотека",
        "в Ишимской сельской библиотеке",
        "в Ишимском доме культуры",
        "Ишимский район",
        "Ишимский лес зимой",
        "Форум ИМЦ УО Яйского округа",
        "Уланова Анна, 9 класс",
        "экскурсия в Ишим",
        "марьевы горы",
        "Конкурс им. В.Д. Фёдорова",
        "Улановская ООШ №5",
        "шили улановку",
    ],
)
def test_running_text_that_may_mean_something_else_mentions_nobody(text: str) -> None:
    assert NAMES.mentioned(text) == ()


@pytest.mark.parametrize(
    ("text", "center"),
    [
        ("Методический день в Улановской школе", "ulan"),
        ("Улановская: Улановская школа принимает гостей", "ulan"),
        ("Яйская и Улановская школы", None),
        ("Яйская СОШ №2 и Яйская ООШ №1", None),
        ("Анжерская СОШ №1 и Ишимская ООШ", None),
        ("Форум", None),
    ],
)
def test_a_text_is_one_centres_only_if_it_may_speak_of_no_other(
    text: str, center: str | None
) -> None:
    assert NAMES.only(text) == center


def test_a_number_alone_is_a_centres_where_the_settings_have_the_very_words() -> None:
    names = CenterNames(
        [Center("one", "Яйская ООШ №1", aliases=("школа №1",)), Center("two", "Яйская СОШ №2")]
    )

    assert names.mentioned("День физики в школе № 1") == ("one",)
    assert names.mentioned("День физики в школе № 2") == ()
    assert names.mentioned("Анжерская школа №1") == ()
    assert names.mentioned("школа №1 г. Мариинска") == ()
    assert names.mentioned("кабинет №1") == ()


def test_a_common_word_is_a_name_only_beside_a_school() -> None:
    names = CenterNames([Center("prestige", "Лицей «Престиж»"), Center("north", "Северная школа")])

    assert names.mentioned("Лицей «Престиж» провёл форум") == ("prestige",)
    assert names.mentioned("Северной школе десять лет") == ("north",)
    assert names.mentioned("Конкурс «Престиж профессии»") == ()
    assert names.mentioned("Северная экспедиция") == ()


def test_of_two_schools_of_a_place_the_spelling_without_a_number_is_the_one_that_has_none() -> None:
    names = CenterNames([Center("one", "Ишимская ООШ"), Center("two", "Ишимская ООШ №2")])

    assert names.find("Ишимской ООШ") == "one"
    assert names.find("Ишимская №2") == "two"
    assert names.find("Ишимская") is None
    assert clashes([Center("one", "Ишимская ООШ"), Center("two", "Ишимская ООШ №2")]) == ()


def test_an_alias_settles_what_the_names_leave_open() -> None:
    names = CenterNames(
        [Center("one", "Яйская ООШ №1", aliases=("Яйская", "Экспериментариум")), NETWORK[5]]
    )

    assert names.find("Яйская") == "one"
    assert names.find("Экспериментариум") == "one"
    assert names.mentioned("праздник в Экспериментариуме") == ("one",)


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("Бородино", "Бородинская школа"),
        ("Бородино", "школа в Бородине"),
        ("Щербинка", "Щербинская"),
        ("Рязань", "Рязанской школы"),
        ("Кайла", "Кайлинская"),
        ("Зея", "Зейская"),
        ("Ишим", "Ишимской"),
        ("Томск", "Томская"),
        ("Томская", "школа г. Томска"),
        ("Бородинская", "Бородино"),
        ("Улановская", "Уланово"),
        ("Северная", "Северной"),
    ],
)
def test_a_place_and_its_adjective_lead_to_each_other(alias: str, text: str) -> None:
    assert CenterNames([Center("one", alias), Center("two", "Минская")]).find(text) == "one"


def test_a_spelling_that_is_no_name_of_a_school_is_found_to_the_letter_only() -> None:
    names = CenterNames([Center("one", "Яйская ООШ №1", aliases=("Корпус 12/4 Б",))])

    assert names.find("корпус 12/4 б") == "one"
    assert names.find("корпус 12/4") is None


def test_a_frame_is_one_more_spelling() -> None:
    names = CenterNames([Center("ulan", "Улановская ООШ", frame="🌻 Наша гончарная мастерская")])

    assert names.find("🌻 Наша гончарная мастерская") == "ulan"
    assert names.find("гончарная мастерская") == "ulan"


def test_the_real_network_has_no_clash() -> None:
    assert clashes(NETWORK) == ()


@pytest.mark.parametrize(
    ("one", "other", "spelling"),
    [
        (
            Center("a", "Яйская ООШ №1"),
            Center("b", "МБОУ «Яйская ООШ № 1»"),
            "МБОУ «Яйская ООШ № 1»",
        ),
        (Center("a", "Яйская ООШ №1"), Center("b", "Улановская", frame="Яйская 1"), "Яйская 1"),
        (Center("a", "Школа А", frame="План"), Center("b", "Школа Б", frame="«ПЛАН»"), "«ПЛАН»"),
        (Center("a", "А", frame="Наша рамка"), Center("b", "Б", frame="наша рамка"), "наша рамка"),
        (Center("a", "Марьевская"), Center("b", "Школа с. Марьевка"), "Школа с. Марьевка"),
        (
            Center("a", "Яйская ООШ №1"),
            Center("b", "Яйская", aliases=("школа №1 Яя",)),
            "школа №1 Яя",
        ),
        (Center("a", "А", aliases=("ООШ 1",)), Center("b", "Б", aliases=("школа №1",)), "школа №1"),
        (Center("a", "СОШ им. Фёдорова"), Center("b", "школа им. Федорова"), "школа им. Федорова"),
    ],
)
def test_two_centres_that_answer_to_one_spelling_clash(
    one: Center, other: Center, spelling: str
) -> None:
    assert clashes([one, NETWORK[6], other]) == (("a", "b", spelling),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Center("a", "Яйская ООШ №1"), Center("b", "Яйская СОШ №1")),
        (Center("a", "Яйская ООШ №1"), Center("b", "Яйская ООШ №2")),
        (Center("a", "Яйская ООШ №1"), Center("b", "Ишимская ООШ №1")),
        (Center("a", "СОШ им. Фёдорова"), Center("b", "СОШ им. Жихарева")),
        (Center("a", "Большая Марьевская"), Center("b", "Марьевская")),
    ],
)
def test_centres_that_differ_in_place_number_kind_or_patron_do_not_clash(
    one: Center, other: Center
) -> None:
    assert clashes([one, other]) == ()


@given(st.randoms(use_true_random=False), st.sampled_from(NETWORK))
def test_noise_around_a_name_changes_nothing(chance: random.Random, center: Center) -> None:
    quote, end = chance.choice([("«", "»"), ('"', '"'), ("", ""), ("“", "”")])
    spelling = center.name.replace("«", quote).replace("»", end)
    spelling = chance.choice([spelling, spelling.upper(), spelling.lower()])
    spelling = spelling.replace("№", chance.choice(["№", "№ ", "N", "No "]))
    spelling = spelling.replace("МБОУ", chance.choice(["МКОУ", "Центр «Точка роста»", "ТР", ""]))
    emoji = chance.choice(["", "📌 ", "✅", "- "])

    assert NAMES.find(f"{emoji}{spelling} ") == center.id


@given(st.permutations(NETWORK), st.sampled_from(["Яйская 1", "ООШ", "Яя", "Кайла", "ООШ 3"]))
def test_the_order_of_the_settings_decides_nothing(order: list[Center], text: str) -> None:
    assert CenterNames(order).find(text) == NAMES.find(text)


@given(st.text("Яйскаяулновмреь№ 123«».,-и🎉шОС", max_size=30))
def test_no_text_breaks_the_reading_and_only_agrees_with_mentioned(text: str) -> None:
    mentioned = NAMES.mentioned(text)

    assert set(mentioned) <= {center.id for center in NETWORK}
    assert NAMES.only(text) in {None, *mentioned}


def test_a_megabyte_is_read_in_time_proportional_to_it() -> None:
    assert NAMES.mentioned("Улановская школа №" * 50_000) == ("ulan",)
    assert NAMES.mentioned("им. " * 100_000 + "Улановская") == ("ulan",)
    assert NAMES.mentioned("Улановская муниципальная " * 20_000) == ("ulan",)
