"""Sojourn: an open, executable, validated model of the Canada-US asylum system."""

__version__ = "0.1.0"
