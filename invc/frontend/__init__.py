"""Sources to netlists: Yosys for Verilog, Pyverilog for gate-level netlists of other tools."""
