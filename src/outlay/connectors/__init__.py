"""Foreign shapes into events: pure translations, which the doors and the imports call."""
