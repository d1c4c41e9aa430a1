"""The bank's door for whoever practises with it: clock, faults, outcomes, and what happened."""
