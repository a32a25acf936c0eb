"""The columns that are looked for, and the headers they go by in published tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from miro_sync.tables.values import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a reader wants.

    Attributes:
        key: its name in the code.
        synonyms: the headers it goes by, the usual one first. Case, ё, line breaks, hyphens,
            punctuation, № or N, what stands in brackets, abbreviations with a full stop or a
            hyphen («Отв-ный», «Срок реал.») and a typo are seen through. "Сроки реализации …"
            with an ellipsis also takes any words that follow.
        kind: what its cells become. "text": `str`. "date": `date`. "number": `int | float`.
            "period": `date` for a true date, else `str`. "link": a tuple of http(s) links.
            "mark": `str` or `bool`.
        required: without it there is no table. A row without the first required column is none.
        weak: headers that mean this column only when no synonym is there («Название»).
        weakest: headers that mean it only when neither a synonym nor a weak one is there.
        carried: a blank cell repeats the one above it, within a section.
        repeated: several columns of this meaning are read together.
        by_header: the cell holds a mark and the header is the value («I квартал | + |»).
        ends: keys of two columns that stand for this one («Начало», «Окончание»); its value is
            then the text "<start> – <end>".
        staff: it names who answers for something: surnames with initials belong there and are no
            reason to refuse a cell.

    """

    key: str
    synonyms: tuple[str, ...]
    kind: Kind = "text"
    required: bool = False
    weak: tuple[str, ...] = ()
    weakest: tuple[str, ...] = ()
    carried: bool = False
    repeated: bool = False
    by_header: bool = False
    ends: tuple[str, str] | None = None
    staff: bool = False

    @property
    def name(self) -> str:
        """The usual header, for a sentence to a user."""
        return self.synonyms[0].removesuffix(" …")


def headers(line: str) -> tuple[str, ...]:
    """Part a line of headers: "Срок | Сроки" -> ("Срок", "Сроки")."""
    return tuple(header.strip() for header in line.split("|"))


_NUMBER = Column("number", headers("№ п/п | № | №№ п/п | п/п | N | N п/п | Номер | Номер п/п"))
_TASK = Column(
    "task",
    headers("Задача | Задачи | Задача проекта | Задачи проекта | Цель, задача"),
    carried=True,
)
_TITLE = Column(
    "title",
    headers(
        "Мероприятие | Мероприятия | Мероприятие … | Мероприятия … | Наименование мероприятия …"
        "| Наименование мероприятий … | Название мероприятия … | Название мероприятий …"
        "| Перечень мероприятий … | Пошаговые мероприятия | Событие | События"
        "| Дела, события, мероприятия | Акция / Мероприятие | Событие, мероприятие"
        "| Наименование события | Название события | Содержание мероприятия"
        "| Содержание мероприятий | Тема мероприятия"
    ),
    required=True,
    weak=headers(
        "Название | Наименование | Содержание работы | Содержание деятельности | Содержание"
        "| Дела | Направления деятельности | Показатели мониторинга"
        "| Полное название городского этапа | Предмет | Что делается | Вид деятельности"
        "| Виды деятельности | Акция | Тема | Действие | Действия"
    ),
)
_RESPONSIBLE = Column(
    "responsible",
    headers(
        "Ответственные | Ответственный | Ответственные … | Ответственный … | Отв-ный | Исполнитель"
        "| Исполнители | Исполнитель … | Исполнители … | Организатор | Организаторы"
    ),
    repeated=True,
    staff=True,
)
_EXPECTED = Column(
    "expected",
    headers(
        "Ожидаемый результат | Ожидаемый результат … | Ожидаемые результаты …"
        "| Планируемый результат … | Планируемые результаты … | Формальные показатели"
    ),
)
#: Headers that mean a date in one table and a time of day or a place in another.
_PERHAPS_DATE = headers(
    "Время проведения | Время | Время и место проведения | Место, время | Месяц"
    "| Этап образовательных организаций"
)

