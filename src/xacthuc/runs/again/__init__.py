"""What new doses and a new version of the register can change of an earlier run, and nothing else.

1 the claims whose match the register's changes can touch are asked again, together with the new ones
2 the claims that may be the same people's are judged again with them
3 those that may be the same people's as these are looked at, so that each is judged among all its own
"""

from xacthuc.runs.again.earlier import Earlier, find_state, open_earlier
from xacthuc.runs.again.finding import Judged, add_tied, find_asked

__all__ = ["Earlier", "Judged", "add_tied", "find_asked", "find_state", "open_earlier"]
