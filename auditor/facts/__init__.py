"""Typed facts: what a snippet returned, decoded, bounded and checked."""
