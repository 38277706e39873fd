"""The one query engine: what was spent, by anything, over any stretch of time.

Invariants

- Nothing is read without a `Scope`. Filters are added to it and can never widen it.
- Figures come from the rollups: what a question costs depends on series and days, not on how many events there were.
  Events are read only for what rollups cannot know: a lead, metadata, a source, an operation's id, the cheapest and
  dearest single event, and the ends of a stretch of hours that are no whole hours in UTC.
- Days are the workspace's local days, as the ledger set them; they are never put together from hours.
- Every figure is exact. Amounts of different units are never added to each other.
- The total is that of all groups on all pages, in one currency, with what is unpriced counted beside it.
"""
