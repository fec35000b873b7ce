"""A Merkle tree, as certificate transparency builds it (RFC 9162, section 2.1): one root stands for many leaves.

A leaf is shown to be under a root with a path of a few digests, and nothing is told of the other leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, Literal

LEAF: Final = b"\x00"
NODE: Final = b"\x01"  # another beginning than a leaf's: else a node could be passed off as one
EMPTY: Final = sha256().digest()

Side = Literal["left", "right"]
Path = tuple[tuple[Side, bytes], ...]
"""The digests that lead from a leaf to the root, each with the side on which it stands."""


def leaf_of(content: bytes) -> bytes:
    """The leaf that stands for a content."""
    return sha256(LEAF + content).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves, in their order."""
    *_, top = _levels(leaves)
    return top[0] if top else EMPTY


def path_of(leaves: Sequence[bytes], place: int) -> Path:
    """The way from the leaf at ``place`` to the root."""
    path: list[tuple[Side, bytes]] = []
    for level in _levels(leaves):
        beside = place ^ 1
        if beside < len(level):
            path.append(("left" if beside < place else "right", level[beside]))
        place >>= 1
    return tuple(path)


def climb(leaf: bytes, path: Path) -> bytes:
    """The root to which a leaf and its path lead."""
    for side, beside in path:
        leaf = sha256(NODE + (beside + leaf if side == "left" else leaf + beside)).digest()
    return leaf


def _levels(leaves: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Each level of the tree, from the leaves up. One left over rises alone, which builds the tree of the RFC."""
    level = leaves
    yield level
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        alone = level[-1:] if len(level) % 2 else ()
        level = [*(sha256(NODE + left + right).digest() for left, right in pairs), *alone]
        yield level
