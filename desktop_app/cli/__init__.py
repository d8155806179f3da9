"""The command line: everything that needs no eyes.

`options` takes the global options out of the arguments, `app` runs the command and turns what
goes wrong into an exit status, the other modules hold the commands. Heavy imports stand inside
the commands, so that `winback --help` starts at once.
"""
