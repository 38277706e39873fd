"""What things cost: categories with dated rates, the price book of models, and a workspace's own overrides.

Invariants. A rate is never overwritten: a dated one is appended. A price explains itself: every amount comes from a
`PriceRule`, plain data from which the same amount can be computed again years later, without the library that once
knew the price. What has no price is unpriced with a reason, never zero. Amounts are exact until they are rounded once.
No price is fetched from the network: the book is the one that was installed.
"""
