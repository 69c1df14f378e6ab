"""Pitzer's equations as Harvie, Moller & Weare (1984) print them, with sums over all pairs; slow and obvious."""

import itertools

import numpy as np
from scipy.integrate import quad

WATER = 0.018015


def integral_j(x):
    """J of Pitzer (1975) by quadrature: x/4 - 1 + (1/x) int_0^inf (1 - exp(-x/y exp(-y))) y^2 dy."""
    ends = (0.0, min(x, 0.5), 1.0, 8.0, 60.0)
    parts = [
        quad(lambda y: -np.expm1(-x / y * np.exp(-y)) * y * y, a, b, epsrel=1e-9, epsabs=1e-16)[0]
        for a, b in itertools.pairwise(ends)
    ]
    return x / 4 - 1 + sum(parts) / x


def unequal(a_phi, first, second, strength):
    """theta^E and its derivative by I, the derivative by differences."""

    def theta(at):
        x = [6 * product * a_phi * np.sqrt(at) for product in (first * second, first**2, second**2)]
        return first * second / (4 * at) * (integral_j(x[0]) - integral_j(x[1]) / 2 - integral_j(x[2]) / 2)

    if first == second:
        return 0.0, 0.0
    step = 1e-3 * strength
    return theta(strength), (theta(strength + step) - theta(strength - step)) / (2 * step)


class Salt:
    """A mixture by dictionaries: beta, c_phi, theta, psi, lam, zeta over names; charge of each name."""

    def __init__(self, a_phi, charge, beta, theta=None, psi=None, lam=None, zeta=None):
        self.a_phi, self.charge, self.beta = a_phi, charge, beta
        self.theta, self.psi, self.lam, self.zeta = theta or {}, psi or {}, lam or {}, zeta or {}

    def second(self, cation, anion, strength):
        """B, B' and B^phi of a pair."""
        beta0, beta1, beta2, _, alpha1, alpha2 = self.beta.get((cation, anion), (0, 0, 0, 0, 2, 12))

        def g(x):
            return 2 * (1 - (1 + x) * np.exp(-x)) / x**2

        def slope(x):
            return -2 * (1 - (1 + x + x**2 / 2) * np.exp(-x)) / x**2

        x1, x2 = alpha1 * np.sqrt(strength), alpha2 * np.sqrt(strength)
        value = beta0 + beta1 * g(x1) + beta2 * g(x2)
        bend = (beta1 * slope(x1) + beta2 * slope(x2)) / strength
        return value, bend, beta0 + beta1 * np.exp(-x1) + beta2 * np.exp(-x2)

    def third(self, cation, anion):
        """C of a pair, from C^phi."""
        c_phi = self.beta.get((cation, anion), (0, 0, 0, 0, 2, 12))[3]
        return c_phi / (2 * np.sqrt(abs(self.charge[cation] * self.charge[anion])))

    def phi(self, one, other, strength):
        """Phi, Phi' and Phi^phi of two ions of like sign."""
        value, slope = unequal(self.a_phi, abs(self.charge[one]), abs(self.charge[other]), strength)
        theta = self.theta.get(tuple(sorted((one, other))), 0.0)
        return theta + value, slope, theta + value + strength * slope

    def groups(self, m):
        """The cations, anions and neutral species present."""
        return [[n for n in m if test(self.charge[n])] for test in (lambda z: z > 0, lambda z: z < 0, lambda z: z == 0)]

    def ln_gamma(self, m):
        """ln gamma of each name at the molalities m."""
        cations, anions, neutrals = self.groups(m)
        strength = 0.5 * sum(m[n] * self.charge[n] ** 2 for n in m)
        z = sum(m[n] * abs(self.charge[n]) for n in m)
        root = np.sqrt(strength)
        f = -self.a_phi * (root / (1 + 1.2 * root) + 2 / 1.2 * np.log(1 + 1.2 * root))
        f += sum(m[c] * m[a] * self.second(c, a, strength)[1] for c in cations for a in anions)
        for group in (cations, anions):
            f += sum(m[i] * m[j] * self.phi(i, j, strength)[1] for i, j in itertools.combinations(group, 2))
        tail = sum(m[c] * m[a] * self.third(c, a) for c in cations for a in anions)
        answer = {}
        for own, other, flip in ((cations, anions, False), (anions, cations, True)):
            for i in own:
                total = self.charge[i] ** 2 * f + abs(self.charge[i]) * tail
                for k in other:
                    pair = (k, i) if flip else (i, k)
                    total += m[k] * (2 * self.second(*pair, strength)[0] + z * self.third(*pair))
                for j in own:
                    if j != i:
                        psi = sum(m[k] * self.psi.get(frozenset((i, j, k)), 0.0) for k in other)
                        total += m[j] * (2 * self.phi(i, j, strength)[0] + psi)
                for k, h in itertools.combinations(other, 2):
                    total += m[k] * m[h] * self.psi.get(frozenset((i, k, h)), 0.0)
                total += 2 * sum(m[n] * self.lam.get((n, i), 0.0) for n in neutrals)
                total += sum(m[n] * m[k] * self.zeta.get(frozenset((n, i, k)), 0.0) for n in neutrals for k in other)
                answer[i] = total
        for n in neutrals:
            total = 2 * sum(m[k] * self.lam.get((n, k), 0.0) for k in m)
            total += sum(m[c] * m[a] * self.zeta.get(frozenset((n, c, a)), 0.0) for c in cations for a in anions)
            answer[n] = total
        return answer

    def osmotic(self, m):
        """The osmotic coefficient at the molalities m."""
        cations, anions, neutrals = self.groups(m)
        strength = 0.5 * sum(m[n] * self.charge[n] ** 2 for n in m)
        z = sum(m[n] * abs(self.charge[n]) for n in m)
        total = -self.a_phi * strength**1.5 / (1 + 1.2 * np.sqrt(strength))
        total += sum(
            m[c] * m[a] * (self.second(c, a, strength)[2] + z * self.third(c, a)) for c in cations for a in anions
        )
        for own, other in ((cations, anions), (anions, cations)):
            for i, j in itertools.combinations(own, 2):
                psi = sum(m[k] * self.psi.get(frozenset((i, j, k)), 0.0) for k in other)
                total += m[i] * m[j] * (self.phi(i, j, strength)[2] + psi)
        for n in neutrals:
            total += sum(m[n] * m[k] * self.lam.get((n, k), 0.0) for k in cations + anions)
            total += 0.5 * sum(m[n] * m[k] * self.lam.get((n, k), 0.0) for k in neutrals)
            total += sum(m[n] * m[c] * m[a] * self.zeta.get(frozenset((n, c, a)), 0.0) for c in cations for a in anions)
        return 1 + 2 / sum(m.values()) * total

    def ln_water(self, m):
        """ln of the activity of water."""
        return -WATER * self.osmotic(m) * sum(m.values())


