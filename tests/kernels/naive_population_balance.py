"""Crystallisers once more, slow and obvious: quadrature over sizes, bisection on the crystals, every pair in turn."""

from itertools import pairwise

import numpy as np
from scipy.integrate import cumulative_trapezoid, solve_ivp, trapezoid
from scipy.optimize import brentq


def growth_at(kinetics, tank, sigma, size):
    """Growth of a crystal of `size`."""
    at_zero = kinetics.growth[tank] * sigma**kinetics.growth_order
    return at_zero * (1 + kinetics.size_scale * size) ** kinetics.size_exponent


def liquor(crystal, vessels, tank, solute, solvent, grown):
    """Solute and solvent left, and sigma, after `grown` kg/s of crystals."""
    solute = solute - crystal.solute * grown
    solvent = solvent - vessels.evaporated[tank] - crystal.solvent * grown
    return solute, solvent, solute / solvent / vessels.solubility[tank] - 1


def crystals_by_class(kinetics, vessels, edges, tank, sigma, born, source):
    """Size cubed of the crystals in the tank, by class (K,), from `born` 1/s and `source` (K,) 1/(m s): fine trapezia.

    d(flow)/dL = source - rate / G flow, by its integrating factor; what passes the last edge is not counted.
    """
    fine, cubes, flow = 2001, [], born
    for i in range(edges.size - 1):
        size = np.linspace(*edges[i : i + 2], fine)
        growth = growth_at(kinetics, tank, sigma, size)
        rate = vessels.removal[tank, i] * vessels.outflow[tank] / vessels.volume[tank] + vessels.dissolution[tank, i]
        decay = np.minimum(cumulative_trapezoid(rate / growth, size, initial=0), 600)
        along = np.exp(-decay) * (flow + source[i] * cumulative_trapezoid(np.exp(decay), size, initial=0))
        cubes.append(trapezoid(along / growth * size**3, size))
        flow = along[-1]
    return np.array(cubes)


def msmpr(kinetics, crystal, vessels, edges, feed):
    """Masses (K,) kg/s that leave the first tank, and sigma: the root of the balance of crystals by bisection."""
    unit = crystal.density * crystal.shape
    cubes = np.diff(edges**4) / (4 * np.diff(edges))
    source = feed.seeds / (unit * cubes) / np.diff(edges)
    out = vessels.removal[0] * vessels.outflow[0] / vessels.volume[0]
    nothing = np.zeros_like(source)

    def masses(grown):
        sigma = liquor(crystal, vessels, 0, feed.solute, feed.solvent, grown)[2]
        old = unit * crystals_by_class(kinetics, vessels, edges, 0, sigma, 0.0, source)
        young = unit * crystals_by_class(kinetics, vessels, edges, 0, sigma, 1.0, nothing)
        product = grown + feed.seeds.sum()

        def nuclei(magma):
            secondary = kinetics.nucleation[0] * sigma**kinetics.nucleation_order * magma**kinetics.magma_order
            return vessels.volume[0] * (secondary + kinetics.primary[0] * sigma**kinetics.primary_order)

        def magma_gap(log_magma):
            mixed = old + nuclei(np.exp(log_magma)) * young
            return np.log(mixed.sum() / (mixed * out).sum() * product / vessels.volume[0]) - log_magma

        magma = np.exp(brentq(magma_gap, -60, 20, xtol=1e-13))
        return out * (old + nuclei(magma) * young)

    per = crystal.solute - vessels.solubility[0] * crystal.solvent
    most = (feed.solute - vessels.solubility[0] * (feed.solvent - vessels.evaporated[0])) / per
    grown = brentq(lambda g: masses(g).sum() - feed.seeds.sum() - g, 1e-3 * most, 0.999 * most, xtol=1e-13 * most)
    return masses(grown), liquor(crystal, vessels, 0, feed.solute, feed.solvent, grown)[2]


def pivots(edges):
    """Mean cubed size (K,) of crystals spread evenly over each class."""
    return np.diff(edges**4) / (4 * np.diff(edges))


def exchange(edges, frequency, selection, number):
    """Change (K,) of the pivots' `number` densities by agglomeration and breakage in two, pair by pair, 1/(m3 s)."""
    volume, change = pivots(edges), np.zeros(number.size)

    def put(what, at):
        if at <= volume[0]:
            change[0] += what * at / volume[0]
        elif at >= volume[-1]:
            change[-1] += what * at / volume[-1]
        else:
            k = np.searchsorted(volume, at, side="right") - 1
            share = (volume[k + 1] - at) / (volume[k + 1] - volume[k])
            change[k] += what * share
            change[k + 1] += what * (1 - share)

    for i in range(number.size):
        for j in range(number.size):
            events = 0.5 * frequency[i, j] * number[i] * number[j]
            change[i] -= events
            change[j] -= events
            put(events, volume[i] + volume[j])
    for j in range(1, number.size):
        broken = selection[j] * number[j]
        change[j] -= broken
        corners = np.concatenate(([0.0], volume[: j + 1]))
        for low, high in pairwise(corners):  # fragments are evenly spread over volume
            points, weights = np.polynomial.legendre.leggauss(3)
            for point, weight in zip(points, weights, strict=True):
                at = 0.5 * (low + high) + 0.5 * (high - low) * point
                put(broken * 2 / volume[j] * 0.5 * (high - low) * weight, at)
    return change


def batch_moments(kinetics, crystal, table, programme, edges, charge):
    """Moments (5,) at the end of a batch by the method of moments, for growth that does not depend on size."""
    unit, volume = crystal.density * crystal.shape, charge.volume
    number = charge.seeds / (unit * pivots(edges))
    wide = np.diff(edges)
    seeds = [np.sum(number * np.diff(edges ** (k + 1)) / (wide * (k + 1))) for k in range(5)]
    solute = charge.solute + crystal.solute * charge.seeds.sum()
    solvent = charge.solvent + crystal.solvent * charge.seeds.sum()
    scale = 1e10 * 1e-4 ** np.arange(5)

    def slope(time, scaled):
        moments = scaled * scale
        crystals = unit * moments[3]
        temperature = np.interp(time, programme.time, programme.temperature)
        growth, nucleation, primary, solubility = (
            np.interp(temperature, table.temperature, values)
            for values in (kinetics.growth, kinetics.nucleation, kinetics.primary, table.solubility)
        )
        left = solvent - np.interp(time, programme.time, programme.evaporated) - crystal.solvent * crystals
        sigma = max((solute - crystal.solute * crystals) / left / solubility - 1, 0)
        growth = growth * sigma**kinetics.growth_order
        born = nucleation * sigma**kinetics.nucleation_order * (crystals / volume) ** kinetics.magma_order
        born = volume * (born + primary * sigma**kinetics.primary_order)
        before = np.concatenate(([0.0], moments[:-1]))
        return (np.arange(5) * growth * before + born * edges[0] ** np.arange(5)) / scale

    state = np.array(seeds) / scale
    for start, end in pairwise(programme.time):
        state = solve_ivp(slope, (start, end), state, method="LSODA", rtol=1e-10, atol=1e-14, first_step=1e-3).y[:, -1]
    return state * scale
