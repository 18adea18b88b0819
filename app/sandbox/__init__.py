"""The sandbox payment provider: a server of its own that moves no money, and keeps its book.

It is a stranger to the rest: all that comes and goes is HTTP, as with a real provider.
"""
