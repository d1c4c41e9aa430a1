"""What connectors share whose payments a person carries to the bank: by file, or by typing them there."""
