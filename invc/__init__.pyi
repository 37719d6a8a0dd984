from invc.api import lib_gen as lib_gen
from invc.api import prove as prove
from invc.api import read as read
from invc.api import simulate as simulate
from invc.api import synth as synth
from invc.api import write as write

__version__: str
