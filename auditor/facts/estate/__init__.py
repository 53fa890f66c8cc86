"""Fact families of the whole estate: what the Management Shell says of its configuration.

They are read once, on one front end (pool readiness on one front end of each pool), by the
snippets of `ps_snippets/estate`; a cmdlet that the product does not have ends in a
`FamilyError` that is `not_available`.
"""
