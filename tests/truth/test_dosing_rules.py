"""Each dosing rule of NONMEM's PREDPP against a closed form written here, to eight digits.

The rules are those of the NONMEM Users Guide VI (chapters III.F and V) and its help pages on the data items;
``docs/nonmem.md`` lists them. Closed forms: one compartment with and without a depot, by superposition.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from ebbtide.exchange.nonmem import Result, parse_compound, parse_table, run_table
from ebbtide.library import InputError

EIGHT_DIGITS = 1e-8
CL, V, KA = 3.0, 30.0, 0.9
K = CL / V
ONE = {"CL": CL, "V": V, "KA": KA}
TWO = {"CL": CL, "V": V, "KA": KA, "Q": 4.0, "VP": 55.0}
Row = Mapping[str, Any]
Options = Mapping[str, Sequence[str]]


def run(rows: Sequence[Row], compound: Mapping[str, Any] = ONE, **options: str) -> Result:
    """Rows of a table in which what is not written is missing."""
    names = list(dict.fromkeys(["ID", "TIME", "EVID", "AMT", "CMT", *(key for row in rows for key in row)]))
    lines = [",".join(names)]
    lines += [",".join(repr(v) if isinstance(v, float) else str(v) for v in full(row, names)) for row in rows]
    table = parse_table("\n".join(lines), "data.csv")
    return run_table(table, parse_compound(compound, "c.toml"), {k: [v] for k, v in options.items()})


def full(row: Row, names: Sequence[str]) -> list[Any]:
    filled = {"ID": 1, "EVID": 1 if row.get("AMT") or row.get("SS") else 0} | dict(row)
    return [filled.get(name, ".") for name in names]


def at(*times: float, **more: Any) -> list[Row]:
    return [{"TIME": float(time), **more} for time in times]


def bolus(t: Any) -> Any:
    """Amount in the central compartment after a unit bolus into it at 0."""
    t = np.asarray(t, dtype=float)
    return np.where(t >= 0, np.exp(-K * np.maximum(t, 0)), 0.0)


def oral(t: Any) -> Any:
    """The same after a unit bolus into the depot."""
    t = np.maximum(np.asarray(t, dtype=float), 0.0)
    return KA / (KA - K) * (np.exp(-K * t) - np.exp(-KA * t))


def infused(t: Any, duration: float) -> Any:
    """The same after a unit given into the central compartment over ``duration``."""
    t = np.asarray(t, dtype=float)
    run_for = np.clip(t, 0.0, duration)
    return (1 - np.exp(-K * run_for)) / (K * duration) * np.exp(-K * np.maximum(t - duration, 0.0))


def close(got: Any, expected: Any) -> None:
    np.testing.assert_allclose(got, expected, rtol=EIGHT_DIGITS, atol=1e-13)


T = np.array([0.25, 1.0, 3.0, 7.5, 12.0, 30.0, 61.0])


class TestKinds:
    def test_bolus_into_central(self) -> None:
        result = run([{"TIME": 0, "AMT": 100, "CMT": 2}, *at(*T)])
        close(result.amounts[1:, 1], 100 * bolus(T))
        close(result.concentration[1:], 100 * bolus(T) / V)
        assert result.compartments == ("DEPOT", "CENTRAL")

    def test_bolus_into_depot(self) -> None:
        result = run([{"TIME": 0, "AMT": 100, "CMT": 1}, *at(*T)])
        close(result.amounts[1:, 0], 100 * np.exp(-KA * T))
        close(result.amounts[1:, 1], 100 * oral(T))

    def test_absorption_as_fast_as_elimination(self) -> None:
        result = run([{"TIME": 0, "AMT": 100, "CMT": 1}, *at(*T)], {"CL": 3, "V": 30, "KA": 0.1})
        close(result.amounts[1:, 1], 100 * K * T * np.exp(-K * T))

    def test_infusion(self) -> None:
        result = run([{"TIME": 0, "AMT": 100, "RATE": 20, "CMT": 2}, *at(*T)])
        close(result.amounts[1:, 1], 100 * infused(T, 5.0))

    def test_infusion_into_depot(self) -> None:
        """Its central amount is the integral of the response to a bolus."""
        result = run([{"TIME": 0, "AMT": 100, "RATE": 25, "CMT": 1}, *at(*T)])

        def whole(t: Any) -> Any:
            t = np.maximum(t, 0.0)
            return KA / (KA - K) * ((1 - np.exp(-K * t)) / K - (1 - np.exp(-KA * t)) / KA)

        close(result.amounts[1:, 1], 25 * (whole(T) - whole(T - 4.0)))

    def test_modelled_duration(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": -2, "CMT": 2, "D2": 8}, *at(*T)]
        close(run(rows, duration="D2").amounts[1:, 1], 100 * infused(T, 8.0))

    def test_modelled_rate(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": -1, "CMT": 2, "R2": 40}, *at(*T)]
        close(run(rows, rate="R2").amounts[1:, 1], 100 * infused(T, 2.5))

    def test_a_dose_record_shows_the_state_after_its_dose(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 2}, {"TIME": 6, "AMT": 50, "CMT": 2}, *at(6.0)]
        close(run(rows).amounts[:, 1], [100, 100 * bolus(6) + 50, 100 * bolus(6) + 50])

    def test_an_infusion_has_given_nothing_at_its_own_record(self) -> None:
        close(run([{"TIME": 2, "AMT": 100, "RATE": 10, "CMT": 2}]).amounts, [[0, 0]])

    def test_peripheral_compartments_take_doses(self) -> None:
        result = run([{"TIME": 0, "AMT": 100, "CMT": "PERIPHERAL"}, *at(*T)], TWO)
        matrix = [[-KA, 0, 0], [KA, -7.0 / V, 4 / 55], [0, 4 / V, -4 / 55]]
        close(result.amounts[1:], [expm(np.array(matrix) * t) @ [0, 0, 100] for t in T])

    @pytest.mark.parametrize(
        ("cmt", "place"), [(0, 0), (".", 0), (1, 0), ("gut", 0), (2, 1), ("Central", 1), ("CENT", 1)]
    )
    def test_compartment_by_number_or_name(self, cmt: Any, place: int) -> None:
        assert run([{"TIME": 0, "AMT": 5, "CMT": cmt}]).amounts[0, place] == 5

    def test_without_a_depot_central_is_the_first(self) -> None:
        result = run([{"TIME": 0, "AMT": 5, "CMT": 1}], {"CL": 1, "V": 10})
        assert result.compartments == ("CENTRAL",)
        assert result.concentration[0] == 0.5


class TestBioavailability:
    def test_scales_the_amount_of_a_bolus(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "F1": 0.4}, *at(*T)]
        close(run(rows, fraction="F1").amounts[1:, 1], 40 * oral(T))

    def test_scales_the_duration_when_the_rate_is_given(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": 20, "CMT": 2, "F2": 0.4}, *at(*T)]
        close(run(rows, fraction="F2").amounts[1:, 1], 40 * infused(T, 2.0))

    def test_scales_the_duration_when_the_rate_is_modelled(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": -1, "CMT": 2, "F2": 0.4, "R2": 20}, *at(*T)]
        close(run(rows, fraction="F2", rate="R2").amounts[1:, 1], 40 * infused(T, 2.0))

    def test_scales_the_rate_when_the_duration_is_modelled(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": -2, "CMT": 2, "F2": 0.4, "D2": 5}, *at(*T)]
        close(run(rows, fraction="F2", duration="D2").amounts[1:, 1], 40 * infused(T, 5.0))

    def test_does_not_scale_a_constant_infusion_at_steady_state(self) -> None:
        rows = [{"TIME": 0, "AMT": 0, "RATE": 10, "SS": 1, "CMT": 2, "F2": 0.4}]
        close(run(rows, fraction="F2").amounts[0, 1], 10 / K)

    def test_acts_on_its_compartment_alone(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 100, "CMT": 1, "BIO": 0.4},
            {"TIME": 0, "AMT": 10, "CMT": 2, "BIO": 0.4},
            *at(*T),
        ]
        close(run(rows, fraction="DEPOT=BIO").amounts[2:, 1], 40 * oral(T) + 10 * bolus(T))
        close(run(rows, fraction="2=BIO").amounts[2:, 1], 100 * oral(T) + 4 * bolus(T))
        close(run(rows, fraction="BIO").amounts[2:, 1], 40 * oral(T) + 4 * bolus(T))

    def test_zero_gives_nothing(self) -> None:
        assert not run([{"TIME": 0, "AMT": 100, "CMT": 1, "F1": 0}, *at(*T)], fraction="F1").amounts.any()

    def test_of_an_additional_dose_is_that_of_the_record_at_or_after_it(self) -> None:
        """PREDPP calls PK with the argument record; where that says nothing the dose's own value stays."""
        dose = {"TIME": 0, "AMT": 100, "CMT": 2, "II": 10, "ADDL": 1, "F2": 0.5}
        close(run([dose, *at(12, F2=0.8)], fraction="F2").amounts[1, 1], 50 * bolus(12) + 80 * bolus(2))
        close(run([dose, *at(12)], fraction="F2").amounts[1, 1], 50 * bolus(12) + 50 * bolus(2))
        close(run([dose, *at(12, F2=0)], fraction="F2").amounts[1, 1], 50 * bolus(12) + 50 * bolus(2))


