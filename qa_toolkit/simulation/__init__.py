"""A simulated year of the unit whose truth is known: to show reports, and to see whether they find it."""

from qa_toolkit.simulation.filling import YearCounts, fill_store
from qa_toolkit.simulation.year import Planted, SimulatedYear, YearPlan, simulate_year

__all__ = ["Planted", "SimulatedYear", "YearCounts", "YearPlan", "fill_store", "simulate_year"]
