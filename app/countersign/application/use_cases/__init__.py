"""What a person or the clock can set going, one verb a module."""
