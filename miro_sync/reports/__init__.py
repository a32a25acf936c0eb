"""Documents that are opened elsewhere: a page, workbooks, letters, calendars.

Each kind has a module with `render(overview, words, *, center=None) -> bytes`; it decides nothing,
so that all of them say the numbers of the terminal. What a reader of one centre's document may see
is `miro_sync.telling.lines.of_center`.

    page            `report html`: one file that needs nothing beside it
    content         what the page says of events, ready to be laid out
    sections        what it says of centres, plans, indicators, decisions, sources
    figures         numbers of indicators and people as they may be shown
    drawing         where marks stand on a line of time or on a scale
"""
