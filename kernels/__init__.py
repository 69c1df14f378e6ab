"""Arrays in; arrays and a status out. No stream, no species name, no file, no exception."""
