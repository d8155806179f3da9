"""Files from outside: read in a limited child process, mapped, checked, loaded, reported."""

CHILD_FLAG = "--read-foreign-file"
"""First argument with which the frozen program becomes the reading child."""
