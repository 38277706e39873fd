"""The demonstration agency: thirteen months of a believable agency, made from one number.

Invariants

- Pure: no clock, no file, no database, no network. The seed, the last day and the scale decide everything, on every
  machine and on every Python. `snapshot.py` writes one file, and only when it is started as a program.
- Lazy and repeatable: every day has draws of its own, so any range of days can be made alone, and made again.
- Money is Decimal. An event carries a cost only where a real provider reports an amount (advertisement accounts,
  invoices, refused calls); everything else is left for the price book, and `Agency.prices` is enough to price it.
- The people, clients and campaigns are invented; only public services and models have their real names.
- No prompt, no message, no address, no phone number: numbers and names of work only.
"""
