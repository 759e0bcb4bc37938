from xacthuc.cleaning.batch import Cleaned, clean_batch
from xacthuc.cleaning.evidence import SheetEvidence, find_repeated, gather_evidence

__all__ = ["Cleaned", "SheetEvidence", "clean_batch", "find_repeated", "gather_evidence"]