_START = Column(
    "start",
    headers(
        "Начало | Дата начала | Дата начала … | Начало проведения | Дата начало | Сроки начало"
        "| Срок начало | Сроки реализации начало | Сроки проведения начало"
        "| Дата проведения начало"
    ),
    kind="period",
)
_FINISH = Column(
    "finish",
    headers(
        "Окончание | Дата окончания | Дата окончания … | Окончание проведения | Конец"
        "| Дата завершения | Завершение | Дата окончание | Сроки окончание | Срок окончание"
        "| Сроки реализации окончание | Сроки проведения окончание | Дата проведения окончание"
    ),
    kind="period",
)

#: The columns of the event calendar. The names are the roadmap's own, the synonyms those of
#: published plans and roadmaps of Russian schools.
CALENDAR_COLUMNS = (
    _TITLE,
    Column(
        "period",
        headers(
            "Сроки реализации … | Срок реализации … | Сроки | Срок | Сроки проведения …"
            "| Срок проведения … | Сроки исполнения … | Срок исполнения … | Сроки выполнения …"
            "| Срок выполнения … | Период | Период … | Сроки, место … | Сроки и место …"
            "| Плановая дата … | Дата план | Ориентировочное время проведения"
            "| Ориентировочные сроки …"
        ),
        kind="period",
        required=True,
        weak=headers(
            "Дата проведения | Дата проведения … | Даты проведения | Даты проведения … | Дата"
            "| Даты | Дата и время проведения | Дата, время | Дата и время | Дата и место …"
            "| Дата, место … | Дата, ответственный | Когда"
        ),
        weakest=_PERHAPS_DATE,
        ends=("start", "finish"),
    ),
    _START,
    _FINISH,
    Column("code", headers("Код | Код мероприятия | Шифр | ID")),
    _NUMBER,
    _TASK,
    _RESPONSIBLE,
    Column(
        "participants",
        headers(
            "Участники | Участники … | Категория участников … | Целевая аудитория …"
            "| Целевая аудитория | Категория | Возраст участников | Класс | Классы | Для кого"
            "| Состав участников | К-во уч-ков | Количество участников …"
        ),
        repeated=True,
    ),
    Column(
        "expected",
        _EXPECTED.synonyms,
        weak=headers("Результат | Результаты | Продукты | Продукт | Результат, продукт"),
    ),
    Column("coverage", headers("Охват | Охват … | Кого касается")),
    Column(
        "quota", headers("Норма | Норма … | Квота | Квота … | Не менее | Не менее …"), kind="number"
    ),
)

