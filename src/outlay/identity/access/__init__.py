"""What each role may do, and how far an actor sees. Pure: no table, no I/O.

Invariants. A role's permissions stand in one table. A narrower credential never widens its role.
"""
