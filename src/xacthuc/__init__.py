"""Xác Thực: who has really been vaccinated, and can everyone trust the answer?"""

__version__ = "0.1.0"
