"""What was spent: every event once, forever, and the sums over them.

Invariants

- (workspace, source, id) names one event. A repeat is acknowledged and changes nothing; the same id with other content
  is a conflict and is reported.
- Events and adjustments are only added to. A void or a correction names what it corrects, lands in the original's
  bucket, counts zero events and keeps its own moment.
- Rollups are the sums of events and adjustments, written in the same transaction: `outlay db verify` counts them again.
- Unpriced is a state, never a zero: such an event has no cost, and says why.
- The order of writing is always the same: names, series, event keys, events, rollups sorted by key, then what listens.
"""