class TestLag:
    def test_delays_a_dose(self) -> None:
        rows = [{"TIME": 1, "AMT": 100, "CMT": 1, "LAG1": 0.75}, *at(1.5, 1.75, 4, 20)]
        result = run(rows, lag="LAG1")
        close(result.amounts[:, 0], [0, 0, 100, 100 * np.exp(-KA * 2.25), 100 * np.exp(-KA * 18.25)])
        close(result.amounts[3:, 1], 100 * oral([2.25, 18.25]))

    def test_delays_all_of_an_infusion(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": 20, "CMT": 2, "LAG2": 1.3}, *at(*T)]
        close(run(rows, lag="LAG2").amounts[1:, 1], 100 * infused(T - 1.3, 5.0))

    def test_acts_on_its_compartment_alone(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": c, "LAG1": 2.0} for c in (1, 2)]
        close(run([*rows, *at(*T)], lag="LAG1").amounts[2:, 1], 100 * oral(T - 2) + 100 * bolus(T))

    def test_of_the_dose_record_holds_for_its_additional_doses(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 100, "CMT": 2, "II": 8, "ADDL": 2, "LAG2": 1},
            *at(0.5, 7, 12, 40, LAG2=3),
        ]
        t = np.array([0.5, 7, 12, 40])
        close(run(rows, lag="LAG2").amounts[1:, 1], 100 * sum(bolus(t - 1 - 8 * j) for j in range(3)))

    def test_may_exceed_the_interval(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 2, "II": 4, "ADDL": 3, "LAG2": 9}, *at(*T)]
        close(run(rows, lag="LAG2").amounts[1:, 1], 100 * sum(bolus(T - 9 - 4 * j) for j in range(4)))

    def test_a_lagged_dose_precedes_an_observation_at_its_time(self) -> None:
        rows = [{"TIME": 0.1, "AMT": 100, "CMT": 2, "LAG2": 0.2}, *at(0.3)]  # 0.1 + 0.2 is not 0.3 in binary
        close(run(rows, lag="LAG2").amounts[1, 1], 100)


