"""What is to be written to the board: from what was judged, what is there and what was written.

Only this service's own tags and cards are ever planned, and nothing at all on the strength of a
partial read. `plan` says what is to be done now, `undoing` how to take back what was done; both
are pure, and what a plan left undone the next one finds again by looking at the board.
"""

from miro_sync.publishing.planning import PublishRules, plan
from miro_sync.publishing.standing import Past, Seen, Standing, settled, standing
from miro_sync.publishing.steps import Carried, Cost, Plan, Step
from miro_sync.publishing.undoing import last_standing, undoing

__all__ = [
    "Carried",
    "Cost",
    "Past",
    "Plan",
    "PublishRules",
    "Seen",
    "Standing",
    "Step",
    "last_standing",
    "plan",
    "settled",
    "standing",
    "undoing",
]
