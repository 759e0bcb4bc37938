"""The register node, at the police data centre: single checks by partners whose keys it knows, answered in codes.

Whoever owns the population register runs it beside the register. It has its own keys, its own index of the register,
and its own log of every question. Batches travel by xacthuc.exchange.
"""
