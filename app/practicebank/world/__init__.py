"""The people, banks and two years of life that a practice world starts with."""
