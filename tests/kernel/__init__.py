"""The magics in real Jupyter kernels, as a notebook sees them."""