class TestAdditional:
    def test_doses_are_like_the_first(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "II": 8, "ADDL": 3}, *at(*T)]
        close(run(rows).amounts[1:, 1], 100 * sum(oral(T - 8 * j) for j in range(4)))

    def test_doses_precede_an_observation_at_their_time(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 2, "II": 0.1, "ADDL": 3}, *at(0.1, 0.2, 0.3)]
        expected = [100 * sum(bolus(t - 0.1 * j + 1e-12) for j in range(4)) for t in (0.1, 0.2, 0.3)]
        np.testing.assert_allclose(run(rows).amounts[1:, 1], expected, rtol=1e-10)

    def test_overlapping_infusions_add(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": 10, "CMT": 2, "II": 4, "ADDL": 3}, *at(*T)]
        close(run(rows).amounts[1:, 1], 100 * sum(infused(T - 4 * j, 10.0) for j in range(4)))


def series(response: Callable[[Any], Any], interval: float, doses: int = 4000) -> Callable[[Any], Any]:
    """The sum of very many doses that went before, the last at 0."""
    return lambda t: sum(response(np.asarray(t, dtype=float) + interval * j) for j in range(doses))


class TestSteadyState:
    def test_bolus(self) -> None:
        rows = [{"TIME": 5, "AMT": 100, "CMT": 2, "II": 12, "SS": 1}, *at(5, 9, 30)]
        t = np.array([0, 0, 4, 25])
        close(run(rows).amounts[:, 1], 100 * np.exp(-K * t) / (1 - np.exp(-K * 12)))

    def test_oral(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "II": 12, "SS": 1}, *at(*T)]
        t = np.array([0, *T])
        result = run(rows)
        close(result.amounts[:, 0], 100 * np.exp(-KA * t) / (1 - np.exp(-KA * 12)))
        expected = np.exp(-K * t) / (1 - np.exp(-K * 12)) - np.exp(-KA * t) / (1 - np.exp(-KA * 12))
        close(result.amounts[:, 1], 100 * KA / (KA - K) * expected)

    def test_infusions(self) -> None:
        """The wash-out of all before, and the infusion that begins."""
        rows = [{"TIME": 0, "AMT": 100, "RATE": 20, "CMT": 2, "II": 12, "SS": 1}, *at(*T)]
        before = infused(12.0, 5.0) / (1 - np.exp(-K * 12))
        t = np.array([0, *T])
        close(run(rows).amounts[:, 1], 100 * (before * np.exp(-K * t) + infused(t, 5.0)))

    @pytest.mark.parametrize("duration", [12.0, 17.0, 24.0, 31.0])
    def test_infusions_that_overlap_go_on_after_the_record(self, duration: float) -> None:
        rows = [{"TIME": 0, "AMT": 100, "RATE": 100 / duration, "CMT": 2, "II": 12, "SS": 1}, *at(*T)]
        expected = series(lambda t: infused(t, duration), 12.0)
        close(run(rows).amounts[:, 1], 100 * expected(np.array([0, *T])))

    def test_infusions_of_modelled_duration(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 100, "RATE": -2, "CMT": 2, "II": 12, "SS": 1, "D2": 17, "F2": 0.7},
            *at(*T),
        ]
        expected = series(lambda t: infused(t, 17.0), 12.0)
        got = run(rows, duration="D2", fraction="F2").amounts[:, 1]
        close(got, 70 * expected(np.array([0, *T])))

    def test_constant_infusion_ends_at_its_record(self) -> None:
        rows = [{"TIME": 0, "AMT": 0, "RATE": 10, "CMT": 2, "SS": 1}, *at(*T)]
        close(run(rows).amounts[:, 1], 10 / K * bolus([0, *T]))

    def test_constant_infusion_into_depot(self) -> None:
        result = run([{"TIME": 0, "AMT": 0, "RATE": 10, "CMT": 1, "SS": 1}])
        close(result.amounts[0], [10 / KA, 10 / K])

    def test_constant_infusion_of_modelled_rate(self) -> None:
        rows = [{"TIME": 0, "AMT": 0, "RATE": -1, "CMT": 2, "SS": 1, "R2": 7}]
        close(run(rows, rate="R2").amounts[0, 1], 7 / K)

    def test_lag_seeds_the_state_at_the_phase_that_its_doses_have(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "II": 12, "SS": 1, "LAG1": 5}, *at(0, 4.99, 5, 8, 20, 60)]
        t = np.array([0, 0, 4.99, 5, 8, 20, 60])
        expected = series(oral, 12.0)(t + 7) + oral(t - 5)
        result = run(rows, lag="LAG1")
        close(result.amounts[:, 1], 100 * expected)
        depot = np.exp(-KA * (t + 7)) / (1 - np.exp(-KA * 12)) + np.where(t >= 5, np.exp(-KA * (t - 5)), 0)
        close(result.amounts[:, 0], 100 * depot)

    def test_lag_leaves_earlier_infusions_running_at_the_record(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 100, "RATE": 4, "CMT": 2, "II": 12, "SS": 1, "LAG2": 5, "ADDL": 1},
            *at(0, 3, 5, 9, 20, 60),
        ]
        t = np.array([0, 0, 3, 5, 9, 20, 60])
        before = series(lambda s: infused(s, 25.0), 12.0)(t + 7)
        after = infused(t - 5, 25.0) + infused(t - 17, 25.0)
        close(run(rows, lag="LAG2").amounts[:, 1], 100 * (before + after))

    @pytest.mark.parametrize("lag", [12.0, 13.0])
    def test_lag_as_long_as_the_interval_is_refused(self, lag: float) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "II": 12, "SS": 1, "LAG1": lag}]
        with pytest.raises(
            InputError, match=r"data.csv: line 2: SS: the lag of a steady-state dose .* II 12"
        ):
            run(rows, lag="LAG1")

    def test_one_clears_all_that_was_before(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 500, "CMT": 2, "II": 6, "ADDL": 9},
            {"TIME": 1, "AMT": 500, "RATE": 5, "CMT": 2},
            {"TIME": 1, "AMT": 500, "CMT": 1, "LAG1": 9},
            {"TIME": 8, "AMT": 100, "CMT": 2, "II": 12, "SS": 1},
            *at(9, 30, 70),
        ]
        expected = 100 * np.exp(-K * np.array([1, 22, 62])) / (1 - np.exp(-K * 12))
        close(run(rows, lag="LAG1").amounts[4:, 1], expected)

    def test_two_adds_to_what_goes_on(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 500, "CMT": 2, "II": 6, "ADDL": 2},
            {"TIME": 1, "AMT": 100, "RATE": 10, "CMT": 2},
            {"TIME": 8, "AMT": 100, "CMT": 2, "II": 12, "SS": 2},
            *at(8, 30, 70),
        ]
        t = np.array([8, 30, 70])
        going_on = 500 * sum(bolus(t - 6 * j) for j in range(3)) + 100 * infused(t - 1, 10)
        close(run(rows).amounts[3:, 1], going_on + 100 * np.exp(-K * (t - 8)) / (1 - np.exp(-K * 12)))

    def test_three_is_one(self) -> None:
        rows = [[{"TIME": 0, "AMT": 100, "CMT": 1, "II": 12, "SS": ss}, *at(*T)] for ss in (1, 3)]
        assert np.array_equal(*(run(each).amounts for each in rows))

    def test_additional_doses_go_on_from_it(self) -> None:
        rows = [{"TIME": 0, "AMT": 100, "CMT": 2, "II": 12, "SS": 1, "ADDL": 20}, *at(12, 24, 240)]
        close(run(rows).amounts[:, 1], 100 / (1 - np.exp(-K * 12)))

    def test_slow_elimination_keeps_its_digits(self) -> None:
        """With so little lost in an interval, one minus the exponential would have nine digits left."""
        slow = {"CL": 1e-8, "V": 1.0}
        got = run([{"TIME": 0, "AMT": 1, "CMT": 1, "II": 1, "SS": 1}], slow).amounts[0, 0]
        np.testing.assert_allclose(got, -1 / np.expm1(-1e-8), rtol=1e-12)


