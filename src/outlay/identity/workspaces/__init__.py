"""The tenants. Every row of every other room belongs to exactly one.

Invariants. A workspace has a time zone that decides its days, and a currency in which it counts.
"""
