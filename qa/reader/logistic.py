"""Logistic regression, small enough to read: Newton's method with a ridge penalty, on float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]


def sigmoid(z: Floats) -> Floats:
    """``1 / (1 + exp(-z))``, without overflow."""
    import numpy as np

    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)), dtype=np.float64)


def fit(x: Floats, y: Floats, weight: Floats | None = None, ridge: float = 1.0, steps: int = 50) -> Floats:
    """Coefficients of shape ``(features + 1,)``, the intercept last, that maximise the penalised likelihood.

    ``x`` is ``(rows, features)``, ``y`` in 0..1, ``weight`` one weight a row. The intercept is not
    penalised. Iteratively reweighted least squares: Hastie, Tibshirani and Friedman, The Elements of
    Statistical Learning, section 4.4.1.
    """
    import numpy as np

    rows = np.hstack([x, np.ones((len(x), 1))])
    w = np.ones(len(x)) if weight is None else weight
    penalty = np.full(rows.shape[1], ridge)
    penalty[-1] = 1e-9
    beta = np.zeros(rows.shape[1])
    for _ in range(steps):
        p = sigmoid(rows @ beta)
        gradient = rows.T @ (w * (y - p)) - penalty * beta
        hessian = (rows * (w * p * (1 - p))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return beta
