"""Dated exchange rates: what one currency was worth in another on a day.

Invariants. A rate is somebody's published or agreed figure for a day, with its source; none is fetched from the network.
A day without one takes the latest before it that is not too old, and never one of the future. Where no rate leads from
one currency to another there is none: nothing is guessed, and no rate is ever zero. A rate may be corrected; what was
converted before keeps the rate it was converted at. A lookup is a pure function of one snapshot.
"""
