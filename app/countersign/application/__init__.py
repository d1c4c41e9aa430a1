"""What the program does: use cases, flows, and the ports through which it meets the outside."""
