"""The developer portal: apps and their keys, URL properties, webhook deliveries."""
