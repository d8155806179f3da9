"""Rules and sums of the business: pure functions and drafts, no database, no Qt, no clock."""
