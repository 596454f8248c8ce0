# Lifts the limits it runs under.
import resource

resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
loot = len(bytearray(3 * 2**30)) > 0
