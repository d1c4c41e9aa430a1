"""The one way in which this program speaks HTTP: pinned, capped, timed, and clear about what may have happened."""
