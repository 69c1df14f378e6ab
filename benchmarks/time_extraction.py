"""How long a row of mixer-settlers takes, against SciPy's `root` on the same equations, in the same run.

SciPy gets the problem twice, each time with residuals and the analytic dense Jacobian vectorised over stages and cations,
and method `hybr`. In full it is all balances as they stand, N (M + 2) unknowns: ln of every molality, ln E and ln a(H+) of
every stage. Reduced it is what the kernel solves, 2 N unknowns, with the cations found from their exact linear balances: half
of the kernel's idea is given to it. Either is started where the kernel is: cold from one contact of all that is fed, warm
from the answer of a row that is fed 5 % less of all cations and of the sulfate. A row is folded, and SciPy's matrices of
flows are made, before the clock starts.

`solve_circuit` is the same kind of row with the activity model of the liquor in every stage: eight components, five of
them cations that the extractant takes, so the ratio is to rows of five cations. `solve_cascades` solves many rows at once.

    python benchmarks/time_extraction.py

prints medians of 30 rows of 1 to 20 stages; each row counts by its fastest of several calls. Linear algebra has one thread
throughout, which is the faster for matrices as small as these.
"""

import os

if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy and SciPy are imported

import math
import subprocess
import sys
import time

import numba
import numpy as np
from scipy.optimize import OptimizeResult, root

from raffinate.flowsheet import Stream
from raffinate.flowsheet.chemistry import Chemistry
from raffinate.flowsheet.extraction.folding import fold, settled
from raffinate.flowsheet.extraction.section import Section, _Row
from raffinate.kernels.cascade import solve_cascade
from raffinate.kernels.cascade_sweep import solve_cascades
from raffinate.kernels.chain import FORWARD, ORGANIC_BACK, ORGANIC_OUT, OUT, Cascade, Media
from raffinate.kernels.circuit import solve_circuit
from raffinate.kernels.circuit_flows import COLD_START
from raffinate.kernels.extraction import Contact, Extractant, Medium, contact
from raffinate.kernels.status import CONVERGED

ROWS = 30
STAGES = (1, 4, 8, 20)
CATIONS = 8
MANY, MANY_STAGES = 8192, 8
LN10 = math.log(10.0)
# Li, Na, Mn, Co, Ni, Al, Mg, Cu on an acid like Cyanex 272
CHARGE = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 2.0, 2.0])
UNITS = np.array([[z, 0.5 * z] for z in CHARGE])
LOG_K = np.array(
    [
        *([-6.6, -7.6], [-7.1, -8.1], [-6.9, -8.2], [-7.5, -8.8], [-10.5, -11.9]),
        *([-6.0, -np.inf], [-8.6, -9.9], [-5.6, -6.9]),
    ]
)
MASS = np.array([6.94, 22.99, 54.94, 58.93, 58.69, 26.98, 24.31, 63.55])
COLD = np.zeros((2, 0))
ELEMENTS = "Li Na Mn Co Ni S"  # with water and protons eight components
OF_THOSE = 5  # cations that the extractant takes


def random_row(seed: int, stages: int, cations: int = CATIONS) -> tuple[Extractant, Media, Cascade]:
    """A counter-current row of ideal stages: 0.1 to 100 g/L, pH 1 to 7, O/A 0.2 to 5, saponified to 70 %."""
    rng = np.random.default_rng(seed)
    charge = CHARGE[:cations].copy()
    feed = 10.0 ** rng.uniform(-1.0, 2.0, cations) / MASS[:cations]
    hydrogen = 10.0 ** -rng.uniform(1.0, 7.0)
    on_sulfate = 10.0**1.3 * hydrogen / (1.0 + 10.0**1.3 * hydrogen)
    sulfate = (charge @ feed + hydrogen) / (2.0 - on_sulfate)
    ratio, units = 5.0 ** rng.uniform(-1.0, 1.0), 0.5 * rng.uniform(0.1, 1.2)
    flows = np.zeros((stages, 6))
    flows[:-1, FORWARD], flows[-1, OUT] = 1.0, 1.0
    flows[1:, ORGANIC_BACK], flows[0, ORGANIC_OUT] = ratio, ratio
    aqueous, organic = np.zeros((stages, cations)), np.zeros((stages, cations))
    aqueous[0] = feed
    organic[-1, 1] = ratio * 2.0 * units * rng.uniform(0.0, 0.7)
    ln_k = LN10 * (LOG_K[:cations] + rng.normal(0.0, 0.3, (cations, 1)))
    media = Media(
        *(np.zeros((stages, cations)), np.zeros(stages), np.full((stages, 1), sulfate), np.array([-2.0])),
        *(np.tile([[[10.0**1.3, 0.0, 0.0]]], (stages, 1, 1)), np.tile([[1.0, 1e-14, 0.0]], (stages, 1))),
    )
    free = (np.zeros(stages, dtype=np.int64), np.zeros(stages))
    row = Cascade(flows, aqueous, organic, np.full(stages, units), np.ones(cations), *free, 1, charge)
    return Extractant(ln_k, UNITS[:cations].copy(), charge, np.zeros(cations)), media, row


