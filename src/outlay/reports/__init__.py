"""What leaves Outlay as a file: one model of a document, and a renderer for each format.

Invariants

- A document holds exact values with their kinds: text, money, counts, fractions, days and hours. A renderer decides how
  they are written and never what they are.
- A file never does anything: text that a spreadsheet would take for a formula stays text. Figures are left alone, since
  a negative amount must remain a number.
- A file says what it shows: filters, period, zone, currency, and when it was made.
- A file is whole, or there is none: what would be too long is refused with its length, never cut off.
"""
