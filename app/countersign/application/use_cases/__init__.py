"""What a person can have the program do: one verb a file, each a plain synchronous function over ports."""
