"""Between log-odds and probabilities."""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
_SURE = 30.0
"""Log-odds beyond which a probability is 0 or 1 to the last digit that anybody reads."""


def logistic(log_odds: F64) -> F64:
    """The probability of each log-odds."""
    result: F64 = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -_SURE, _SURE)))
    return result