class TestReset:
    @pytest.mark.parametrize("evid", [3, 4])
    def test_cancels_additional_lagged_and_running_doses(self, evid: int) -> None:
        rows = [
            {"TIME": 0, "AMT": 500, "CMT": 2, "II": 6, "ADDL": 9},
            {"TIME": 1, "AMT": 500, "RATE": 5, "CMT": 2},
            {"TIME": 2, "AMT": 500, "CMT": 1, "LAG1": 9},
            {"TIME": 8, "EVID": evid, **({"AMT": 100, "CMT": 2} if evid == 4 else {})},
            *at(8, 9, 30, 70),
        ]
        t = np.array([0, 0, 1, 22, 62])
        close(run(rows, lag="LAG1").amounts[3:, 1], 100 * bolus(t) if evid == 4 else 0 * t)

    def test_dose_of_a_reset_may_have_all_a_dose_has(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 500, "CMT": 2},
            {"TIME": 3, "EVID": 4, "AMT": 100, "CMT": 2, "II": 8, "ADDL": 1, "LAG2": 2},
            *at(4, 5, 20),
        ]
        t = np.array([4, 5, 20]) - 5
        close(run(rows, lag="LAG2").amounts[2:, 1], 100 * (bolus(t) + bolus(t - 8)))

    def test_time_may_start_anew(self) -> None:
        rows = [{"TIME": 40, "AMT": 500, "CMT": 2}, {"TIME": 0, "EVID": 4, "AMT": 100, "CMT": 2}, *at(6)]
        close(run(rows).amounts[:, 1], [500, 100, 100 * bolus(6)])

    def test_a_switched_off_depot_loses_what_it_holds_and_expects(self) -> None:
        rows = [
            {"TIME": 0, "AMT": 100, "CMT": 1, "II": 2, "ADDL": 9},
            {"TIME": 0, "AMT": 10, "CMT": 2, "II": 2, "ADDL": 9},
            {"TIME": 3, "EVID": 2, "CMT": -1},
            {"TIME": 5, "AMT": 7, "CMT": 1},
            *at(30),
        ]
        left = 100 * sum(oral(3 - 2 * j) for j in range(2)) * np.exp(-K * 27)
        expected = left + 10 * sum(bolus(30 - 2 * j) for j in range(10)) + 7 * oral(25)
        result = run(rows)
        assert result.amounts[2, 0] == 0
        close(result.amounts[4, 1], expected)


