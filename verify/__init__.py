"""`make verify`: a read-only audit of what a running system has in Redis, Kafka and the ledger.

It looks at every session, order and message, and compares them with each other. What looks wrong is
read again before it is reported, because the system sells meanwhile. Nothing here writes.
"""
