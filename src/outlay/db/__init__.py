"""PostgreSQL: the server we carry, its roles, connections, tenancy, migrations.

Invariants. Every row of a tenant table leads with its workspace and is guarded by forced row-level security.
At run time we are `outlay_app`, which cannot bypass it. A transaction knows its workspace before its first query.
"""
