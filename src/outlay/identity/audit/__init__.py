"""Who did what, before and after, from where.

Invariants. Entries are appended in the transaction of the act they record, never changed, never removed: the run-time
role has no right to. Each holds a hash over itself and its predecessor, and the head is kept apart, so that a changed,
removed or cut-off entry is found. Management actions only: a chain serialises its writers.
"""
