"""A synthetic nation with known truth, from one seed."""

from xacthuc.nation.build import TooManyDoses, build_nation
from xacthuc.nation.rates import Rates

__all__ = ["Rates", "TooManyDoses", "build_nation"]
