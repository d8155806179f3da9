"""Questions answered from the database: functions that return frozen rows."""