class TestRecords:
    def test_people_are_independent(self) -> None:
        dose = {"TIME": 0, "AMT": 100, "CMT": 2, "II": 5, "ADDL": 99}
        rows = [dose, *at(7), {"ID": 2, **at(7)[0]}, {"ID": 2, "TIME": 8, "AMT": 1, "CMT": 2}]
        result = run(rows)
        close(result.amounts[:, 1], [100, 100 * (bolus(7) + bolus(2)), 0, 1])
        assert result.ids == ("1", "1", "2", "2")

    def test_an_id_that_comes_back_is_another_person(self) -> None:
        rows = [{"TIME": 5, "AMT": 9, "CMT": 2}, {"ID": 2, "TIME": 0}, {"ID": 1, "TIME": 1}]
        result = run(rows)
        close(result.amounts[:, 1], [9, 0, 0])
        assert "comes back" in result.notes[0]

    def test_negative_times(self) -> None:
        rows = [{"TIME": -24, "AMT": 100, "CMT": 2}, *at(-24 + 6, 0, 1)]
        close(run(rows).amounts[:, 1], 100 * bolus([0, 6, 24, 25]))

    def test_records_without_evid_are_what_their_items_say(self) -> None:
        text = "ID TIME AMT MDV RATE\n1 0 100 1 .\n1 1 . 0 .\n1 2 . 1 .\n1 3 5 1 5\n1 4 . . ."
        result = run_table(parse_table(text, "d"), parse_compound(ONE, "c"))
        close(result.amounts[4, 0], 100 * np.exp(-KA * 4) + 5 * (1 - np.exp(-KA)) / KA)

    def test_other_records_change_nothing_but_covariates(self) -> None:
        """The value at a record holds over the interval that ends with it, whatever kind of record it is."""
        compound = {"CL": CL, "V": V, "covariates": {"CL": {"WT": {"reference": 70, "exponent": 0.75}}}}
        weights = {0: 70, 2: 50, 3: 95, 9: 61}
        rows = [
            {"TIME": 0, "AMT": 100, "CMT": 1, "WT": 70},
            {"TIME": 2, "EVID": 2, "WT": 50},
            *at(3, WT=95),
            {"TIME": 9, "EVID": 2, "WT": 61},
        ]
        rates = [K * (w / 70) ** 0.75 for w in list(weights.values())[1:]]
        spent = np.cumsum([0, *(np.diff(list(weights)) * rates)])
        close(run(rows, compound).amounts[:, 0], 100 * np.exp(-spent))

    def test_volume_of_the_record_makes_its_concentration(self) -> None:
        """A volume that changes keeps the amount; the rate CL/V of an interval is that of its end."""
        compound = {"CL": CL, "V": V, "covariates": {"V": {"WT": {"reference": 70, "exponent": 1}}}}
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "WT": 70}, *at(4, WT=35)]
        result = run(rows, compound)
        close(result.amounts[1, 0], 100 * np.exp(-4 * CL / (V / 2)))
        close(result.concentration, result.amounts[:, 0] / [V, V / 2])

    def test_a_missing_covariate_is_the_next_one_carried_backward(self) -> None:
        compound = {"CL": CL, "V": V, "covariates": {"CL": {"WT": {"reference": 70, "exponent": 1}}}}
        dose = {"TIME": 0, "AMT": 100, "CMT": 1}
        missing = run([dose, *at(2), *at(5, WT=140), *at(6)], compound)
        given_ = run([{**dose, "WT": 140}, *at(2, 5, 6, WT=140)], compound)
        assert np.array_equal(missing.amounts, given_.amounts)

    def test_parameters_at_a_lagged_dose_are_those_of_the_next_record(self) -> None:
        compound = {"CL": CL, "V": V, "covariates": {"CL": {"WT": {"reference": 70, "exponent": 1}}}}
        rows = [{"TIME": 0, "AMT": 100, "CMT": 1, "WT": 70, "LAG1": 1}, *at(5, WT=140)]
        close(run(rows, compound, lag="LAG1").amounts[1, 0], 100 * np.exp(-2 * K * 4))

    def test_a_modelled_rate_follows_the_records(self) -> None:
        """The rate holds over the interval that ends with its record; the infusion ends when all is in."""
        rows = [
            {"TIME": 0, "AMT": 100, "RATE": -1, "CMT": 1, "R1": 10},
            *at(4, R1=5),
            *at(6, R1=30),
            *at(20, R1=10),
        ]
        result = run(rows, {"CL": CL, "V": V}, rate="R1")
        # 20 until 4, 60 until 6, and 20 more at 10 an hour until 8
        state = 0.0
        expected = [0.0]
        for rate, hours in ((5, 4), (30, 2), (10, 2), (0, 12)):
            state = state * np.exp(-K * hours) + rate / K * (1 - np.exp(-K * hours))
            expected.append(state)
        close(result.amounts[:, 0], [expected[0], expected[1], expected[2], expected[4]])


