"""SHA-256 and RFC 6962 trees of the C core, against hashlib, NIST and transparency-dev."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite.native import core
from support import tree
from support.third_party import all_vectors

KERNELS = core.kernels()


@pytest.mark.parametrize("kernels", KERNELS, ids=repr)
@given(data=st.binary(max_size=300))
def test_sha256_is_hashlibs(kernels: core.Kernels, data: bytes) -> None:
    assert tree.sha256(data, kernels) == hashlib.sha256(data).digest()


@pytest.mark.parametrize("kernels", KERNELS, ids=repr)
@pytest.mark.parametrize("name", ["SHA256ShortMsg.rsp", "SHA256LongMsg.rsp"])
def test_sha256_on_nists_vectors(kernels: core.Kernels, name: str) -> None:
    vectors = pytest.importorskip("cryptography_vectors")
    lines = vectors.open_vector_file(f"hashes/SHA2/{name}", "r").read().splitlines()
    fields = dict[str, str]()
    seen = 0
    for line in lines:
        key, equals, value = (part.strip() for part in line.partition("="))
        if equals:
            fields[key] = value
        if key == "MD":
            message = bytes.fromhex(fields["Msg"])[: int(fields["Len"]) // 8]
            assert tree.sha256(message, kernels).hex() == value
            seen += 1
    assert seen >= 64


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as written."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


@pytest.mark.parametrize("kernels", KERNELS, ids=repr)
@given(sizes=st.lists(st.integers(0, 150), max_size=6))
def test_a_tree_is_the_definition(kernels: core.Kernels, sizes: list[int]) -> None:
    """However the leaves arrive: spans of 64 are hashed together, the rest one by one."""
    grown = tree.Tree(kernels)
    leaves: list[bytes] = []
    for size in sizes:
        new = [leaf_hash(b"%d" % (len(leaves) + i)) for i in range(size)]
        grown.add(b"".join(new))
        leaves += new
        assert grown.root() == tree_hash(leaves)
    assert len(grown) == len(leaves)


def audit_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, as written."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*audit_path(index, leaves[:split]), tree_hash(leaves[split:])]
    return [*audit_path(index - split, leaves[split:]), tree_hash(leaves[:split])]


def subproof(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962 section 2.1.2, as written."""
    if old == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*subproof(old, leaves[:split], whole), tree_hash(leaves[split:])]
    return [*subproof(old - split, leaves[split:], False), tree_hash(leaves[:split])]


LEAVES = [leaf_hash(b"%d" % i) for i in range(40)]


def test_every_proof_of_small_trees() -> None:
    """Each right proof holds; with any other index, size or length it does not."""
    for size in range(1, len(LEAVES) + 1):
        root = tree_hash(LEAVES[:size])
        for index in range(size):
            proof = audit_path(index, LEAVES[:size])
            for other in range(size + 2):
                found = tree.inclusion_proven(other, size, LEAVES[index], proof, root)
                assert found == (other == index)
            assert not tree.inclusion_proven(index, size, LEAVES[index], [*proof, root], root)
            assert not tree.inclusion_proven(index, size, LEAVES[index - 1], proof, root) or size == 1
        for old in range(1, size + 1):
            before, proof = tree_hash(LEAVES[:old]), subproof(old, LEAVES[:size])
            assert tree.consistency_proven(old, before, size, root, proof)
            assert not tree.consistency_proven(old, before, size, root, [*proof, root])
            if old < size:
                assert not tree.consistency_proven(old, root, size, root, proof)
                assert not tree.consistency_proven(old, before, size, before, proof)
                assert not tree.consistency_proven(old, before, size, root, proof[:-1])


# Both of its roots are a dummy of 12 bytes; ours have 32.
REFUSED_FOR_LENGTH = {"additional/sizes-are-equal-one-and-proof-is-empty.json"}


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_proofs_of_transparency_dev(kind: str) -> None:
    """98 proofs a kind, right and wrong, that nobody here wrote."""
    cases = all_vectors("rfc6962", kind)
    assert len(cases) == 98
    differ = set[str]()
    for name, case in cases.items():
        proof = [base64.b64decode(h) for h in case["proof"] or []]

        def field(name: str, case: dict[str, str] = case) -> bytes:
            return base64.b64decode(case[name] or "")

        if kind == "inclusion":
            held = tree.inclusion_proven(case["leafIdx"], case["treeSize"], field("leafHash"), proof, field("root"))
        else:
            held = tree.consistency_proven(case["size1"], field("root1"), case["size2"], field("root2"), proof)
        if held == case["wantErr"]:
            differ.add(name)
    assert differ == (REFUSED_FOR_LENGTH if kind == "consistency" else set())
