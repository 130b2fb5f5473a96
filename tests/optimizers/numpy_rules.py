"""Rules of optimizers by hand, in NumPy and float64: the oracle of `RowSparse`.

A rule takes the table, its gradient, a dictionary of slots, the learning rate and the
number of the step from 1, sets the slots and returns the new table; it works on whole
arrays, number by number. Each is written from the formula in Keras's
documentation of the optimizer, with Keras's default arguments unless said otherwise.
"""

import numpy as np


def sgd(w, g, s, lr, t):
    return w - lr * g


def nesterov(w, g, s, lr, t, momentum=0.9):
    s["v"] = momentum * s["v"] - lr * g
    return w + momentum * s["v"] - lr * g


def momentum(w, g, s, lr, t, momentum=0.9):
    s["v"] = momentum * s["v"] - lr * g
    return w + s["v"]


def rmsprop(w, g, s, lr, t, rho=0.9, epsilon=1e-7):
    s["v"] = rho * s["v"] + (1 - rho) * g**2
    return w - lr * g / np.sqrt(s["v"] + epsilon)


def centered_rmsprop(w, g, s, lr, t, rho=0.9, momentum=0.5, epsilon=1e-7):
    s["v"] = rho * s["v"] + (1 - rho) * g**2
    s["a"] = rho * s["a"] + (1 - rho) * g
    root = np.sqrt(s["v"] - s["a"] ** 2 + epsilon)
    s["m"] = momentum * s["m"] + lr * g / root
    return w - s["m"]


def adam(w, g, s, lr, t, b1=0.9, b2=0.999, epsilon=1e-7, amsgrad=False):
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["v"] = b2 * s["v"] + (1 - b2) * g**2
    v = s["v"]
    if amsgrad:
        v = s["h"] = np.maximum(s["h"], v)
    alpha = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return w - alpha * s["m"] / (np.sqrt(v) + epsilon)


def amsgrad(w, g, s, lr, t):
    return adam(w, g, s, lr, t, amsgrad=True)


def adagrad(w, g, s, lr, t, epsilon=1e-7):
    s["a"] = s["a"] + g**2
    return w - lr * g / np.sqrt(s["a"] + epsilon)


def row_wise_adagrad(w, g, s, lr, t, epsilon=1e-7):
    s["a"] = s["a"] + (g**2).mean(1, keepdims=True)
    return w - lr * g / np.sqrt(s["a"] + epsilon)


def adadelta(w, g, s, lr, t, rho=0.95, epsilon=1e-7):
    s["g"] = rho * s["g"] + (1 - rho) * g**2
    d = s["d"]
    delta = -np.sqrt(d + epsilon) / np.sqrt(s["g"] + epsilon) * g
    s["d"] = rho * d + (1 - rho) * delta**2
    return w + lr * delta


def adamax(w, g, s, lr, t, b1=0.9, b2=0.999, epsilon=1e-7):
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["u"] = np.maximum(b2 * s["u"], np.abs(g))
    return w - lr / (1 - b1**t) * s["m"] / (s["u"] + epsilon)


def nadam(w, g, s, lr, t, b1=0.9, b2=0.999, epsilon=1e-7):
    def mu(t):
        return b1 * (1 - 0.5 * 0.96**t)

    product = np.prod([mu(i) for i in range(1, t + 1)])
    s["m"] = b1 * s["m"] + (1 - b1) * g
    s["v"] = b2 * s["v"] + (1 - b2) * g**2
    m = mu(t + 1) * s["m"] / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
    return w - lr * m / (np.sqrt(s["v"] / (1 - b2**t)) + epsilon)


def ftrl(w, g, s, lr, t, l1=0.01, l2=0.02):
    n = s["n"]
    new = n + g**2
    z = s["z"] + g - (np.sqrt(new) - np.sqrt(n)) / lr * w
    s["n"], s["z"] = new, z
    return (np.clip(z, -l1, l1) - z) / (np.sqrt(new) / lr + 2 * l2)


def lion(w, g, s, lr, t, b1=0.9, b2=0.99):
    m = s["m"]
    s["m"] = b2 * m + (1 - b2) * g
    return w - lr * np.sign(b1 * m + (1 - b1) * g)


# The slots of each rule, and what they start from.
SLOTS = {
    sgd: {},
    momentum: {"v": 0.0},
    nesterov: {"v": 0.0},
    rmsprop: {"v": 0.0},
    centered_rmsprop: {"v": 0.0, "a": 0.0, "m": 0.0},
    adam: {"m": 0.0, "v": 0.0},
    amsgrad: {"m": 0.0, "v": 0.0, "h": 0.0},
    adagrad: {"a": 0.1},
    row_wise_adagrad: {"a": 0.1},
    adadelta: {"g": 0.0, "d": 0.0},
    adamax: {"m": 0.0, "u": 0.0},
    nadam: {"m": 0.0, "v": 0.0},
    ftrl: {"n": 0.1, "z": 0.0},
    lion: {"m": 0.0},
}


def train(rule, table, gradients, lr, lazy=True):
    """Runs a rule over dense gradients; lazy: rows whose gradient is zero stay."""
    table = table.astype("float64")
    slots = {name: np.full_like(table, start) for name, start in SLOTS[rule].items()}
    for step, gradient in enumerate(gradients, start=1):
        touched = (gradient != 0).any(axis=1, keepdims=True) | (not lazy)
        before = dict(slots)
        new = rule(table, gradient.astype("float64"), slots, lr, step)
        table = np.where(touched, new, table)
        slots = {
            name: np.where(touched, slot, before[name]) for name, slot in slots.items()
        }
    return table
