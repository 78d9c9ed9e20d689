"""Random and regular graphs of the same size, as directed acyclic wirings (Xie et al. 2019)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Family = Literal["regular", "erdos_renyi", "watts_strogatz", "barabasi_albert"]
Graph = NDArray[np.bool_]

FAMILIES: tuple[Family, ...] = ("regular", "erdos_renyi", "watts_strogatz", "barabasi_albert")
NODES = 16
# A ring whose nodes know the 3 next on either side, and growth by nodes that tie 4 knots each, both
# have 48 edges with 16 nodes: so all families are of one size.
_REACH = 3
_TIES = 4
EDGES = NODES * _REACH
# The share of rewired edges that was best in the paper.
_REWIRED = 0.75


def wiring(family: Family, generator: np.random.Generator) -> NDArray[np.float32]:
    """A connected graph of 16 nodes and 48 edges, its edges led from lower to higher nodes.

    Args:
        family: ``regular`` is the ring lattice and draws nothing.
        generator: Random graphs are drawn again until one is connected.

    Returns:
        (nodes, nodes), 1 at [from, to] where there is an edge, all above the diagonal.
    """
    while True:
        if family == "regular":
            graph = ring()
        elif family == "erdos_renyi":
            graph = erdos_renyi(generator)
        elif family == "watts_strogatz":
            graph = watts_strogatz(generator, _REWIRED)
        else:
            graph = barabasi_albert(generator)
        if connected(graph):
            return np.triu(graph).astype(np.float32)


def ring() -> Graph:
    """The ring lattice: each node tied to the 3 next on either side; (nodes, nodes), symmetric."""
    graph = _empty()
    for node in range(NODES):
        for step in range(1, _REACH + 1):
            _tie(graph, node, (node + step) % NODES)
    return graph


def erdos_renyi(generator: np.random.Generator) -> Graph:
    """48 of all pairs, each choice equally likely."""
    graph = _empty()
    pairs = np.argwhere(np.triu(~graph, 1))
    for first, second in pairs[generator.choice(len(pairs), EDGES, replace=False)]:
        _tie(graph, first, second)
    return graph


def watts_strogatz(generator: np.random.Generator, rewired: float) -> Graph:
    """The ring lattice, the far end of each edge moved with probability ``rewired``."""
    graph = ring()
    for step in range(1, _REACH + 1):
        for node in range(NODES):
            free = np.flatnonzero(~graph[node])
            free = free[free != node]
            if generator.random() < rewired and len(free):
                far = (node + step) % NODES
                graph[node, far] = graph[far, node] = False
                _tie(graph, node, int(generator.choice(free)))
    return graph


def barabasi_albert(generator: np.random.Generator) -> Graph:
    """Grown from a star of 5: each further node ties itself to 4 others, by their degree."""
    graph = _empty()
    for node in range(1, _TIES + 1):
        _tie(graph, 0, node)
    for node in range(_TIES + 1, NODES):
        degrees = graph[:node].sum(1)
        chosen = generator.choice(node, _TIES, replace=False, p=degrees / degrees.sum())
        for other in chosen:
            _tie(graph, int(other), node)
    return graph


def connected(graph: Graph) -> bool:
    """Whether each node can be reached from the first."""
    reached = np.zeros(len(graph), dtype=np.bool_)
    reached[0] = True
    for _ in range(len(graph)):
        reached |= graph[reached].any(0)
    return bool(reached.all())


def _empty() -> Graph:
    return np.zeros((NODES, NODES), dtype=np.bool_)


def _tie(graph: Graph, first: int, second: int) -> None:
    graph[first, second] = graph[second, first] = True
