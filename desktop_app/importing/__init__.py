"""Files from outside: read in a limited child process, mapped, checked, loaded, reported."""
