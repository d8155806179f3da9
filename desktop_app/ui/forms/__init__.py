"""Forms of the pages: which fields, with which editors; drafts of the domain judge them."""
