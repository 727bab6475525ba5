"""Names of the files in the folder that training works in."""

ENCODER = "encoder.npz"
"""The small copy of the encoder."""
MATERIAL, HELD = "material.npz", "held.npz"
"""What is learned from, and what is held apart."""
