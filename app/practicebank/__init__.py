"""An independent bank for practice: a program of its own, speaking NextGenPSD2 1.3.

It knows the protocol from the standard and nothing of the client: nothing here imports it.
"""
