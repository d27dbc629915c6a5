"""What stands behind the stage: the request log and the controls."""
