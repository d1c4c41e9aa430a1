"""Tables about account numbers that the user may have, and that can't be shipped."""
