"""The table of targets: what is tried, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fuzz.oracle import Target
from fuzz.targets import boards, command_line, doors, google, projects, texts, workbooks
from fuzz.targets.words import (
    BOARD,
    COMMANDS,
    CSV,
    DECISIONS,
    GOOGLE,
    HEADS,
    MARKUP,
    NAMES,
    PAGES,
    PERIODS,
    SETTINGS,
    SHEETS,
    TITLES,
)
from miro_sync.errors import SourceError

TARGETS: Final[Mapping[str, Target]] = {
    "period": Target(texts.period, words=PERIODS),
    "title": Target(texts.title, words=TITLES),
    "markup": Target(texts.markup, words=MARKUP),
    "name": Target(texts.name, words=NAMES),
    "cell": Target(texts.cell, words=(*PERIODS, *DECISIONS, *CSV)),
    "matching": Target(projects.matching, words=(*TITLES, *PERIODS, "%% cards\n", "|", "\n")),
    "board_export": Target(boards.export, (SourceError,), BOARD),
    "miro_answers": Target(boards.answers, words=(*BOARD, *PAGES)),
    "miro_walk": Target(boards.walk, words=(*BOARD, *PAGES)),
    "google_answers": Target(google.spreadsheet, words=GOOGLE),
    # One input is several hundred requests by right: pages, and what is waited out.
    "miro_door": Target(doors.miro, words=(*BOARD, *PAGES, *HEADS), seconds=15.0),
    "google_door": Target(doors.google, words=(*GOOGLE, *HEADS), seconds=15.0),
    "public_door": Target(doors.public, words=(*GOOGLE, *HEADS), seconds=15.0),
    # A small archive may by right hold a worksheet of a million rows.
    "workbook": Target(workbooks.workbook, words=SHEETS, seconds=6.0),
    "file": Target(workbooks.file, words=(*CSV, *PERIODS)),
    "folder": Target(workbooks.folder, words=(*CSV, "%% план\n")),
    "settings": Target(projects.settings, words=SETTINGS),
    "decisions": Target(projects.decisions, words=(*DECISIONS, *PERIODS, "\t", "\n")),
    "command_line": Target(command_line.command_line, words=COMMANDS, seconds=2.0),
    "project": Target(command_line.project, words=(*BOARD, *CSV, *SETTINGS), seconds=8.0),
}
