"""P-bits on a GPU: kernels printed as LLVM IR, compiled to PTX, run through the driver."""
