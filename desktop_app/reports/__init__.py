"""Reports: documents from the database, and writers for PDF, Excel and JSON.

No library that writes files is loaded with this package.
"""
