"""The client: leads a person through a large payment, stops fraud, and keeps proof."""
