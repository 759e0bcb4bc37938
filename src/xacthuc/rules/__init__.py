"""Rules judge doses: is each plausible, and what does a person's history amount to."""

from xacthuc.rules.doses import AssessedDose, Assessment, Dose, Lot, NextDose, Session, Supply
from xacthuc.rules.history import assess_history
from xacthuc.rules.law import Rules, RulesError, load_rules
from xacthuc.rules.plausibility import assess_dose
from xacthuc.rules.steps import PlannedStep, judge_doses, list_steps
from xacthuc.rules.tables import build_tables, write_tables

__all__ = [
    "AssessedDose",
    "Assessment",
    "Dose",
    "Lot",
    "NextDose",
    "PlannedStep",
    "Rules",
    "RulesError",
    "Session",
    "Supply",
    "assess_dose",
    "assess_history",
    "build_tables",
    "judge_doses",
    "list_steps",
    "load_rules",
    "write_tables",
]
