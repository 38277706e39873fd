"""How many requests a credential may make in a minute, over all processes together.

Invariants. The database counts, by its own clock, so that processes agree. A process takes a small share at a time and
spends it in memory: the count is never passed, and a busy key costs the database a few writes a second, not one each.
"""
