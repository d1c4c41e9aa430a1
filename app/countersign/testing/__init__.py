"""Fixtures for tests of the program: practice bank, window, clock, faults, page objects."""
