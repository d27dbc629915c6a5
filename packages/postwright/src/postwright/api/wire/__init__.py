"""What goes over the wire, by resource: camelCase JSON, times in UTC."""
