"""Background work: what is to happen later, again, or apart from a request.

Invariants. A job is queued in the transaction that needs it, so it exists exactly when its cause does. A job of a
workspace runs in one transaction bound to that workspace; work over all workspaces takes one transaction each. A job
runs at least once: when its worker dies it runs again, so it must bear a repeat. Arguments name things by id and hold
none of a workspace's data, since the queue belongs to nobody. A failed job is kept, listed, and can be run again.

What a slice runs in the background stands in its own `jobs.py`, which adds it to the `Registry` it is given; this
package knows no slice.
"""
