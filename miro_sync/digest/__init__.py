"""What the weekly mail says to the director, the coordinator, a methodist, the head of a centre.

Pure: an `Overview` and what the last letter told in, a `Letter` out. Every reader gets the same
facts in their own measure: the director what needs a decision, the coordinator what needs a hand,
a methodist the course of things, the head of a centre their own lines, as a question.

    letters     the parts of a letter put together, its subject and its summary
    standing    what is late, new, still open, settled and ahead, counted as the terminal counts
    blocks      what each part says
    saying      titles, periods and numbers as messages
"""

from miro_sync.digest.letters import Reader, digest

__all__ = ["Reader", "digest"]
