"""What becomes of a confirmed order: the relay to Kafka, the ledger, the mail."""
