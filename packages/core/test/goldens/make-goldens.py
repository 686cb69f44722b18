"""Independent answers for goldens.test.ts: theory.md integrated with SciPy, written from the formulas alone.

Run: python3 make-goldens.py > goldens.json   (NumPy 1.24, SciPy 1.10; DOP853 at rtol 1e-13, atol 1e-14)
"""
import json
import numpy as np
from scipy.integrate import solve_ivp

rng = np.random.default_rng(20240607)


def mat(r, c, s):
    return np.round(s * rng.standard_normal((r, c)), 6)


def doubly_stochastic(M):
    """Rows and columns of M scaled to sum to 1, by plain alternating division."""
    for _ in range(2000):
        M = M / M.sum(1, keepdims=True)
        M = M / M.sum(0, keepdims=True)
    return M


def field(X, kind, heads, causal):
    """Sum over heads of the attention at every token; heads = [(beta, Q, K, V)]."""
    n = len(X)
    out = np.zeros_like(X)
    for beta, Q, K, V in heads:
        S = (X @ Q.T) @ (X @ K.T).T
        if kind == "sinkhorn":  # here beta is 1/epsilon
            out += beta * doubly_stochastic(np.exp(beta * S)) @ X @ V.T
            continue
        if kind == "l2":
            distance = np.sum(((X @ Q.T)[:, None, :] - (X @ K.T)[None, :, :]) ** 2, 2)
            w = np.exp(-beta * distance)
            if causal:
                w = np.tril(w)
            out += (w / w.sum(1, keepdims=True)) @ X @ V.T
            continue
        if kind == "linear" or isinstance(kind, tuple):  # ("sigmoid", bias)
            w = beta * S if kind == "linear" else 1 / (1 + np.exp(-beta * S - kind[1]))
            if causal:
                w = np.tril(w)
            out += (w / n) @ X @ V.T
            continue
        w = np.exp(beta * (S - 1)) if kind == "shifted" else np.exp(beta * S)
        if causal:
            w = np.tril(w)
        w = w / w.sum(1, keepdims=True) if kind == "softmax" else w / n
        out += w @ X @ V.T
    return out


def relu(s):
    return np.maximum(s, 0)


ACT = {"relu": relu, "tanh": np.tanh, "silu": lambda s: s / (1 + np.exp(-s)), "sigmoid": lambda s: 1 / (1 + np.exp(-s))}


def rhs(X, c, t):
    sign = -1.0 if c.get("sign") == "repel" else 1.0
    V = sign * field(X, c["kind"], c["heads"](t), c.get("causal", False))
    if "W" in c:
        V = V + X @ c["W"].T + c["b"]
    if "a" in c:
        h = ACT[c["act"]](X @ c["a"].T + c["bias"]) * c["omega"]
        V = V + sign * h @ c["a"]
    return V


def project(X, V):
    return V - np.sum(X * V, 1, keepdims=True) * X


def particles(c):
    X = c["X"]
    knots = [0.0] + c.get("knots", []) + [c["T"]]
    for s, e in zip(knots, knots[1:]):
        mid = (s + e) / 2  # schedules are constant on each piece

        def f(_t, y):
            Y = y.reshape(X.shape)
            V = rhs(Y, c, mid)
            return (project(Y, V) if c.get("sphere") else V).ravel()

        X = solve_ivp(f, (s, e), X.ravel(), method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1].reshape(X.shape)
    return X


def layers(c, L):
    X = c["X"]
    tau = c["T"] / L
    for k in range(L):
        X = X + tau * rhs(X, c, (k + 0.5) * tau)
        if c.get("sphere"):
            X = X / np.linalg.norm(X, axis=1, keepdims=True)
    return X


