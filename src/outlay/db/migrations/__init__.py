"""The history of the schema; each step is plain SQL, so that it never changes when the code around it does."""
