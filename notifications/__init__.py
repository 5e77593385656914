"""What notification_producer.py, notification_consumer.py and email_service.py are made of."""
