"""The estate: what exists and how it is reached."""
