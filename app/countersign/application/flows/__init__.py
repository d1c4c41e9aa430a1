"""Which step comes next: decided here, asked by presenters, never by views."""
