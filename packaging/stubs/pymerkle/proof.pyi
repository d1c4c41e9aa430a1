"""The shape of pymerkle 7, as far as it is used here."""

from pymerkle import ConsistencyProof as ConsistencyProof
from pymerkle import InclusionProof as InclusionProof
from pymerkle import InvalidProof as InvalidProof
from pymerkle import MerkleProof as MerkleProof
from pymerkle import verify_consistency as verify_consistency
from pymerkle import verify_inclusion as verify_inclusion
