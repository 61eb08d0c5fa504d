"""The seed networks as real modules, one self-contained file each; importing one imports torch."""
