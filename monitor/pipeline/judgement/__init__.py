"""What was read is judged, and the judgement learns from what people decide."""
