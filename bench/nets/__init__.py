"""One module a network that evaluators look through; weights are declared beside the net."""