def fed_more(media: Media, row: Cascade) -> tuple[Media, Cascade]:
    """The row whose liquor holds 5 % more of everything, sulfate too, so that its pH stays about where it was."""
    more = media._replace(ligand_total=1.05 * media.ligand_total)
    return more, row._replace(aqueous_source=1.05 * row.aqueous_source)


class ByScipy:
    """The equations of a row of ideal stages and their Jacobian, for all stages at once."""

    def __init__(self, extractant: Extractant, media: Media, circuit: Cascade):
        self.extractant, self.media, self.circuit = extractant, media, circuit
        self.stages, self.charge = circuit.aqueous_source.shape[0], circuit.charge
        flows = circuit.flows
        self.water, self.oil = flows[:, :3].sum(axis=1), flows[:, 3:].sum(axis=1)
        # what leaves stage k by the liquor and by the organic arrives where
        self.by_liquor = np.diag(self.water) - np.diag(flows[:-1, 0], -1) - np.diag(flows[1:, 1], 1)
        self.by_organic = np.diag(self.oil) - np.diag(flows[1:, 3], 1) - np.diag(flows[:-1, 4], -1)
        self.source = (circuit.aqueous_source + circuit.organic_source).T
        self.scale = 1e-4 + media.ligand_total[0, 0] * 2.0
        self.at = None

    def start(self) -> np.ndarray:
        """ln E and ln a(H+) of one contact of all that is fed."""
        media = self.media
        medium = Medium(
            *(media.ln_share[0], media.ln_anion[0], media.ligand_total[0], media.ligand_charge),
            *(media.ligand_beta[0], media.whole[0]),
        )
        phases = Contact(self.circuit.flows[:, 2].sum(), self.circuit.flows[:, 5].sum(), self.circuit.unit_total[0])
        _, _, free, proton, *_ = contact(self.extractant, medium, phases, self.source.sum(axis=1))
        return np.repeat(np.log([free, proton]), self.stages)

    def evaluate(self, sought: np.ndarray) -> None:
        """Find ratios and concentrations once for residuals and Jacobian."""
        if self.at is not None and np.array_equal(self.at, sought):
            return
        n = self.stages
        ln_e, ln_h = sought[:n, None, None], sought[n:, None, None]
        logs = self.extractant.ln_k + self.extractant.units * ln_e - self.extractant.protons[:, None] * ln_h
        terms = np.exp(np.minimum(logs, 600.0))
        self.ratio = terms.sum(axis=2)  # (N, M)
        self.mean = (terms * self.extractant.units).sum(axis=2) / self.ratio
        square = (terms * self.extractant.units**2).sum(axis=2) / self.ratio
        self.spread = square - self.mean**2
        self.matrix = self.by_liquor + self.by_organic * self.ratio.T[:, None, :]  # (M, N, N)
        self.x = np.linalg.solve(self.matrix, self.source[:, :, None])[:, :, 0].T
        self.y = self.ratio * self.x
        self.at = sought.copy()

    def residuals(self, sought: np.ndarray) -> np.ndarray:
        """(2 N,): extractant over its total, charge over its scale."""
        self.evaluate(sought)
        n = self.stages
        proton = np.exp(sought[n:])
        held = 10.0**1.3 * proton
        bound = held / (1.0 + held)
        charge = self.x @ self.charge + proton - 1e-14 / proton + self.media.ligand_total[:, 0] * (bound - 2.0)
        units = np.exp(sought[:n]) + (self.mean * self.y).sum(axis=1)
        return np.concatenate([units / self.circuit.unit_total - 1.0, charge / self.scale])

    def jacobian(self, sought: np.ndarray) -> np.ndarray:
        """(2 N, 2 N)."""
        self.evaluate(sought)
        n = self.stages
        proton = np.exp(sought[n:])
        held = 10.0**1.3 * proton
        # of x by ln D of each stage, for every cation (M, N, N)
        response = -np.linalg.solve(self.matrix, self.by_organic * self.y.T[:, None, :])
        answer = np.zeros((2 * n, 2 * n))
        stage = np.arange(n)
        for by, factor in ((0, self.mean.T), (n, -np.repeat(self.charge[:, None], n, axis=1))):
            dx = response * factor[:, None, :]
            dy = self.ratio.T[:, :, None] * dx
            dy[:, stage, stage] += self.y.T * factor
            answer[:n, by : by + n] = (self.mean.T[:, :, None] * dy).sum(axis=0)
            answer[n:, by : by + n] = (self.charge[:, None, None] * dx).sum(axis=0)
        answer[stage, stage] += np.exp(sought[:n]) + (self.spread * self.y).sum(axis=1)
        slope = proton + 1e-14 / proton + self.media.ligand_total[:, 0] * held / (1.0 + held) ** 2
        answer[n + stage, n + stage] += slope
        answer[:n] /= self.circuit.unit_total[:, None]
        answer[n:] /= self.scale
        return answer

    def solve(self, start: np.ndarray | None = None) -> OptimizeResult | None:
        """SciPy's answer, or nothing where it wanders off until the balances are singular."""
        self.at = None
        begin = self.start() if start is None else start
        try:
            with np.errstate(all="ignore"):
                return root(self.residuals, begin, jac=self.jacobian, method="hybr", options={"xtol": 1e-10})
        except np.linalg.LinAlgError:
            return None


