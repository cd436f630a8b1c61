"""Writes answer_noise.json: what NumPy and SciPy say of items with several answers each.

    python make_answer_noise.py

NumPy 2.4.6 and SciPy 1.17.1 were used. The variances come from a one-way analysis of variance: the mean square within items is the
prediction variance, and that between them, of which scipy.stats.f_oneway gives the ratio, K times the data variance more. Scores
are those of answers that are right with a probability of their item's own, and numbers without limits.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import f_oneway

SEED = 20260728


def case(scores):
    items, answers = scores.shape
    within = np.mean(np.var(scores, axis=1, ddof=1))
    data = (f_oneway(*scores).statistic - 1) * within / answers
    means = scores.mean(axis=1)
    assert np.isclose(np.var(means, ddof=1), data + within / answers)
    return {
        "scores": scores.tolist(), "prediction": within, "data": data,
        "standard_error": float(np.std(means, ddof=1) / np.sqrt(items)),
    }


def main():
    numbers = np.random.default_rng(SEED)
    cases = []
    for items, answers in [(2, 2), (3, 8), (30, 4), (40, 2), (25, 16)]:
        right = numbers.beta(0.5, 0.5, size=(items, 1))
        scores = (numbers.random((items, answers)) < right).astype(float)
        if np.var(scores, axis=1).sum() > 0:
            cases.append(case(scores))
        cases.append(case(numbers.normal(3, 2, (items, 1)) + numbers.normal(0, 1, (items, answers))))
        # Differences of two arms that answer alike on average: less varies between items than answers let expect.
        cases.append(case(numbers.integers(-1, 2, (items, answers)).astype(float)))
    content = {
        "made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "seed": SEED},
        "cases": cases,
    }
    text = json.dumps(content, separators=(",", ":"))
    Path(__file__).with_name("answer_noise.json").write_text(text + "\n")


main()
