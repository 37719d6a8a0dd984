"""Code made for the update rules of a model: full adders as LLVM IR, compiled in the process."""
