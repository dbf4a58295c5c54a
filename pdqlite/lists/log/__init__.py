"""The log that holds every release: checkpoints, cosignatures, proofs, policies, tokens."""
