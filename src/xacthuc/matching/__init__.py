"""Records against the register: who is meant, how sure, and why not.

The numbered SQL files are the matching itself, run verbatim on every engine; `running.py` puts them in order,
`learning.py` finds their weights, `reference.py` says the same slowly in plain Python and judges both engines.
"""

from xacthuc.matching.model import Model, ModelRefused, read_model, write_model
from xacthuc.matching.running import count_names, find_pairs, group, list_cuts, match

__all__ = [
    "Model",
    "ModelRefused",
    "count_names",
    "find_pairs",
    "group",
    "list_cuts",
    "match",
    "read_model",
    "write_model",
]