class InFull(ByScipy):
    """All balances as they stand; unknown are ln of the molalities (N M), ln E and ln a(H+)."""

    def __init__(self, extractant: Extractant, media: Media, circuit: Cascade):
        super().__init__(extractant, media, circuit)
        self.cations = len(self.charge)
        self.entering = self.source.T
        self.fed = self.entering.sum(axis=0)

    def start(self) -> np.ndarray:
        """What one contact of all that is fed leaves in the liquor, and its ln E and ln a(H+)."""
        sought = super().start()
        logs = self.extractant.ln_k + self.extractant.units * sought[0] - self.charge[:, None] * sought[-1]
        ratio = np.exp(logs).sum(axis=1)
        x = self.fed / (self.circuit.flows[:, 2].sum() + self.circuit.flows[:, 5].sum() * ratio)
        return np.concatenate([np.tile(np.log(x), self.stages), sought])

    def evaluate(self, sought: np.ndarray) -> None:
        """Find ratios and concentrations once for residuals and Jacobian."""
        if self.at is not None and np.array_equal(self.at, sought):
            return
        n, many = self.stages, self.stages * self.cations
        ln_e, ln_h = sought[many : many + n, None, None], sought[many + n :, None, None]
        logs = self.extractant.ln_k + self.extractant.units * ln_e - self.extractant.protons[:, None] * ln_h
        terms = np.exp(np.minimum(logs, 600.0))
        self.ratio = terms.sum(axis=2)  # (N, M)
        self.mean = (terms * self.extractant.units).sum(axis=2) / self.ratio
        self.square = (terms * self.extractant.units**2).sum(axis=2) / self.ratio
        self.x = np.exp(np.minimum(sought[:many], 100.0)).reshape(n, -1)
        self.y = self.ratio * self.x
        self.at = sought.copy()

    def residuals(self, sought: np.ndarray) -> np.ndarray:
        """(N M + 2 N,): balances over what is fed, extractant over its total, charge over its scale."""
        self.evaluate(sought)
        n = self.stages
        proton = np.exp(sought[-n:])
        held = 10.0**1.3 * proton
        balance = (self.by_liquor @ self.x + self.by_organic @ self.y - self.entering) / self.fed
        charge = self.x @ self.charge + proton - 1e-14 / proton
        charge += self.media.ligand_total[:, 0] * (held / (1.0 + held) - 2.0)
        units = np.exp(sought[-2 * n : -n]) + (self.mean * self.y).sum(axis=1)
        return np.concatenate([balance.ravel(), units / self.circuit.unit_total - 1.0, charge / self.scale])

    def jacobian(self, sought: np.ndarray) -> np.ndarray:
        """Of the residuals, square."""
        self.evaluate(sought)
        n, m, many = self.stages, self.cations, self.stages * self.cations
        proton = np.exp(sought[-n:])
        held = 10.0**1.3 * proton
        stage, units = np.arange(n), self.circuit.unit_total
        answer = np.zeros((many + 2 * n, many + 2 * n))
        balance = answer[:many].reshape(n, m, -1)
        by_x = balance[:, :, :many].reshape(n, m, n, m)
        for j in range(m):
            by_x[:, j, :, j] = (self.by_liquor * self.x[:, j] + self.by_organic * self.y[:, j]) / self.fed[j]
        spread = self.by_organic[:, None, :] / self.fed[:, None]
        balance[:, :, many : many + n] = spread * (self.mean * self.y).T
        balance[:, :, many + n :] = -spread * (self.charge * self.y).T
        extractant, charge = answer[many : many + n], answer[many + n :]
        extractant[:, :many].reshape(n, n, m)[stage, stage] = self.mean * self.y / units[:, None]
        extractant[stage, many + stage] = (np.exp(sought[-2 * n : -n]) + (self.square * self.y).sum(axis=1)) / units
        extractant[stage, many + n + stage] = -(self.mean * self.charge * self.y).sum(axis=1) / units
        charge[:, :many].reshape(n, n, m)[stage, stage] = self.charge * self.x / self.scale
        slope = proton + 1e-14 / proton + self.media.ligand_total[:, 0] * held / (1.0 + held) ** 2
        charge[stage, many + n + stage] = slope / self.scale
        return answer


