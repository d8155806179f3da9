#!/bin/sh
# Runs a script with the first Python that fits, or says in one sentence that none does: PySide6
# sets the upper bound.
# The system's own comes first if it can make environments: distributions build it for speed; one
# that a version manager has compiled is often not, and needs a quarter more time for everything.
new='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))'
if [ -n "$WINBACK_PYTHON" ] && "$WINBACK_PYTHON" -c "$new" >/dev/null 2>&1; then
	exec "$WINBACK_PYTHON" "$@"
fi
if [ -n "$WINBACK_PYTHON" ]; then
	echo "WINBACK_PYTHON=$WINBACK_PYTHON is no Python 3.11 to 3.14: another one is looked for." >&2
fi
for able in 'import ensurepip' 'pass'; do
	for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11 python3.14 python; do
		if "$candidate" -c "$able; $new" >/dev/null 2>&1; then
			exec "$candidate" "$@"
		fi
	done
done
echo "Winback Desk needs Python 3.11 to 3.14. Install one, or name it: WINBACK_PYTHON=/path/to/python3 make" >&2
exit 1