#: The columns of a centre's plan or report of events.
PLAN_COLUMNS = (
    _TITLE,
    _NUMBER,
    _TASK,
    Column(
        "center",
        headers(
            "Центр | Центр «Точка роста» | Центр образования | Центр образования … | Точка роста"
            "| Школа | ОУ | ОО | Образовательная организация | Образовательное учреждение"
            "| Наименование ОУ | Наименование ОО | Название ОУ | Название ОО | Учреждение"
            "| Наименование образовательной организации | Наименование центра …"
            "| Название центра … | Общеобразовательная организация | Организация"
            "| Наименование школы | Название школы | Наименование организации"
        ),
    ),
    Column(
        "fact",
        headers(
            "Фактическая дата | Фактическая дата … | Дата фактического проведения | Дата факт"
            "| Факт | Дата проведения факт | Дата проведения фактическая | Фактически"
            "| Сроки факт | Срок факт | Фактический срок … | Фактические сроки …"
            "| Проведено фактически | Когда проведено | Дата исполнения | Дата выполнения"
        ),
        kind="period",
    ),
    Column(
        "held_on",
        headers(
            "Дата проведения | Дата проведения … | Даты проведения | Даты проведения …"
            "| Дата и время проведения | Дата и место проведения … | Место и дата проведения"
            "| Дата мероприятия"
        ),
        kind="period",
    ),
    Column(
        "date",
        headers(
            "Дата | Даты | Дата, время | Дата и время | Дата, место … | Когда"
            "| Дата, ответственный | Дата события"
        ),
        kind="period",
        weak=_PERHAPS_DATE,
    ),
    Column(
        "planned",
        headers(
            "Сроки | Срок | Сроки реализации … | Срок реализации … | Сроки проведения …"
            "| Срок проведения … | Сроки исполнения … | Срок исполнения … | Сроки выполнения …"
            "| Срок выполнения … | Сроки, место … | Сроки и место … | Период | Период …"
            "| Плановая дата … | Планируемая дата … | Дата план | Дата проведения план | План"
            "| По плану | Сроки план | Срок план | Плановый срок … | Плановые сроки …"
            "| Планируемый срок … | Планируемые сроки … | Ориентировочное время проведения"
            "| Ориентировочные сроки …"
        ),
        kind="period",
        ends=("start", "finish"),
    ),
    _START,
    _FINISH,
    Column(
        "by_period",
        headers(
            "I квартал | II квартал | III квартал | IV квартал | 1 квартал | 2 квартал | 3 квартал"
            "| 4 квартал | I полугодие | II полугодие | 1 полугодие | 2 полугодие | Январь"
            "| Февраль | Март | Апрель | Май | Июнь | Июль | Август | Сентябрь | Октябрь | Ноябрь"
            "| Декабрь"
        ),
        kind="period",
        repeated=True,
        by_header=True,
    ),
    Column("grade", headers("Класс | Классы | Класс … | Классы … | Параллель"), repeated=True),
    Column(
        "count",
        headers(
            "Количество участников | Количество участников … | Число участников …"
            "| Число участников | Численность участников … | Приняли участие | Всего участников"
            "| Количество обучающихся … | Количество учащихся … | Количество детей …"
            "| Количество педагогов … | Количество человек | К-во участников | К-во уч-ков"
            "| Кол-во участников | Кол-во уч-ся | Охват | Охват … | Участников"
        ),
        repeated=True,
    ),
    Column(
        "audience",
        headers(
            "Целевая аудитория | Целевая аудитория, количество участников | Целевая аудитория …"
            "| Участники | Участники … | Категория участников … | Категория | Аудитория"
            "| Возраст участников | Для кого | Состав участников"
        ),
        repeated=True,
    ),
    _RESPONSIBLE,
    Column(
        "news",
        headers(
            "Ссылка на новость | Ссылка на новость … | Ссылки на новости …"
            "| Ссылка на сайт с новостью о мероприятии (при наличии) | Ссылка на сайт с новостью …"
            "| Новость | Новости | Ссылка на публикацию … | Ссылки на публикации … | Публикация"
            "| Публикации | Публикация … | Ссылка на отчет … | Ссылка на фотоотчет … | Фотоотчет"
            "| Ссылка на сайт | Ссылка на сайт … | Ссылка на пост … | Ссылка на СМИ … | СМИ"
            "| Освещение в СМИ … | Ссылка на информацию о проведении … | Размещение информации …"
            "| Ссылка на размещение … | Подтверждение | Подтверждение … | Подтверждающие материалы"
            "| Фото | Фото …"
        ),
        kind="link",
        repeated=True,
    ),
    Column("link", headers("Ссылка | Ссылки | Ссылка … | Ссылки …"), kind="link", repeated=True),
    Column(
        "mark",
        headers(
            "Отметка о проведении | Отметка о проведении … | Отметка о выполнении"
            "| Отметка о выполнении … | Отметка об исполнении … | Отметка о реализации … | Отметка"
            "| Проведено | Выполнено | Выполнение | Статус | Статус … | Исполнение"
            "| Исполнено | Состоялось | Реализовано | Готово | Информация о выполнении …"
            "| Информация об исполнении …"
        ),
        kind="mark",
    ),
    Column("result", headers("Результат | Результаты | Результат … | Итоги | Итог")),
    _EXPECTED,
)
