"""One view for each page. Only the shell composes them."""
