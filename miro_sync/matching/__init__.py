"""Which card or row speaks of which occurrence: certain, to be asked, or none.

linking       codes, people's words, dates, centres: the decision; the only door
notes         what was found for single cards, for the next time
likeness      how much two titles say the same
titles        a title -> facets: subject, class, stage, year, names, …
title_words   quotes, brackets, dates, classes, numbers, standard days in a title
words         a written word -> what it means
vocabulary    the words of school life
"""

from miro_sync.matching.linking import Explanation, explain, match, reasons
from miro_sync.matching.notes import Notes

__all__ = ["Explanation", "Notes", "explain", "match", "reasons"]
