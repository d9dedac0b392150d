"""Networks: tensors in, tensors out, one architecture a file."""
