"""The data layer: schema, engine, journal, workspace. Knows neither Qt nor `desktop_app`."""
