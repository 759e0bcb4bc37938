"""A synthetic nation with known truth, from one seed."""

from xacthuc.nation.build import TooManyDosesError, build_nation
from xacthuc.nation.describe import describe_nation
from xacthuc.nation.rates import Rates
from xacthuc.nation.scoring import ScoreMismatchError, score, score_run

__all__ = ["Rates", "ScoreMismatchError", "TooManyDosesError", "build_nation", "describe_nation", "score", "score_run"]