class TestAgainstASolver:
    """A table with a little of everything against SciPy's DOP853, piece by piece between discontinuities."""

    @pytest.mark.parametrize("compound", [ONE, TWO, {**TWO, "Q2": 1.5, "VP2": 300.0}])
    def test_all_rules_together(self, compound: Mapping[str, float]) -> None:
        rows: list[Row] = [
            {"TIME": 0, "AMT": 100, "CMT": 1, "II": 7, "ADDL": 3, "LAG1": 0.6, "F1": 0.7},
            {"TIME": 1, "AMT": 80, "RATE": 16, "CMT": 2, "F1": 0.7},
            {"TIME": 2.5, "AMT": 60, "RATE": -2, "CMT": 1, "D1": 4, "LAG1": 1.1, "F1": 0.7},
            *at(3, 8, 15, 40, F1=0.7),
        ]
        result = run(rows, compound, lag="LAG1", fraction="F1", duration="D1")
        # (time, compartment, amount, duration) of all that enters
        entering = [(0.6 + 7 * j, 0, 70.0, 0.0) for j in range(4)] + [(1, 1, 80, 5.0), (3.6, 0, 42, 4.0)]
        breaks = sorted({0.0, 40.0, *(e[0] for e in entering), *(e[0] + e[3] for e in entering)})
        times = [float(row["TIME"]) for row in rows]
        state = np.zeros(len(result.compartments))
        shown = {0.0: state}

        def slope(_: float, a: Any, rates: Any) -> Any:
            flow = np.array(rates, dtype=float)
            flow[0] -= compound["KA"] * a[0]
            flow[1] += compound["KA"] * a[0] - compound["CL"] / compound["V"] * a[1]
            for i, (q, vp) in enumerate([("Q", "VP"), ("Q2", "VP2")], start=2):
                if vp in compound:
                    net = compound[q] * (a[1] / compound["V"] - a[i] / compound[vp])
                    flow[1], flow[i] = flow[1] - net, flow[i] + net
            return flow

        for begin, end in zip(breaks, [*breaks[1:], 40.0], strict=True):
            rates = np.zeros(len(state))
            for time, place, amount, duration in entering:
                if time == begin and not duration:
                    state[place] += amount
                if duration and time <= begin < time + duration:
                    rates[place] += amount / duration
            if end > begin:
                steps = sorted({end, *(t for t in times if begin < t <= end)})
                run_ = solve_ivp(
                    slope, (begin, end), state, "DOP853", steps, args=(rates,), rtol=1e-13, atol=1e-13
                )
                shown |= dict(zip(steps, run_.y.T, strict=True))
                state = run_.y[:, -1].copy()
        np.testing.assert_allclose(result.amounts, [shown[t] for t in times], rtol=EIGHT_DIGITS, atol=1e-9)

    def test_two_compartments_at_steady_state_are_periodic(self) -> None:
        """What is there before a dose is what is there an interval later."""
        rows = [{"TIME": 0, "AMT": 100, "RATE": 30, "CMT": 2, "II": 9, "SS": 1}, *at(9)]
        before, after = run(rows, TWO).amounts
        close(before, after)


