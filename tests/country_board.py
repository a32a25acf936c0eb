"""A project of a simulated country: nine centres, their plans, and a board that speaks of them.

The network has a calendar of events for all and for every centre; every centre has a plan of its
own. Of most of them a card tells, in other words than the calendar's, dated or not, with a mark or
without; the rest of the board is what else people put there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from miro_server import MEMBER, Board

PLACES = (
    "Берёзовская",
    "Сосновская",
    "Ключевская",
    "Озёрная",
    "Луговская",
    "Заречная",
    "Полевая",
    "Каменская",
    "Родниковая",
)

#: Year of the first September.
YEAR = 2026

_NETWORK = (
    ("Муниципальный методический день педагогов центров", "Ноябрь"),
    ("Форум центров образования для школьников и родителей", "Июнь"),
    ("Муниципальная научно-практическая конференция школьников", "Март"),
    ("Разработка показателей оценки сетевой работы", "Сентябрь"),
    ("Круглый стол руководителей центров об итогах полугодия", "Январь"),
    ("Сетевая олимпиада по естественным наукам", "Декабрь"),
    ("Сравнительный анализ результатов экзаменов", "Август"),
    ("Слёт юных исследователей природы", "Май"),
)
_EVERY_CENTER = (
    ("Обновление карты ресурсов центра", "Октябрь"),
    ("День открытых дверей центра для родителей", "Сентябрь"),
    ("Неделя естественных наук в школе", "Февраль"),
    ("Представление опыта педагогов центра", "Апрель"),
    ("Отчёт о загруженности оборудования", "Декабрь"),
)
_FORMS = (
    "Конкурс рисунков",
    "Викторина",
    "Лабораторный практикум",
    "Мастер-класс",
    "Олимпиада",
    "Открытый урок",
    "Выставка",
    "Экскурсия",
    "Турнир",
    "Квест",
    "Интеллектуальная игра",
    "Защита проектов",
)
_TOPICS = (
    "по физике «Законы света»",
    "по химии «Опыты без опасности»",
    "по биологии «Живая клетка»",
    "по робототехнике «Первый робот»",
    "по экологии «Чистый берег»",
    "по информатике «Алгоритм»",
    "«Лекарственные растения родного края»",
    "«Мир профессий»",
    "по шахматам «Белая ладья»",
    "«Космос рядом»",
    "по географии «Карта нашего района»",
    "по астрономии «Звёздная ночь»",
)
_NOTES = (
    "Фото с занятия",
    "Список группы",
    "Ссылка на видеозапись",
    "Вопрос методисту",
    "Замена кабинета",
    "Заявка на оборудование",
    "Отзыв родителей",
    "Домашнее задание",
    "Расписание кружка",
    "Материалы к теме",
    "Критерии оценки",
    "Инструкция по безопасности",
)
_SUBJECTS = ("физика", "химия", "биология", "информатика", "технология", "экология", "шахматы")
_GRADES = ("5 класс", "6 класс", "7 класс", "8 класс", "9 класс", "10-11 классы")
_MONTHS = (
    "Январь",
    "Февраль",
    "Март",
    "Апрель",
    "Май",
    "Июнь",
    "Июль",
    "Август",
    "Сентябрь",
    "Октябрь",
    "Ноябрь",
    "Декабрь",
)
_STUDY_MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5)
_PLANNED = 12
_KINDS = ["card"] * 48 + ["sticky_note"] * 22 + ["shape"] * 12 + ["text"] * 10 + ["image"] * 8


def centers_file() -> str:
    """Return the settings file of the centres."""
    return "\n".join(
        f'[[center]]\nid = "c{number}"\nname = "МБОУ «{place} СОШ»"\n'
        f'frame = "{place} СОШ"\nemail = "c{number}@example.org"\n'
        for number, place in enumerate(PLACES, 1)
    )


def calendar_file() -> str:
    """Return the calendar: what is planned for all, for every centre, and by each of them."""
    lines = ["Код;Мероприятие;Сроки реализации;Охват"]
    for number, (title, month, center) in enumerate(_planned(), 1):
        year = YEAR + (_MONTHS.index(month) < 8)  # the school year ends in August
        coverage = "сеть" if center == 0 else f"c{center}" if center > 0 else "каждый центр"
        lines.append(f"E{number:03};{title};{month} {year};{coverage}")
    return "\n".join(lines) + "\n"


def country_board(items: int) -> Board:
    """Make the board of a project with about so many items."""
    dice = random.Random(11)  # noqa: S311 - a board is no secret
    board = Board()
    board.members = [
        {"id": str(int(MEMBER) + n), "name": f"Участник {n}", "role": "editor",
         "type": "board_member"} for n in range(40)
    ]  # fmt: skip
    frames = [board.put("frame", f"{place} СОШ") for place in PLACES]
    last = int(frames[-1])
    held: list[str] = []

    def put(kind: str, text: str, parent: str | None) -> str:
        nonlocal last
        last += dice.randrange(1, 9)
        return board.put(kind, f"<p>{text}</p>", id=str(last), parent=parent)

    for title, month, owner in _occurrences():
        if dice.random() < 0.8:  # of the rest nobody told
            card = put("card", _told(dice, title, month), frames[owner - 1] if owner else None)
            if dice.random() < 0.6:  # some forgot the mark
                held.append(card)
    cards = []
    while len(board.items) < items:
        title = _else(dice)
        kind = dice.choice(_KINDS)
        one = put(kind, title, dice.choice(frames) if dice.random() < 0.9 else None)
        if kind == "card":
            cards.append(one)
    board.put_tag("проведено", *held)
    for number in range(29):
        board.put_tag(f"метка {number}", *cards[number * 4 :: 116])
    return board


def _planned() -> Iterator[tuple[str, str, int]]:
    """Yield title, month and centre: 0 for the network, -1 for every centre."""
    for title, month in _NETWORK:
        yield title, month, 0
    for title, month in _EVERY_CENTER:
        yield title, month, -1
    dice = random.Random(5)  # noqa: S311 - as above
    for center in range(1, len(PLACES) + 1):
        for form in dice.sample(_FORMS, _PLANNED):
            title = f"{form} {dice.choice(_TOPICS)}"
            yield title, _MONTHS[dice.choice(_STUDY_MONTHS) - 1], center


def _occurrences() -> Iterator[tuple[str, str, int]]:
    """Yield the same once for each centre that it concerns."""
    for title, month, center in _planned():
        for owner in [center] if center >= 0 else range(1, len(PLACES) + 1):
            yield title, month, owner


def _else(dice: random.Random) -> str:
    """Return what else people write."""
    if dice.random() < 0.1:  # what nobody planned
        title = f"{dice.choice(_FORMS)} {dice.choice(_TOPICS)}, {dice.choice(_GRADES)}"
    else:
        title = f"{dice.choice(_NOTES)}: {dice.choice(_SUBJECTS)}, {dice.choice(_GRADES)}"
    if dice.random() < 0.3:  # some say when
        title += f", {dice.randint(1, 28):02}.{dice.choice(_STUDY_MONTHS):02}.{YEAR}"
    return title


def _told(dice: random.Random, title: str, month: str) -> str:
    """Return the words that a teacher puts on a card for a planned event."""
    words = title.split()
    told = (
        title,
        f"{title}, {dice.choice(_GRADES)}",
        " ".join(words[:-1]) if len(words) > 3 else title,
        title.replace("Муниципальный", "Муницип.").replace("Обновление", "Обновили"),
    )
    number = _MONTHS.index(month) + 1
    year = YEAR + (number < 9)
    day = f" {dice.randint(1, 28):02}.{number:02}.{year}" if dice.random() < 0.6 else ""
    return dice.choice(told) + day
