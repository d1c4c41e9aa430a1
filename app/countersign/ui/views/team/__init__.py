"""The pages of a workspace's people: members, approval rules, and how messages travel."""