doses = st.fixed_dictionaries(
    {
        "TIME": st.integers(0, 40).map(lambda n: n / 4),
        "AMT": st.floats(1, 100),
        "CMT": st.sampled_from([1, 2, 3]),
        "RATE": st.sampled_from([0.0, 0.0, 7.0, 50.0]),
        "II": st.sampled_from([1.5, 4.0]),
        "ADDL": st.integers(0, 4),
        "LAG": st.sampled_from([0.0, 0.0, 0.75]),
    }
)
GRID = at(0, 1.5, 6, 11.25, 20)


def table(given_: Sequence[Row]) -> list[Row]:
    """Doses and observations in the order of time, observations last."""
    return sorted([*given_, *GRID], key=lambda row: (row["TIME"], not row.get("AMT")))


def observed(rows: Sequence[Row], **options: str) -> Any:
    result = run(rows, TWO, lag="LAG", **options)
    return result.amounts[[not row.get("AMT") for row in rows]]


@settings(max_examples=40)
@given(st.lists(doses, min_size=2, max_size=5))
def test_doses_add_up(many: list[Row]) -> None:
    together = observed(table(many))
    alone = sum(observed(table([one])) for one in many)
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-10)


@settings(max_examples=40)
@given(st.lists(doses, min_size=2, max_size=5), st.randoms())
def test_doses_at_one_time_may_come_in_any_order(many: list[Row], chance: Any) -> None:
    same = [{**row, "TIME": 2.0} for row in many]
    other = list(same)
    chance.shuffle(other)
    np.testing.assert_allclose(observed(table(same)), observed(table(other)), rtol=1e-10, atol=1e-12)


@settings(max_examples=40)
@given(doses)
def test_additional_doses_are_the_same_as_doses_written_out(dose: Row) -> None:
    written = [
        {**dose, "TIME": dose["TIME"] + j * dose["II"], "ADDL": 0, "II": 0} for j in range(dose["ADDL"] + 1)
    ]
    np.testing.assert_allclose(observed(table([dose])), observed(table(written)), rtol=1e-10, atol=1e-12)


