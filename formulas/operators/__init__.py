"""What one operator costs, from its input shape and hyper-parameters alone.

Fourier transforms have no formula here: their arithmetic is that of the algorithm chosen by the length's factors, and
the usual 5·n·log2(n) is exact for one algorithm and powers of two only (Cooley & Tukey 1965).
"""
