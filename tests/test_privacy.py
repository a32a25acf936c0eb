"""What looks like a person's data, and what only looks as if it did."""

from __future__ import annotations

import random
import time

import pytest
from conftest import shared_lines

from miro_sync.messages import catalogue
from miro_sync.privacy import (
    HIDDEN,
    Personal,
    few_hidden,
    people_outside,
    people_told_outside,
    personal,
    veiled,
    without_people,
)

# Invented people: surname, first name, patronymic.
PEOPLE = tuple(
    tuple(line.split())
    for line in """
    Иванов Иван Иванович|Петров Дмитрий Сергеевич|Смирнов Артём Ильич|Гарифуллин Ильнур Рустамович
    Ковальчук Захар Олегович|Шмидт Виктор Андреевич|Черных Егор Павлович|Мамедов Эльчин Рашидович
    Ким Станислав Витальевич|Соловьёв Тимофей Денисович|Кузнецова Мария Алексеевна
    Сидоренко Анна Петровна|Ахметова Айгуль Маратовна|Вольская София Игоревна
    Мельник Дарья Никитична|Белых Ксения Юрьевна|Оганесян Лилит Арменовна|Попова Алёна Викторовна
    Бойко Полина Романовна|Ли Виктория Сергеевна
    """.replace("\n", "|").split("|")
    if line.strip()
)
ONE = (
    "{s} {f} {p}", "{f} {p} {s}", "{s} {i}.{j}., 8А", "{s} {i}. {j}., 9 класс", "{s} {f}, 9 «Б»",
    "{s} {f} 12.03.2009", "{s} {i}.{j}. 05.11.2008 г.р.", "ученик 9 класса {s} {f}", "{s} {f}",
    "Победитель: {s} {i}.{j}., 9 кл.", "{s} {f} {p}, 14.02.2008, 9А, +7 923 456-78-90",
    "1. {s} {f}", "{s} {i}.{j}.", "{f} {s} (8Б)", "{i}.{j}. {s}, 10 класс",
    "Мама: {s} {f} {p}, тел. 8-913-123-45-67",
)  # fmt: skip
TWO = (
    "{0} {1}, {3} {4}", "{0} {1}\n{3} {4}", "1) {0} {1}\n2) {3} {4}", "{0} {i}.{j}., {3} {k}.{l}.",
    "{0} {1} {2}; {3} {4} {5}", "Участники: {0} {1}, {3} {4}", "{1} {0} и {4} {3}",
    "• {0} {i}.\n• {3} {k}.",
)  # fmt: skip


def name_lists() -> list[str]:
    dice = random.Random(7)  # noqa: S311 - the same lists in every run
    lists: list[str] = []
    for s, f, p in PEOPLE:
        lists += (one.format(s=s, f=f, p=p, i=f[0], j=p[0]) for one in ONE)
        lists.append(f"{s} {f} {p}".upper())
        other = dice.choice(PEOPLE)
        names = {"i": f[0], "j": p[0], "k": other[1][0], "l": other[2][0]}
        lists += (two.format(s, f, p, *other, **names) for two in TWO)
    return lists


