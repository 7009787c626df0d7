//! Runs both clients, compares what they say, and measures what they cost
