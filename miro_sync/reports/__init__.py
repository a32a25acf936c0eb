"""Documents that are opened elsewhere: a page, workbooks, letters, calendars.

Each kind has a module with `render(overview, words, *, center=None) -> bytes`; it decides nothing,
so that all of them say the numbers of the terminal. What a reader of one centre's document may see
is `miro_sync.telling.lines.of_center`.

    page            `report html`: one file that needs nothing beside it
    content         what the page says of events, ready to be laid out
    sections        what it says of centres, plans, indicators, decisions, sources
    figures         numbers of indicators and people as they may be shown
    drawing         where marks stand on a line of time or on a scale
    xlsx            `report xlsx`: the workbook
    xlsx_sheets     what stands on its worksheets
    docx            `report docx`: the kinds of Word documents
    docx_center     a centre's yearly report
    docx_meeting    the list for a meeting, one sheet of paper
    docx_note       the interim analysis and the final note
    word            styles, tables, pictures and gaps to fill in
    charts          pictures of indicators and of the calendar
    ics             `report ics`: entries for Outlook, Google and Yandex calendars
    zones           whose is what, and where a centre needs help
"""
