"""Period texts -> days: what people write in the column «Сроки» of plans, orders and roadmaps.

reader      what a whole text means; the only door
rhythms     how often something comes
wholes      whole years, school years, parts of them
years       the years that a text leaves out
content     which of the written years belongs to which date
grammar     tokens -> dates, ranges, lists
counts      numbers that are no days: classes, hours, rooms
pieces      what the grammar makes
tokens      a text -> tokens
words       months, weekdays, spellings
"""

from miro_sync.periods.reader import LONGEST_TEXT, expand, read_period

__all__ = ["LONGEST_TEXT", "expand", "read_period"]
