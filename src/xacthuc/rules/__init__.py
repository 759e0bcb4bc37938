"""Rules judge doses: is each plausible, and what does a person's history amount to."""

from xacthuc.rules.doses import AssessedDose, Assessment, Dose, Lot, NextDose, Session, Supply
from xacthuc.rules.history import assess_history
from xacthuc.rules.law import Rules, RulesError, load_rules
from xacthuc.rules.plausibility import assess_dose

__all__ = [
    "AssessedDose",
    "Assessment",
    "Dose",
    "Lot",
    "NextDose",
    "Rules",
    "RulesError",
    "Session",
    "Supply",
    "assess_dose",
    "assess_history",
    "load_rules",
]
