"""Sessions: how people come in, stay, and leave.

Invariants. A session belongs to one person in one workspace; its token is kept as a hash and is new at each sign-in. It
ends when idle or old, by the database's clock, and at once when revoked. Guessing is slowed down before any password is
looked at, and nothing that is answered tells whether an address is known.
"""
