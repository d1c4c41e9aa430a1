"""The pages of who joins a workspace."""
