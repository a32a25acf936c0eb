"""What inputs of each kind are made of: for libFuzzer's dictionary, and for made-up texts."""

from __future__ import annotations

from typing import Final

PERIODS: Final = (
    "январь", "февраля", "март", "апр.", "мая", "июнь", "июля", "август", "сентябрь", "октября",
    "ноябрь", "декабре", "2023", "2022/23", "2023-2024", "уч. год", "учебного года", "г.", "гг.",
    "01.09.2023", "31.02.2023", "29.02.2024", "5.04", "2023-04-05", "до ", "с ", "по ",
    "не позднее", "ежемесячно", "еженедельно", "ежегодно", "ежеквартально", "раз в квартал",
    "в течение", "года", "I квартал", "II полугодие", "1 четверть", "вторая неделя",
    "последняя декада", "понедельник", "по средам", "каникулы", "осенние", "в конце", "начало",
    "середина", "постоянно", "по графику", "(перенос)", "1-3", "–", "—", "…", "/", ",", ";", " и ",
    " или ", "1-ая", "XXI", "0", "32", "99", "0001", "9999", "10000", "12.13.14", "31.12.9999",
    "29-30.02", "каждый", "через", "кроме",
)  # fmt: skip
TITLES: Final = (
    "Конкурс", "олимпиада", "по химии", "биология", "физике", "для 8-9 классов", "школьный этап",
    "муниципальный", "«Точка роста»", "«", "»", '"', "(", ")", "МБОУ", "СОШ №1", "им.",
    "Мастер-класс", "мастер класс", "ОГЭ", "ЕГЭ", "ВсОШ", "подготовка к", "и", "среди",
    "10 материалов", "не менее", "День науки", "8 марта", "2023", "№", "II", "1", "-", "—", ":",
    "/", ".", ",", "Семинар-практикум", "онлайн", "каникулярная школа", "ё", "й", "\u0301",
    "\u00ad", "\u200b", "обновление карт ресурсов",
)  # fmt: skip
MARKUP: Final = (
    "<p>", "</p>", "<br>", "<br/>", "<ul><li>", "</li></ul>", '<a href="https://example.org">',
    "</a>", "<script>", "</script>", "<style>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE",
    "<?php", "?>", "&amp;", "&lt;", "&#1087;", "&#x41f;", "&#0;", "&#xD800;", "&nbsp", "&", "<",
    ">", "5 < 7", "\u200b", "\u0301", "\ufeff", "\ue000", "и\u0306", "№", "N", "#", "no. 5", "«",
    "“", "\u2028", "\x85", "\x1c", "ﬁ", "İ", "ß", "Å", "\U0001f469\u200d\U0001f393", "caфe", "<b",
    "</", "<a b='", '"', "'",
)  # fmt: skip
NAMES: Final = (
    "МБОУ", "«", "»", "Ручейская", "СОШ", "ООШ", "№ 1", "№2", "школа", "и", "Дальнинская", "им.",
    "имени", "П. И. Лесного", "Иванов", "Иван", "Иванович", "Петрова М.И.", "А.", "Б.",
    "12.05.2010", "8 (900) 123-45-67", "+7", "123-456-789 01", "@", "example.org", "ученик",
    "учитель", "8 класс", "5", ",", ";", "\n", "-", "центр", "районная", "округ", "Ручейского",
    "3 уч-ся", "г.р.", "тел.", "СНИЛС",
)  # fmt: skip
DECISIONS: Final = (
    "Решение", "Новый срок / дата", "Кто решил", "Комментарий", "Ответ", "miro-sync", "Центр",
    "Мероприятие", "проведено", "перенести на", "отменить", "пауза до", "не наше",
    "не та карточка", "это та", "отменить решение №", "7", "да", "нет", "директор", "координатор",
    "методист", "=e0", "=e1", "=q1", "=c1", "=n1", "45000", "2023-05-15", "#REF!", "15.05", "…",
    "undo", "hold",
)  # fmt: skip
CSV: Final = (
    ";", ",", "\t", "|", '"', '""', "\n", "\r\n", "\r", "sep=;", 'sep="\n', "\ufeff", "Код",
    "Задача", "Мероприятие", "Сроки реализации", "Ответственные", "Участники",
    "Ожидаемый результат", "Охват", "сеть", "каждый центр", "Центр", "Дата проведения", "Факт",
    "Ссылка на новость", "https://a.example", "Отметка", "проведено", "100 %", "25 человек",
    "(21 уч-ся, 3 педагога)", "#REF!", "1 234,5", "1e308", "ФИО", "Количество обучающихся",
    "Отчёт", "План работы", "2023-04-05", "не менее 10", "-", "+", "=",
)  # fmt: skip
BOARD: Final = (
    "{", "}", "[", "]", ":", ",", '"schema"', '"miro-sync/board/1"', '"read_at"', '"complete"',
    '"board"', '"items"', '"tags"', '"item_tags"', '"members"', '"id"', '"type"', '"card"',
    '"frame"', '"sticky_note"', '"shape"', '"text"', '"app_card"', '"data"', '"title"',
    '"content"', '"description"', '"dueDate"', '"fields"', '"parent"', '"position"', '"x"', '"y"',
    '"geometry"', '"width"', '"height"', '"createdAt"', '"createdBy"', '"modifiedAt"', "null",
    "true", "false", "1e999", "-1e308", "NaN", "Infinity", '"\\ud83d"', '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59-23:59"', '"2023-05-04T17:00:00Z"', "9007199254740993", '"проведено"',
    '"<p>Форум 12 мая</p>"', '"Ручейская СОШ №1"', '"https://["', '"viewLink"', "253402300800",
)  # fmt: skip
PAGES: Final = (
    "%% items\n", "%% tags\n", "%% members\n", "%% board\n", "%% who\n", "%% 400\n", "%% 503\n",
    '"total"', '"size"', '"cursor"', '"limit"', '"offset"', '"links"', '"last"', '"next"',
    '"MTA0fg=="', '"?cursor=MTA0fg=="', '"https://[/?cursor="', "-1", "1000000000000", '"name"',
    '"scopes"',
)  # fmt: skip
HEADS: Final = (
    "%% 200\n", "%% 301 Location:https://[\n", "%% 302 Location:/x\n", "%% 400\n", "%% 401\n",
    "%% 403\n", "%% 404\n", "%% 408\n", "%% 409\n", "%% 418\n", "%% 429 Retry-After:1\n",
    "%% 429 X-RateLimit-Reset:9\n", "%% 500\n", "%% 503 Retry-After:99999999999999999999\n",
    "%% 200 gzip\n", "%% 200 gzipped\n", "%% 200 cut\n", "%% 200 Date:x\n",
    "%% 200 Content-Type:text/html\n", '"error"', '"message"', '"details"', '"reason"',
    '"SERVICE_DISABLED"', '"it is disabled https://["', '"metadata"', '"activationUrl"', '"href"',
    '"here/x"', "<html>", "PK\x03\x04", '"https://["',
)  # fmt: skip
GOOGLE: Final = (
    "{", "}", "[", "]", ":", ",", "%% \n", '"spreadsheetId"', '"properties"', '"title"',
    '"sheets"', '"sheetId"', '"sheetType"', '"GRID"', '"gridProperties"', '"rowCount"',
    '"columnCount"', '"merges"', '"startRowIndex"', '"endRowIndex"', '"startColumnIndex"',
    '"endColumnIndex"', '"data"', '"startRow"', '"startColumn"', '"rowData"', '"values"',
    '"effectiveFormat"', '"numberFormat"', '"type"', '"DATE"', '"DATE_TIME"', '"TIME"',
    '"hyperlink"', '"chipRuns"', '"textFormatRuns"', '"valueRanges"', '"range"', '"План!A1:C3"',
    "!A1:ZZZZZZ9", "45000", "-1", "0.5", "1e308", "NaN", "Infinity", "-Infinity", "2958466",
    "99999999999999999999", "null", "true", '"Мероприятие"', '"Срок"', '"12 мая"', '"проведено"',
    '"#REF!"',
)  # fmt: skip
SHEETS: Final = (
    "%% xl/workbook.xml\n", "%% xl/worksheets/sheet1.xml\n", "%% content.xml\n", "%% . cut\n",
    " deflate", " swollen", " crc", " size", " secret", " odd", " twice", '<row r="1">', "</row>",
    '<c r="A1"', ' t="s"', ' t="str"', ' t="e"', ' t="b"', ' t="d"', ' t="n"', ' t="inlineStr"',
    "<v>", "</v>", "<f>", "</f>", "<is><t>", "</t></is>", "</c>", ' s="1"', "<mergeCells>",
    '<mergeCell ref="', "A1:XFD1048576", "XFD1048576", "A999999999", 'count="4294967295"',
    'uniqueCount="4294967295"', "<si><t>", "</t></si>", '<dimension ref="', "<hyperlinks>",
    '<hyperlink ref="A1" r:id="rId1"/>', 'numFmtId="14"',
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', "&a;", "<![CDATA[", "]]>", "<!--", "-->",
    'table:number-rows-repeated="1048576"', 'table:number-columns-repeated="16384"',
    'table:number-columns-spanned="2"', 'office:value-type="date"',
    'office:date-value="2023-05-12"', 'office:value-type="float"', 'office:value="1e999"',
    "<table:table-row>", "</table:table-row>", "<table:table-cell>", "<text:p>", "</text:p>",
    "</table:table-cell>", "HYPERLINK(&quot;", "-1", "1e400",
)  # fmt: skip
SETTINGS: Final = (
    "%% project.toml\n", "%% centers.toml\n", "%% kpi.toml\n", "%% tables.toml\n",
    "%% decisions.toml\n", "[project]\n", "[board]\n", "[tables]\n", "[calendar]\n",
    "[activity]\n", "[state]\n", "[mail]\n", "[publish]\n", "[schedule]\n", "[decisions]\n",
    "[[person]]\n", "[[vacation]]\n", "[[day]]\n", "[[center]]\n", "[[center.pause]]\n",
    "[[indicator]]\n", "[[worksheet]]\n", "[[worksheet.column]]\n", "[[decision]]\n", "name = ",
    "timezone = ", "start = ", "end = ", "language = ", "source = ", "url = ", "id = ", "frame = ",
    "aliases = ", "email = ", "smtp = ", "from = ", "role = ", "formula = ", "kind = ",
    '"Asia/Novokuznetsk"', '"../../etc/passwd"', '"\\u0000"', '"https://["',
    '"smtps://u:p@h:99999"', "2023-01-01", "9999-12-31", "0001-01-01", "07:32:00", "1e999", "nan",
    "inf", "0x7fffffffffffffff", "[[", "{", "}", "[", "]", '"""', "'''", "=", ".", "\n", "true",
    '"sqlite:///:memory:"', '"postgresql://"', '""', '"table:План"', "99999999999999999999",
)  # fmt: skip
COMMANDS: Final = (
    "demo", "init", "doctor", "sync", "check-calendar", "centers", "kpi", "resources", "coverage",
    "report", "digest", "decide", "publish", "history", "state", "schedule", "status", "serve",
    "worker", "periods", "export-board", "login", "--config", "--on", "--as-of", "--center",
    "--all", "--format", "json", "csv", "table", "--exit-zero", "--offline", "--lang", "en", "ru",
    "--help", "--version", "-o", "--verbose", "--log-format", "html", "xlsx", "docx", "ics",
    "2023-09-05", "05.09.2023", "0001-01-01", "9999-12-31", "held", "move", "cancel", "pause",
    "confirm", "reject", "undo", "D01", "yaya-1", "--why", "--until", "--role", "director",
    "--preview", "--send", "--apply", "backup", "check", "purge", "--before", "--", "''", "--year",
    "--school-year", "2022", "-1", "99999999999999999999", "май", "а\u0301", "\ud7ff", "--full",
    "--show",
)  # fmt: skip
