"""How an amount is computed: pure, from plain values, exact, and able to say why.

A `PriceRule` says what was in force, as data that can be stored. A `PriceFormula` is a rule compiled for the units that
an event reports: coefficients, so that an event costs a few multiplications. `book` is what genai-prices knows,
`overrides` which of a workspace's own prices applies, `desk` brings the two together with the categories.
"""
