"""API keys: how programs, and people's scripts, come in.

Invariants. A key is shown once and kept as a hash. It is looked up in the transaction of each request, so that a
revocation is effective at once in every process. An agent key is bound to one agent, a portal key to one client.
"""
