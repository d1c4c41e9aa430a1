"""Payments as files: pain.001, written for what banks take today and read from wherever it comes."""
