"""Check an exported proof with nothing but Python: ``python verify_proof.py PROOF.json ROOTS PUBLIC_KEY``.

ROOTS is the published file of roots, PUBLIC_KEY the published key (base64). It checks that the entry leads to the root
of its seal (RFC 9162), that this seal stands in the published file, and that the key signed it (Ed25519, RFC 8032).
"""

import base64
import hashlib
import json
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Add two points of the curve, in extended coordinates."""
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    """A point, so many times."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(data):
    """The point that 32 bytes stand for; None where they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def is_signed(key, message, signature):
    """Whether the key signed the message (RFC 8032, 5.1.7)."""
    own, r = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if own is None or r is None or len(signature) != 64 or s >= ORDER:
        return False
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, base), add(r, times(k, own))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def root_from(entry):
    """The root to which the entry leads."""
    place = entry["position"].to_bytes(8, "big")
    node = hashlib.sha256(b"\x00" + bytes.fromhex(entry["salt"]) + place + entry["content"].encode()).digest()
    for side, beside in entry["path"]:
        pair = bytes.fromhex(beside) + node if side == "left" else node + bytes.fromhex(beside)
        node = hashlib.sha256(b"\x01" + pair).digest()
    return node.hex()


def problems(proof, roots, key):
    """What is wrong with a proof, in words; nothing when it holds."""
    entry = proof["sealed"]
    said = json.loads(entry["line"])
    signature = base64.b64decode(said.pop("signature"))
    signed = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    if root_from(entry) != said["root"]:
        yield "the entry does not lead to the root of its seal: it was changed"
    if not said["first"] <= entry["position"] < said["first"] + said["count"]:
        yield "the entry does not stand in that seal"
    if entry["line"] not in roots:
        yield "the seal does not stand in the published file of roots"
    if not is_signed(base64.b64decode(key), signed, signature):
        yield "the key did not sign the seal"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        proof = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        roots = file.read().splitlines()
    found = list(problems(proof, roots, sys.argv[3]))
    print("\n".join(found) or f"The proof holds. What was sealed: {proof['sealed']['content']}")
    sys.exit(1 if found else 0)
