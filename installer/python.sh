#!/bin/sh
# Runs a script with the first Python that is new enough, or says in one sentence that none is.
for candidate in "${WINBACK_PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14 python; do
	if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
		exec "$candidate" "$@"
	fi
done
echo "Winback Desk needs Python 3.11 or newer. Install it, or name it: WINBACK_PYTHON=/path/to/python3 make" >&2
exit 1