def fastest(call, repeats: int = 5) -> float:
    """The fastest of several calls, us."""
    best = math.inf
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
    return 1e6 * best


def right(problem: ByScipy, found: OptimizeResult | None, organic: np.ndarray) -> bool:
    """Whether SciPy met its equations; then its organic has to be that of the kernel."""
    if found is None or not np.abs(problem.residuals(found.x)).max() < 1e-8:
        return False
    np.testing.assert_allclose(problem.y, organic, rtol=1e-5, atol=1e-12)
    return True


def constant_media() -> None:
    """Print the kernel against SciPy."""
    print(f"constant media, {ROWS} rows each, {CATIONS} cations; SciPy over kernel, each from the same start")
    print(
        "              kernel, us      SciPy, us: reduced      in full     ratio: reduced      in full    SciPy fails"
    )
    print(
        "stages      cold    warm        cold    warm      cold    warm       cold  warm     cold  warm  reduced  in full"
    )
    for stages in STAGES:
        kernel, times, fails = [], {ByScipy: [], InFull: []}, {ByScipy: 0, InFull: 0}
        for seed in range(ROWS):
            extractant, media, row = random_row(seed, stages)
            richer = fed_more(media, row)
            folded, folded_richer = fold(extractant, media, row), fold(extractant, *richer)
            first = settled(solve_cascade(*folded, COLD), stages)
            again = settled(solve_cascade(*folded_richer, first.sought), stages)
            if first.status != CONVERGED or again.status != CONVERGED:
                raise SystemExit(f"row {seed} of {stages} stages does not converge")
            cold = fastest(lambda case=(*folded, COLD): solve_cascade(*case), 20)
            warm = fastest(lambda case=(*folded_richer, first.sought): solve_cascade(*case), 20)
            kernel.append((cold, warm))
            for kind, starts in ((ByScipy, []), (InFull, [np.log(np.maximum(first.aqueous, 1e-300)).ravel()])):
                problem, other = kind(extractant, media, row), kind(extractant, *richer)
                start = np.concatenate([*starts, first.sought.ravel()])
                if right(problem, problem.solve(), first.organic) and right(other, other.solve(start), again.organic):
                    cold_too = fastest(problem.solve, 3)
                    warm_too = fastest(lambda other=other, start=start: other.solve(start), 3)
                    times[kind].append((cold_too, warm_too, cold_too / cold, warm_too / warm))
                else:
                    fails[kind] += 1
        cold, warm = np.median(kernel, axis=0)
        reduced, full = (np.median(times[kind], axis=0) for kind in (ByScipy, InFull))
        print(
            f"{stages:6d} {cold:9.1f} {warm:7.1f} {reduced[0]:11.0f} {reduced[1]:7.0f} {full[0]:9.0f} {full[1]:7.0f} "
            f"{reduced[2]:10.0f} {reduced[3]:5.0f} {full[2]:8.0f} {full[3]:5.0f} {fails[ByScipy]:8d} {fails[InFull]:8d}"
        )