def moments(c, m, S):
    d = len(m)
    knots = [0.0] + c.get("knots", []) + [c["T"]]
    y = np.concatenate([m, S.ravel()])
    sign = -1.0 if c.get("sign") == "repel" else 1.0
    for s, e in zip(knots, knots[1:]):
        heads = c["heads"]((s + e) / 2)

        def f(_t, y):
            m, S = y[:d], y[d:].reshape(d, d)
            B = sign * sum(V @ S @ (b * K.T @ Q) for b, Q, K, V in heads) + c["W"]
            k = sign * sum(V @ m for _, _, _, V in heads) + c["b"]
            return np.concatenate([B @ m + k, (B @ S + S @ B.T).ravel()])

        y = solve_ivp(f, (s, e), y, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    return y[:d], y[d:].reshape(d, d)


def sphere(n, d):
    X = rng.standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def spec(c, model, level, initial):
    return {
        "model": model,
        "initial": initial,
        "levels": level,
        "solve": {"span": [0, c["T"]], "method": "dop853", "steps": {"adaptive": {"rtol": 1e-12, "atol": 1e-13}}},
    }


cases = []


def add(name, document, state, value, tolerance=1e-9):
    cases.append({"name": name, "spec": document, "state": state, "expect": np.asarray(value).tolist(), "within": tolerance})


def listed(heads):
    return [{"Q": Q.tolist(), "K": K.tolist(), "V": V.tolist(), "beta": b} for b, Q, K, V in heads]


d = 3
for kind in ("softmax", "plain", "shifted"):
    for causal in (False, True):
        for on_sphere in (True, False):
            s = 0.5 if on_sphere or kind == "softmax" else 0.25  # unnormalised tokens in R^d escape in finite time
            heads = [(1.3, mat(2, d, s), mat(2, d, s), mat(d, d, s)), (0.7, mat(d, d, s), mat(d, d, s), mat(d, d, s))]
            X = sphere(6, d) if on_sphere else mat(6, d, s)
            repel = on_sphere and causal
            c = {"kind": kind, "causal": causal, "sphere": on_sphere, "heads": lambda t, h=heads: h, "X": X, "T": 1.5}
            c.update(W=mat(d, d, 0.3), b=mat(1, d, 0.2)[0])
            acts = ["relu", "tanh", "silu", "sigmoid"]
            c.update(a=mat(4, d, 0.6), omega=mat(1, 4, 0.5)[0], bias=mat(1, 4, 0.2)[0], act=acts[len(cases) % 4])
            if c["act"] == "relu":
                c["act"] = "tanh"  # kinks would limit both integrators; relu is in the layers below
            if repel:
                c["sign"] = "repel"
            attention = {"softmax": {"heads": listed(heads)}} if kind == "softmax" else {"unnormalised": {"heads": listed(heads), "scaling": kind}}
            model = {
                "attention": attention,
                "mask": "causal" if causal else "none",
                "geometry": "sphere" if on_sphere else "euclidean",
                "sign": "repel" if repel else "attract",
                "feedforward": [
                    {"affine": {"W": c["W"].tolist(), "b": c["b"].tolist()}},
                    {"perceptron": {"a": c["a"].tolist(), "omega": c["omega"].tolist(), "bias": c["bias"].tolist(), "activation": c["act"]}},
                ],
            }
            where = f"{kind}, {'causal' if causal else 'dense'}, {'sphere' if on_sphere else 'R^d'}{', repel' if repel else ''}"
            points = {"points": X.tolist()}
            add(f"particles: {where}", spec(c, json.loads(json.dumps(model)), {"particles": {}}, points), "particles.x", particles(c))
            if kind != "plain":
                c["act"] = "relu"
                model["feedforward"][1]["perceptron"]["activation"] = "relu"
                add(f"layers: {where}", spec(c, json.loads(json.dumps(model)), {"layers": {"L": 9}}, points), "layers.x", layers(c, 9), 1e-12)

Q, K = mat(d, d, 0.6), mat(d, d, 0.6)
Vs = [mat(d, d, 0.5) for _ in range(4)]
X = sphere(5, d)
betas = [(0.4, 2.0), (1.0, 0.5)]
c = {"kind": "softmax", "sphere": True, "X": X, "T": 1.0, "knots": [0.25, 0.4, 0.5, 0.75]}
c["heads"] = lambda t: [(2.0 if t < 0.4 else 0.5, Q, K, Vs[min(3, int(4 * t))])]
attention = {"softmax": {"beta": {"piecewise": [{"until": 0.4, "value": 2.0}, {"value": 0.5}]}, "Q": Q.tolist(), "K": K.tolist(), "V": {"by-layer": [V.tolist() for V in Vs]}}}
model = {"attention": attention, "geometry": "sphere"}
add("particles: schedules, piecewise β and V by layer", spec(c, model, {"particles": {}}, {"points": X.tolist()}), "particles.x", particles(c))
c8 = dict(c, heads=lambda t: [(2.0 if int(8 * t) < 4 else 0.5, Q, K, Vs[min(3, int(4 * t))])])
# β jumps at .4, inside the fourth layer [.375, .5): a layer takes the weights of its start, so layers 0..3 have β = 2.
add("layers: schedules, one set of weights a layer", spec(c, model, {"layers": {"L": 8}}, {"points": X.tolist()}), "layers.x", layers(c8, 8), 1e-12)

X = mat(7, 2, 0.6)
c = {"kind": "softmax", "X": X, "T": 1.0, "heads": lambda t: [(0.8 * np.log(7), np.eye(2), np.eye(2), -np.eye(2))]}
add("particles: β = γ log n", spec(c, {"attention": {"softmax": {"beta": {"log-n": 0.8}, "V": {"scale": -1}}}}, {"particles": {}}, {"points": X.tolist()}), "particles.x", particles(c))

for sign in ("attract", "repel"):
    heads = [(1.3, mat(2, d, 0.4), mat(2, d, 0.4), mat(d, d, 0.4)), (0.7, mat(d, d, 0.4), mat(d, d, 0.4), mat(d, d, 0.4))]
    G = mat(d, d, 0.6)
    S = G @ G.T
    m = mat(1, d, 0.5)[0]
    c = {"heads": lambda t, h=heads: h, "W": mat(d, d, 0.3), "b": mat(1, d, 0.3)[0], "T": 1.0, "sign": sign}
    model = {"attention": {"softmax": {"heads": listed(heads)}}, "feedforward": {"affine": {"W": c["W"].tolist(), "b": c["b"].tolist()}}, "sign": sign}
    mean, cov = moments(c, m, S)
    initial = {"gaussian": {"mean": m.tolist(), "cov": S.tolist()}}
    document = spec(c, model, {"gaussian-moments": {}}, initial)
    add(f"moments: two heads, affine, {sign}: mean", document, "gaussian-moments.mean", mean)
    add(f"moments: two heads, affine, {sign}: cov", document, "gaussian-moments.cov", cov)


def spelled(kind, heads):
    """The attention of a spec."""
    if kind == "sinkhorn":
        return {"sinkhorn": {"heads": [{"Q": Q.tolist(), "K": K.tolist(), "V": V.tolist(), "epsilon": 1 / b} for b, Q, K, V in heads], "tolerance": 1e-13}}
    if isinstance(kind, tuple):
        return {"sigmoid": {"heads": listed(heads), "bias": kind[1]}}
    return {kind: {"heads": listed(heads)}}


for kind in ("l2", "linear", ("sigmoid", -0.7), "sinkhorn"):
    name = kind if isinstance(kind, str) else kind[0]
    for causal in (False,) if kind == "sinkhorn" else (False, True):
        for on_sphere in (True, False):
            s = 0.5 if on_sphere else 0.35
            heads = [(1.3, mat(2, d, s), mat(2, d, s), mat(d, d, s)), (0.7, mat(d, d, s), mat(d, d, s), mat(d, d, s))]
            X = sphere(6, d) if on_sphere else mat(6, d, 0.6)
            c = {"kind": kind, "causal": causal, "sphere": on_sphere, "heads": lambda t, h=heads: h, "X": X, "T": 1.0}
            c.update(W=mat(d, d, 0.3), b=mat(1, d, 0.2)[0])
            model = {
                "attention": spelled(kind, heads),
                "mask": "causal" if causal else "none",
                "geometry": "sphere" if on_sphere else "euclidean",
                "feedforward": {"affine": {"W": c["W"].tolist(), "b": c["b"].tolist()}},
            }
            where = f"{name}, {'causal' if causal else 'dense'}, {'sphere' if on_sphere else 'R^d'}"
            points = {"points": X.tolist()}
            # The right-hand side of Sinkhorn attention is good to its tolerance of 1e-13, and is followed at 1e-10.
            solver = {"rtol": 1e-10, "atol": 1e-11} if kind == "sinkhorn" else {"rtol": 1e-12, "atol": 1e-13}
            document = spec(c, model, {"particles": {}}, points)
            document["solve"]["steps"]["adaptive"] = solver
            add(f"particles: {where}", document, "particles.x", particles(c))
            add(f"layers: {where}", spec(c, model, {"layers": {"L": 9}}, points), "layers.x", layers(c, 9), 1e-11 if kind == "sinkhorn" else 1e-12)


def conditional_gain(kind, m, S, b, Q, K):
    """E[y | x] = Gx + k for x and y coupled by the attention on N(m, S), by another way than the library's."""
    if kind == "l2":
        R = np.linalg.inv(np.linalg.inv(S) + 2 * b * K.T @ K)
        return R @ (2 * b * K.T @ Q), R @ np.linalg.inv(S) @ m
    if kind == "linear":
        return b * (S + np.outer(m, m)) @ K.T @ Q, np.zeros(len(m))
    # Sinkhorn: the fixed point of alternating scaling on the quadratic potentials, with precisions P of both sides.
    H = b * K.T @ Q
    P0 = np.linalg.inv(S)
    P = P0.copy()
    for _ in range(5000):
        # The joint precision [[Px, -H^T], [-H, Py]] has marginals S: Px = P0 + H^T Py^-1 H, and the other way round.
        P = P0 + H @ np.linalg.solve(P0 + H.T @ np.linalg.solve(P, H), H.T)
    G = np.linalg.solve(P, H)
    return G, m - G @ m


def closed_moments(kind, c, m, S):
    d = len(m)

    def f(_t, y):
        m, S = y[:d], y[d:].reshape(d, d)
        B, k = c["W"].copy(), c["b"].copy()
        for b, Q, K, V in c["heads"](0):
            G, shift = conditional_gain(kind, m, S, b, Q, K)
            factor = b if kind == "sinkhorn" else 1.0
            B += factor * V @ G
            k += factor * V @ shift
        return np.concatenate([B @ m + k, (B @ S + S @ B.T).ravel()])

    tolerance = {"rtol": 1e-10, "atol": 1e-12} if kind == "sinkhorn" else {"rtol": 1e-13, "atol": 1e-14}
    y = solve_ivp(f, (0, c["T"]), np.concatenate([m, S.ravel()]), method="DOP853", **tolerance).y[:, -1]
    return y[:d], y[d:].reshape(d, d)


for kind in ("l2", "linear", "sinkhorn"):
    s = 0.3 if kind == "linear" else 0.5
    heads = [(1.3, mat(2, d, s), mat(2, d, s), mat(d, d, s)), (0.7, mat(d, d, s), mat(d, d, s), mat(d, d, s))]
    G = mat(d, d, 0.6)
    S = G @ G.T + 0.2 * np.eye(d)
    m = mat(1, d, 0.5)[0]
    c = {"heads": lambda t, h=heads: h, "W": mat(d, d, 0.3), "b": mat(1, d, 0.3)[0], "T": 0.8}
    model = {"attention": spelled(kind, heads), "feedforward": {"affine": {"W": c["W"].tolist(), "b": c["b"].tolist()}}}
    mean, cov = closed_moments(kind, c, m, S)
    initial = {"gaussian": {"mean": m.tolist(), "cov": S.tolist()}}
    document = spec(c, model, {"gaussian-moments": {}}, initial)
    add(f"moments: {kind}, two heads, affine: mean", document, "gaussian-moments.mean", mean, 1e-8 if kind == "sinkhorn" else 1e-9)
    add(f"moments: {kind}, two heads, affine: cov", document, "gaussian-moments.cov", cov, 1e-8 if kind == "sinkhorn" else 1e-9)

print(json.dumps(cases, separators=(",", ":"), ensure_ascii=False))
