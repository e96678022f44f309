"""Other people's providers: sending somebody there, and whose account it is when they are back; no pages, no SQL."""
