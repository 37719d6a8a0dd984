"""LLVM in the process: the one place that knows llvmlite, which is imported when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import Any

from invc.diagnostics import InvcError
from invc.pbits.generated.ir import END, ENTER, Shape, doors_ir, function_ir
from invc.pbits.generated.signature import Signature

# What code for AVX2 may not use, on a processor that has more.
BEYOND_AVX2 = ("avx512", "avx10", "evex512", "amx", "apx")
VECTORS = {"avx512": 8, "avx2": 4}
PTX = "nvptx64-nvidia-cuda"
BASELINE = 2  # words of 128 bits, which every processor has
_LOCK = Lock()


@cache
def has_llvmlite() -> bool:
    """Whether code can be made here; nothing is imported to know it, and it is looked up once."""
    return find_spec("llvmlite") is not None


@dataclass(frozen=True)
class Target:
    """A processor that code is made for.

    Attributes:
        kernel: The kernel that runs it: "avx512", "avx2" or "baseline".
        cpu: LLVM's name of it.
        features: What it has, in LLVM's words.
        llvm: The version of LLVM.
    """

    kernel: str
    cpu: str
    features: str
    llvm: str

    @property
    def shape(self) -> Shape:
        """How functions are printed for it."""
        return Shape(VECTORS.get(self.kernel, BASELINE), self.kernel == "avx512")

    @property
    def text(self) -> str:
        """All that an object depends on beside its signature."""
        return f"{self.kernel} {self.cpu} {self.features} llvm {self.llvm}"


@lru_cache(maxsize=8)
def target_of(kernel: str) -> Target:
    """This processor, as far as a kernel's instruction set goes.

    Raises:
        InvcError: llvmlite is not installed, or does not work here.
    """
    llvm = _llvm()
    features = dict(llvm.get_host_cpu_features())
    if kernel != "avx512":
        features = {
            name: has and not name.startswith(BEYOND_AVX2) for name, has in features.items()
        }
    if kernel in VECTORS:
        features["vzeroupper"] = False  # a chain of updates does that once, at its end
    flat = ",".join(f"{'+' if has else '-'}{name}" for name, has in sorted(features.items()))
    version = ".".join(map(str, llvm.llvm_version_info))
    return Target(kernel, llvm.get_host_cpu_name(), flat, version)


def compiled(signature: Signature, target: Target) -> bytes:
    """The object code of a signature."""
    return _object(function_ir(signature, target.shape), target)


def ptx_text(text: str, processor: str) -> str:
    """A module for a GPU in the language that its driver compiles.

    Raises:
        InvcError: llvmlite is not installed, or makes no code for GPUs.
    """
    llvm = _llvm()
    with _LOCK:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        try:
            target = llvm.Target.from_triple(PTX)
        except RuntimeError as error:
            raise InvcError("this llvmlite makes no code for GPUs", hint=str(error)) from error
        machine = target.create_target_machine(cpu=processor, features="+ptx78", opt=3)
        code: str = machine.emit_assembly(_optimized(text, machine))
    return code


def plain_object(text: str, target: Target) -> bytes:
    """The object code of a module for this processor."""
    with _LOCK:
        machine = _new_machine(target)
        code: bytes = machine.emit_object(_optimized(text, machine))
    return code


def _optimized(text: str, machine: Any) -> Any:  # noqa: ANN401
    """A module after all passes of LLVM."""
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return module


def compiled_doors(target: Target) -> dict[str, bytes]:
    """The object code of the beginning and the end of a chain of updates, by their names."""
    clear = target.kernel in VECTORS
    texts = doors_ir(target.shape, clear=clear)
    return {n: _object(text, target) for n, text in zip((ENTER, END), texts, strict=True)}


def _object(text: str, target: Target) -> bytes:
    llvm = _llvm()
    with _LOCK:
        module = llvm.parse_assembly(text)
        module.verify()
        code: bytes = _machine(target).emit_object(module)
    return code


class Loaded:
    """Object code in the memory of this process, for as long as it lives."""

    def __init__(self, target: Target) -> None:
        llvm = _llvm()
        empty = llvm.parse_assembly("")
        self.engine: Any = llvm.create_mcjit_compiler(empty, _new_machine(target))

    def add(self, objects: dict[str, bytes]) -> dict[str, int]:
        """Addresses of functions by name, each in an object of its own."""
        llvm = _llvm()
        with _LOCK:
            for code in objects.values():
                self.engine.add_object_file(llvm.ObjectFileRef.from_data(code))
            self.engine.finalize_object()
            return {name: int(self.engine.get_function_address(name)) for name in objects}


@lru_cache(maxsize=1)
def _llvm() -> Any:  # noqa: ANN401 - llvmlite has no types
    """The binding of llvmlite, made ready for this processor."""
    try:
        import llvmlite.binding as llvm  # noqa: PLC0415 - an optional package
    except (ImportError, OSError) as error:
        raise InvcError(
            "llvmlite is not installed, or not for this machine",
            hint="pip install '.[jit]' in a checkout of invc",
        ) from error
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@lru_cache(maxsize=8)
def _machine(target: Target) -> Any:  # noqa: ANN401
    return _new_machine(target)


def _new_machine(target: Target) -> Any:  # noqa: ANN401
    host = _llvm().Target.from_default_triple()
    return host.create_target_machine(cpu=target.cpu, features=target.features, opt=2)