def test_lists_of_people_are_recognised_in_every_form() -> None:
    lists = name_lists()
    missed = [text for text in lists if personal(text) is None]
    assert len(lists) == 500
    assert len(missed) <= len(lists) * 0.02, missed


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("8-913-123-45-67", Personal.PHONE),
        ("+79131234567", Personal.PHONE),
        ("89131234567", Personal.PHONE),
        ("8 (384 41) 2-12-15", Personal.PHONE),
        ("тел. 2-15-43", Personal.PHONE),
        ("112-233-445 95", Personal.SNILS),
        ("11223344595", Personal.SNILS),
        ("паспорт 3210 123456", Personal.SNILS),
        ("пишите на ivanov.ivan@mail.ru", Personal.EMAIL),
        ("Дата рождения: 12.03.2009", Personal.BIRTH),
        ("Петров Дима, 12.03.2009", Personal.BIRTH),
        ("5 августа 2008 г.р., Петров Дима", Personal.BIRTH),
        ("Иванова, Петров, Сидорова, Кузнецов", Personal.NAMES),
        ("9А: Иванов, Петров, Сидоров", Personal.NAMES),
        ("Иванов, 9А", Personal.NAMES),
        ("Петрова 8Б", Personal.NAMES),
        ("Ivanov Ivan Ivanovich", Personal.NAMES),
        ("иванов иван иванович", Personal.NAMES),
        ("Иванoв Иван", Personal.NAMES),  # a Latin «o»
    ],
)
def test_the_kind_of_the_data_is_told(text: str, kind: Personal) -> None:
    assert personal(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Урок памяти Героя Советского Союза В.Д. Фёдорова",
        "Чтения памяти А.С. Пушкина",
        "Линейка в школе имени Героя России Сергея Ивановича Петрова",
        "МБОУ «СОШ №7 им. В.Д. Фёдорова», 9 класс",
        "Мастер-класс Ивановой А.П.",
        "Отв.: Сикора М.С., Иванова А.П.",
        "День Юрия Гагарина",
        "Конкурс чтецов, посвящённый 100-летию Э.А. Асадова",
        "Урок по лирике С.А. Есенина и А.А. Блока, 9 класс",
        "Роман Булгакова «Мастер и Маргарита»",
        "Экскурсия учащихся 8 класса в музей И.В. Панфилова",
        "Турнир по футболу 2008-2009 г.р.",
        "ОГЭ 2022-2023, 8-11 классы",
        "Неделя химии: 8А, 9Б, 10 класс",
        "Рождественский вечер 25.12.2013, 09.00-10.00",
        "Саратов, Ростов, Киров",
        "Алексеевская СОШ, Дмитриевская СОШ, Ивановская СОШ",
        "Надежда России",
        "ул. Ивана Черных, 12",
        "(21 уч-ся, 3 педагога)",
        "https://vk.com/wall-189131234567_89131234567",
    ],
)
def test_events_and_those_they_are_named_after_are_nobodys_data(text: str) -> None:
    assert personal(text) is None


def test_a_column_of_the_responsible_may_name_staff_but_no_pupils() -> None:
    assert personal("Сикора М.С., Иванова А.П.") is Personal.NAMES
    assert personal("Сикора М.С., Иванова А.П.", staff=True) is None
    assert personal("Сикора М.С., 9А", staff=True) is Personal.NAMES
    assert personal("Иванов Иван Иванович", staff=True) is Personal.NAMES
    assert personal("Иванова А.П., 8-913-123-45-67", staff=True) is Personal.PHONE


def test_no_published_title_of_an_event_is_refused() -> None:
    titles = [line["title"] for line in shared_lines("data", "titles", "titles.jsonl")]
    assert [title for title in titles if personal(title)] == []


@pytest.mark.parametrize(
    "text", ["А" * 30_000, "Иванов И. " * 3_000, "12.03." * 5_000, "Ии-" * 10_000, "a@" * 15_000]
)
def test_the_longest_cell_takes_no_time(text: str) -> None:
    start = time.process_time()
    personal(text)
    assert time.process_time() - start < 5


def test_few_people_are_told_outside_as_fewer_than_five_and_a_gap_stays_a_gap() -> None:
    counts = (None, 0, 1, 4, 5, 120)
    assert [people_outside(count) for count in counts] == [None, 0, "<5", "<5", 5, 120]
    told = [people_told_outside(count) for count in counts]
    assert list(map(catalogue("ru").tell, told)) == ["нет данных", "0", "<5", "<5", "5", "120"]
    assert list(map(catalogue("en").tell, told)) == ["no data", "0", "<5", "<5", "5", "120"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Экскурсия (3 уч-ся, 2 педагога)", "Экскурсия (<5 уч-ся, 2 педагога)"),
        ("2 ученика и 14 обучающихся", "<5 ученика и 14 обучающихся"),
        ("4 человека, 1-4 классы", "<5 человека, 1-4 классы"),
        ("1 234 участника 12.03 дети", "1 234 участника 12.03 дети"),
        ("5 учеников", "5 учеников"),
    ],
)
def test_counts_of_few_people_are_not_told_outside_their_centre(text: str, shown: str) -> None:
    assert few_hidden(text) == shown


def test_a_count_of_few_is_hidden_in_capitals_as_well() -> None:
    assert few_hidden("3 УЧЕНИКА и 2 Участника") == "<5 УЧЕНИКА и <5 Участника"