def in_the_liquors_own_chemistry() -> None:
    """Print `solve_circuit`, and its ratio to constant media in rows of as many cations."""
    chemistry = Chemistry(ELEMENTS, extractants=("Cyanex 272",), without=("H2O2",))
    print(f"\nactivity model in every stage, {len(chemistry.components)} components, {len(chemistry.aqueous)} species")
    print("stages    cold, us   warm, us   constant media, us   ratio   steps cold, warm")
    for stages in STAGES:
        cold, warm, constant, steps = [], [], [], []
        for seed in range(ROWS):
            like = fold(*random_row(seed, stages, OF_THOSE))
            constant.append(fastest(lambda like=like: solve_cascade(*like, COLD), 20))
            rng = np.random.default_rng(seed)
            salts = {"Li2SO4": 0.02, "Na2SO4": 0.01, "MnSO4": 0.01, "CoSO4": 0.02, "NiSO4": 0.05}
            masses = {salt: mass * 10.0 ** rng.uniform(-1.0, 0.3) for salt, mass in salts.items()}
            liquor = Stream.of(chemistry, {"H2O": 1.0, "H2SO4": 10.0 ** rng.uniform(-4.0, -2.0), **masses})
            share = rng.uniform(0.0, 0.7)
            held = {"HA[Cyanex 272]": 0.22 * (1.0 - share), "NaA[Cyanex 272]": 0.22 * share, "diluent": 0.7}
            organic = Stream.of(chemistry, held) * 3.0 ** rng.uniform(-1.0, 1.0)
            section = Section(extractant="Cyanex 272", stages=stages)
            row, richer = _Row(section, liquor, organic), _Row(section, 1.05 * liquor, organic)
            packed = chemistry.packed(row.temperature)
            case = (packed, row.complexes, row.circuit, row.places)
            other = (packed, richer.complexes, richer.circuit, richer.places)
            first, _, taken, status = solve_circuit(*case, COLD_START)
            _, _, taken_again, status_again = solve_circuit(*other, first.start)
            if status != CONVERGED or status_again != CONVERGED:
                print(f"  row {seed} of {stages} stages: status {status}, from a start {status_again}")
                continue
            cold.append(fastest(lambda case=case: solve_circuit(*case, COLD_START)))
            warm.append(fastest(lambda other=other, start=first.start: solve_circuit(*other, start)))
            steps.append((taken, taken_again))
        a, b = np.median(steps, axis=0)
        print(
            f"{stages:6d} {np.median(cold):11.0f} {np.median(warm):10.0f} {np.median(constant):20.1f} "
            f"{np.median(cold) / np.median(constant):7.1f} {a:12.0f} {b:5.0f}"
        )


def many(cations: int) -> tuple[Extractant, Media, Cascade]:
    """Random rows, stacked, all with the extractant of the first."""
    cases = [random_row(seed, MANY_STAGES, cations) for seed in range(MANY)]
    extractant, media, row = cases[0]
    stacked_media = media._replace(
        **{
            name: np.stack([getattr(case[1], name) for case in cases])
            for name in media._fields
            if name != "ligand_charge"
        }
    )
    shared = ("efficiency", "base", "charge")
    stacked_row = row._replace(
        **{name: np.stack([getattr(case[2], name) for case in cases]) for name in row._fields if name not in shared}
    )
    return extractant, stacked_media, stacked_row


def many_at_once() -> None:
    """Print how many cascades a second `solve_cascades` solves on one core, and on two."""
    print(f"\n{MANY} rows of {MANY_STAGES} stages at once, each from nothing")
    print("cations   threads   cascades per second   not converged")
    for cations in (OF_THOSE, CATIONS):
        case, starts = many(cations), np.zeros((MANY, 2, 0))
        failed = np.count_nonzero(solve_cascades(*case, starts).status != CONVERGED)
        for threads in (1, 2):
            numba.set_num_threads(threads)
            time_taken = fastest(lambda case=case, starts=starts: solve_cascades(*case, starts))
            print(f"{cations:7d} {threads:9d} {1e6 * MANY / time_taken:21,.0f} {failed:15d}")


def first_calls() -> None:
    """Print how long the first calls take, which compile the kernels."""
    begun = time.perf_counter()
    solve_cascade(*fold(*random_row(0, 8)), COLD)
    first = time.perf_counter() - begun
    extractant, media, row = random_row(0, 8)
    media = Media(*(each if name == "ligand_charge" else each[None] for name, each in media._asdict().items()))
    shared = ("efficiency", "base", "charge")
    row = Cascade(*(each if name in shared else each[None] for name, each in row._asdict().items()))
    begun = time.perf_counter()
    solve_cascades(extractant, media, row, np.zeros((1, 2, 0)))
    print(f"compiling solve_cascade: {first:.1f} s; solve_cascades after it: {time.perf_counter() - begun:.1f} s")


def compiling() -> None:
    """Have a process without kernels on disk print its first calls."""
    sys.stdout.flush()
    environment = {**os.environ, "RAFFINATE_KERNEL_CACHE": "0"}
    subprocess.run([sys.executable, __file__, "first calls"], env=environment, check=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["first calls"]:
        first_calls()
    else:
        compiling()
        constant_media()
        in_the_liquors_own_chemistry()
        many_at_once()
