"""Other solvers on the exported equations, each in a module of its own."""