@settings(max_examples=40)
@given(doses, st.floats(0.05, 0.95))
def test_steady_state_is_what_many_doses_come_to(dose: Row, share: float) -> None:
    many = 900
    lag = {"LAG": share * dose["II"]}
    start = {**dose, **lag, "TIME": -many * dose["II"], "ADDL": many + dose["ADDL"]}
    at_once = {**dose, **lag, "TIME": 0, "SS": 1}
    written = observed([start, *GRID])
    np.testing.assert_allclose(observed([at_once, *GRID]), written, rtol=1e-7, atol=1e-9)


@settings(max_examples=25)
@given(st.lists(doses, min_size=1, max_size=4), st.integers(0, 40))
def test_extra_records_change_nothing(many: list[Row], quarter: int) -> None:
    assume(quarter)
    rows = table(many)
    extra = {"TIME": quarter / 4, "EVID": 2}
    with_extra = sorted([*rows, extra], key=lambda row: (row["TIME"], not row.get("AMT")))
    result = run(with_extra, TWO, lag="LAG")
    kept = result.amounts[[row is not extra for row in with_extra]]
    np.testing.assert_allclose(kept, run(rows, TWO, lag="LAG").amounts, rtol=1e-10, atol=1e-12)


@st.composite
def any_records(draw: st.DrawFn) -> list[Row]:
    """Records of every kind in order; lag, bioavailability and duration are those of the person."""
    entry = {
        "L": draw(st.sampled_from([0.0, 0.0, 0.7, 3.0])),
        "F": draw(st.sampled_from([1.0, 0.35])),
        "D": draw(st.sampled_from([1.0, 9.0])),
    }
    rows: list[Row] = []
    time = 0.0
    for _ in range(draw(st.integers(2, 8))):
        time += draw(st.sampled_from([0.0, 0.25, 2.0, 6.0, 15.0]))
        row: dict[str, Any] = {"TIME": time, "EVID": draw(st.sampled_from([0, 0, 1, 1, 1, 2, 3, 4])), **entry}
        if row["EVID"] in (1, 4):
            steady = draw(st.sampled_from([0, 0, 1, 2]))
            row |= {"CMT": draw(st.sampled_from([1, 2])), "SS": steady}
            if steady and draw(st.integers(0, 4)) == 0:
                row |= {"AMT": 0, "RATE": 8.0}
            else:
                row |= {
                    "AMT": draw(st.floats(1, 100)),
                    "RATE": draw(st.sampled_from([0.0, 0.0, 4.0, 50.0, -2.0])),
                }
                row |= {"II": draw(st.sampled_from([4.0, 7.5])), "ADDL": draw(st.integers(0, 4))}
        rows.append(row)
    return rows


def response(cmt: int, t: float, duration: float) -> float:
    """Central amount ``t`` after a unit began to enter a compartment."""
    if cmt == 2:
        return float(infused(t, duration) if duration else bolus(t))
    if not duration:
        return float(oral(t))

    def whole(s: float) -> float:
        s = max(s, 0.0)
        return KA / (KA - K) * (-np.expm1(-K * s) / K + np.expm1(-KA * s) / KA)

    return (whole(t) - whole(t - duration)) / duration


@settings(max_examples=150)
@given(any_records())
def test_any_table_is_the_sum_of_its_doses(rows: list[Row]) -> None:
    """Doses before a reset or an SS 1 are gone; a steady state is 120 doses that went before."""
    expected = []
    given_: list[tuple[int, float, float, float]] = []  # compartment, time of entry, amount, duration
    constant: list[tuple[int, float, float]] = []  # compartment, time, rate of an infusion that ended there
    for row in rows:
        if row["EVID"] in (3, 4) or row.get("SS") == 1:
            given_, constant = [], []
        if row["EVID"] in (1, 4):
            if row["AMT"] == 0:
                constant.append((row["CMT"], row["TIME"], row["RATE"]))
            else:
                amount = row["AMT"] * row["F"]
                duration = {0.0: 0.0, -2.0: row["D"]}.get(row["RATE"], amount / (row["RATE"] or 1))
                for number in range(-120 if row["SS"] else 0, row["ADDL"] + 1):
                    entry = row["TIME"] + row["L"] + number * row["II"]
                    given_.append((row["CMT"], entry, amount, duration))
        t = row["TIME"]
        total = sum(a * response(c, t - s, d) for c, s, a, d in given_ if s <= t + 1e-9)
        for cmt, end, rate in constant:
            depot = rate / KA * oral(t - end) if cmt == 1 else 0.0
            total += float(rate / K * bolus(t - end) + depot)
        expected.append(total)
    result = run(rows, lag="L", fraction="F", duration="D")
    np.testing.assert_allclose(result.amounts[:, 1], expected, rtol=EIGHT_DIGITS, atol=1e-9)
