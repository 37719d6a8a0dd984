"""The p-bit circuit of a design as Verilog, its software twin, and how both are compared."""
