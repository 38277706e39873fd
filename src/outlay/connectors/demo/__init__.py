"""The demonstration agency as a workspace: its names, its prices, and its events by the way that every event comes in.

Invariants

- Only an empty workspace is filled: one without events, clients, campaigns and agents. Nobody's own data gets company.
- A fill begins with one transaction: the workspace's name, zone and currency, the prices, the names, and an audit entry
  that says what will be stored. It ends with another audit entry. What was begun and not finished goes on with what the
  first entry says, whatever is asked for then: ids are made from that, so what is stored already is a repeat.
- The workspace takes the agency's currency, so that nothing needs an exchange rate.

Outcomes (`Agency.outcomes`) wait for the ledger of value, which has no tables yet.
"""
