"""Links that work once: first sign-in, invitation, password reset.

Invariants. Only a hash is stored. A link is spent in the transaction that does what it promises, so it works once even
when it is opened twice at the same moment. An expired, spent, withdrawn or invented link gives the same answer.
"""
