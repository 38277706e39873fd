"""Small tools without domain words: time, ids, errors, pages.

Nothing here knows what a client or an event is, and nothing here does I/O.
"""