class Specific:
    """A mixture by SIT: epsilon over pairs of names, in log10; charge of each name. As Grenthe et al. (1997) print it."""

    def __init__(self, debye_a, charge, epsilon):
        self.debye_a, self.charge, self.epsilon = debye_a, charge, epsilon

    def _of(self, one, other):
        return self.epsilon.get((one, other), self.epsilon.get((other, one), 0.0))

    def _strength(self, m):
        return 0.5 * sum(m[n] * self.charge[n] ** 2 for n in m)

    def ln_gamma(self, m):
        """ln gamma of each name at the molalities m."""
        root = np.sqrt(self._strength(m))
        size = self.debye_a * root / (1 + 1.5 * root)
        twice = {n: 2.0 if (n, n) in self.epsilon else 1.0 for n in m}
        return {
            n: np.log(10)
            * (-(self.charge[n] ** 2) * size + sum(self._of(n, k) * m[k] * (twice[n] if k == n else 1) for k in m))
            for n in m
        }

    def ln_water(self, m):
        """ln of the activity of water, by Gibbs and Duhem along a line from pure water."""
        steps = np.linspace(0, 1, 4001)[1:] ** 2
        total, last, before = 0.0, 0.0, dict.fromkeys(m, 0.0)
        for step in steps:
            now = self.ln_gamma({n: step * m[n] for n in m})
            middle = 0.5 * (step + last)
            total += sum(middle * m[n] * (now[n] - before[n]) for n in m)
            last, before = step, now
        return -WATER * (sum(m.values()) + total)
