"""What the application needs from outside, as protocols. Adapters implement them; nobody else knows how."""