@pytest.mark.parametrize(
    "text",
    """
    Иванова Ивана|Иванову Ивану|Ивановым Иваном|Иванове Иване|Марию Иванову|Марии Ивановой
    Дубровский Иван|Дубровского Ивана|Дубровскому Ивану|Дубровским Иваном|Дубровском Иване
    Дубровская Мария|Дубровскую Марию|Иваненко Иван|Черных Иван|Саркисян Иван
    Ким Иван|Ли Иван|Пак Иван|Цой Иван|Хан Иван|Тен Иван|Хван Иван|Югай Иван|Шин Иван|Цай Иван
    Юн Иван|Иванову Ивану Ильичу|Петров Пётр Лукич|Алиева Лейла Ахмед кызы|ИВАНОВ ИВАН ИВАНОВИЧ
    Мамедов Эльчин Рашид оглы
    """.strip()
    .replace("\n", "|")
    .split("|"),
)
def test_a_name_is_one_in_every_case_and_of_every_people(text: str) -> None:
    assert personal(text.strip()) is Personal.NAMES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("снилс № 112-233", Personal.SNILS),
        ("СНИЛС: 112-233-445 95", Personal.SNILS),
        ("ПАСПОРТ 32 10 123456", Personal.SNILS),
        ("ТЕЛЕФОН 2-15-43", Personal.PHONE),
        ("моб. 2-15-43", Personal.PHONE),
        ("сот. 2-15-43", Personal.PHONE),
        ("WhatsApp 21-54-33", Personal.PHONE),
        ("вайбер: 21543", Personal.PHONE),
        ("Петров;Дима;12.03.2009", Personal.BIRTH),
        ("Иванова, 12.03.2009", Personal.BIRTH),
        ("Семинар\nСикора М.С.", Personal.NAMES),
        ("Сикора М.С.\nСеминар", Personal.NAMES),
        ("Иванов\nПетров\nСидоров", Personal.NAMES),
        ("Петров И.", Personal.NAMES),
        ("Герой труда Иванов Иван, 9А", Personal.NAMES),
    ],
)
def test_what_is_a_person_s_is_known_however_it_is_written(text: str, kind: Personal) -> None:
    assert personal(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "ученик Иванов",
        "ученица 9 «А» кл. Петрова",
        "мама Иванова",
        "участники: Иванов",
        "победитель Петрова",
        "законный представитель Иванова",
    ],
)
def test_a_small_letter_at_the_head_hides_no_pupil(text: str) -> None:
    assert personal(text) is Personal.NAMES
    assert personal(text[0].upper() + text[1:]) is Personal.NAMES


@pytest.mark.parametrize(
    "text",
    [
        "Сикора М.С. (семинар)",
        "Точка. А. потом",
        "Школа г. Яя, Центр А.",
        "Петров И. рассказал",
        "собака @ дом",
        "Встреча с ветераном Ивановым Иваном Петровичем",
        "Иванов Иван — поэт",
        "Иванов, Петров, Сидоров, физика, биология, сад",
        "Иванов, Петров, химия, физика",
        "педагог Иванова",
        "участие в конкурсе «Кванториум»",
    ],
)
def test_what_only_looks_like_a_person_s_is_left_alone(text: str) -> None:
    assert personal(text) is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Методист Сикора М.С.", "Методист"),
        ("М.С. Сикора, методист", "методист"),
        ("Сикора М.С., Иванова А.П.", ""),
        ("Отв. Сикора М.С. и Иванова А.П., школа", "Отв. и , школа"),
        ("Иванов Иван Иванович, директор", "директор"),
        ("Точка роста г. Яя", "Точка роста г. Яя"),
        ("Центр А.", "Центр А."),
        ("Центр А.П.", "Центр А.П."),
        ("МБУ ИМЦ", "МБУ ИМЦ"),
    ],
)
def test_a_column_of_the_responsible_is_told_without_names(text: str, bare: str) -> None:
    assert without_people(text) == bare


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("План.xlsx", "План.xlsx"),
        ("Отчет_2023.xlsx", "Отчет_2023.xlsx"),
        ("Иванов Иван Иванович", HIDDEN),
        ("Иванов_Иван_Иванович.xlsx", HIDDEN),
        ("Иванов.Иван.Иванович", HIDDEN),
    ],
)
def test_a_name_of_a_file_that_is_a_person_s_is_veiled(name: str, shown: str) -> None:
    assert HIDDEN == "[скрыто]"
    assert veiled(name) == shown
