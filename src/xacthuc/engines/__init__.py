"""Engines run named SQL steps: the same text on DuckDB and on Spark, Parquet in and Parquet out.

A step is one SELECT in a numbered file. Its inputs are named tables (Parquet files or folders), its output is
one Parquet file or folder that appears under its final name only when it is complete.
"""

from xacthuc.engines.holding import FolderHeld, holding
from xacthuc.engines.steps import Engine, EngineFailed, Query, Step, load_steps, open_engine
from xacthuc.engines.writing import writing

__all__ = ["Engine", "EngineFailed", "FolderHeld", "Query", "Step", "holding", "load_steps", "open_engine", "writing"]
