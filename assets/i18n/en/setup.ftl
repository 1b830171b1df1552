### Why the program can't start. $cause: what the system says.

setup-sandbox = The sandbox cannot start: { $cause }.
setup-runtime = The program cannot start its background work: { $cause }.
