//! Statistics of samples, as pure functions with their sources.
//!
//! Times have large outliers on one side, so this module has medians and quantiles, but no means. The
//! intervals are bootstrap intervals. They are computed exactly and not simulated, so the same samples always
//! give the same interval.

use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An estimate with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The value in the samples.
    pub value: f64,
    /// The interval for the value in the population.
    pub interval: Interval,
}

/// The confidence level of every interval, unless stated otherwise.
pub const LEVEL: f64 = 0.95;

impl Interval {
    /// Whether `value` lies in the interval, ends included.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The distance from `value` to the farther end.
    #[must_use]
    pub fn reach_from(self, value: f64) -> f64 {
        (self.low - value).abs().max((self.high - value).abs())
    }
}

/// Samples in ascending order, without NaN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts `samples` and drops NaN.
    #[must_use]
    pub fn new(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut samples: Vec<_> = samples.into_iter().filter(|sample| !sample.is_nan()).collect();
        samples.sort_by(f64::total_cmp);
        Self(samples)
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The samples in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// The quantile at `p`: the smallest sample that at least a share `p` of all samples does not exceed.
    /// This is the inverse of the empirical distribution, definition 1 of Hyndman and Fan, "Sample
    /// Quantiles in Statistical Packages", The American Statistician 50 (1996). It is always one of the
    /// samples. NaN if there are none.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.0.get(self.rank(p)).copied().unwrap_or(f64::NAN)
    }

    /// [`Sorted::quantile`] at one half.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The quantile at `p` with its bootstrap percentile interval at `level`.
    ///
    /// No resamples are drawn. In a resample of `n` draws with replacement, the `m`-th value is at most
    /// the `k`-th sample if at least `m` draws are, each with probability `k / n`. This probability is a
    /// binomial tail, and so an incomplete beta function. Source: Efron, "Bootstrap Methods: Another Look at
    /// the Jackknife", Annals of Statistics 7 (1979), section 3.
    #[must_use]
    pub fn quantile_estimate(&self, p: f64, level: f64) -> Estimate {
        let beyond = (1.0 - level) / 2.0;
        let end = |share: f64| {
            let count = self.len();
            let at = (0..count)
                .collect::<Vec<_>>()
                .partition_point(|below| self.resampled_at_most(p, below + 1) < share);
            self.0.get(at.min(count.saturating_sub(1))).copied().unwrap_or(f64::NAN)
        };
        let interval = Interval { low: end(beyond), high: end(1.0 - beyond) };
        Estimate { value: self.quantile(p), interval }
    }

    /// [`Sorted::quantile_estimate`] at one half and [`LEVEL`].
    #[must_use]
    pub fn median_estimate(&self) -> Estimate {
        self.quantile_estimate(0.5, LEVEL)
    }

    /// The probability that the quantile at `p` of a resample is at most the `k`-th sample, counted from 1.
    fn resampled_at_most(&self, p: f64, k: usize) -> f64 {
        let (count, rank) = (self.len(), self.rank(p) + 1);
        if k >= count {
            return 1.0;
        }
        // P(Binomial(n, k/n) ≥ m) = I(k/n; m, n − m + 1)
        beta_reg(as_f64(rank), as_f64(count - rank + 1), as_f64(k) / as_f64(count))
    }

    fn rank(&self, p: f64) -> usize {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count that is far below 2^52"
        )]
        let rank = (p * as_f64(self.len())).ceil() as usize;
        rank.saturating_sub(1)
    }
}

/// The median of `b` divided by the median of `a`, for unpaired samples, with its bootstrap percentile
/// interval. The medians of resamples are independent, and each takes the values of its samples with
/// known probabilities (see [`Sorted::quantile_estimate`]), so every combination is weighed.
#[must_use]
pub fn ratio_of_medians(a: &Sorted, b: &Sorted, level: f64) -> Estimate {
    let (a_chances, b_chances) = (median_chances(a), median_chances(b));
    let mut ratios = Vec::with_capacity(a_chances.len() * b_chances.len());
    for (a, of_a) in &a_chances {
        ratios.extend(b_chances.iter().map(|(b, of_b)| (b / a, of_a * of_b)));
    }
    ratios.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let total: f64 = ratios.iter().map(|(_, chance)| chance).sum();
    let end = |share: f64| {
        let mut below = 0.0;
        let end = ratios.iter().find(|(_, chance)| {
            below += chance;
            below >= share * total
        });
        end.or(ratios.last()).map_or(f64::NAN, |(ratio, _)| *ratio)
    };
    let beyond = (1.0 - level) / 2.0;
    let interval = Interval { low: end(beyond), high: end(1.0 - beyond) };
    Estimate { value: b.median() / a.median(), interval }
}

/// The values that the median of a resample can take, with their probabilities. Values with a
/// probability below one in ten million are left out.
fn median_chances(samples: &Sorted) -> Vec<(f64, f64)> {
    let mut before = 0.0;
    let chances = samples.as_slice().iter().enumerate().map(|(index, sample)| {
        let up_to = samples.resampled_at_most(0.5, index + 1);
        let chance = up_to - before;
        before = up_to;
        (*sample, chance)
    });
    chances.filter(|(_, chance)| *chance > 1e-7).collect()
}

/// Counts of samples are far below the 2^52 that a double holds exactly.
#[allow(clippy::cast_precision_loss, reason = "see above")]
#[must_use]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "a quantile is one of the samples, picked and not computed")]
mod tests {
    use super::{Interval, Sorted, median_chances, ratio_of_medians};

    fn numbers(upto: u32) -> Sorted {
        Sorted::new((1..=upto).map(f64::from))
    }

    /// The probability of the `k`-th of 13 is P(B(13, k/13) ≥ 7) − P(B(13, (k − 1)/13) ≥ 7), computed
    /// from binomial coefficients, without a beta function.
    #[test]
    fn the_median_of_a_resample_of_13_has_the_probabilities_computed_by_hand() {
        let by_hand = [0.001_46, 0.014_23, 0.054_95, 0.124_27, 0.193_61, 0.222_94];
        let chances = median_chances(&numbers(13));
        for (by_hand, value) in by_hand.into_iter().zip([2.0, 3.0, 4.0, 5.0, 6.0, 7.0]) {
            let near = |sample: f64| (sample - value).abs() < 0.5;
            let (_, chance) = chances.iter().find(|(sample, _)| near(*sample)).expect("a chance");
            assert!((chance - by_hand).abs() < 5e-6, "{value}: {chance}");
        }
    }

    /// By hand from the same chances: 0.0015 + 0.0142 < 0.025 ≤ 0.0015 + 0.0142 + 0.0550.
    #[test]
    fn the_interval_of_the_median_of_13_is_from_the_4th_to_the_10th() {
        let estimate = numbers(13).median_estimate();
        assert_eq!(estimate.interval, Interval { low: 4.0, high: 10.0 });
        assert!((estimate.value - 7.0).abs() < f64::EPSILON);
    }

    /// Definition 1 of Hyndman and Fan: of ten values, the quantile at 0.9 is the ninth.
    #[test]
    fn a_quantile_is_one_of_the_samples() {
        let ten = numbers(10);
        let quantiles = [0.0, 0.05, 0.1, 0.11, 0.5, 0.9, 0.99, 1.0].map(|p| ten.quantile(p));
        assert_eq!(quantiles, [1.0, 1.0, 1.0, 2.0, 5.0, 9.0, 10.0, 10.0]);
        assert!(Sorted::default().median().is_nan());
        assert_eq!(Sorted::new([2.0, f64::NAN]).len(), 1);
    }

    /// The normal approximation of a median's rank is n/2 ± 1.96 √n/2: of 10,001, 4,903 to 5,099.
    #[test]
    fn with_many_samples_the_interval_agrees_with_the_normal_approximation() {
        let Interval { low, high } = numbers(10_001).median_estimate().interval;
        assert!((low - 4903.0).abs() <= 1.0 && (high - 5099.0).abs() <= 1.0, "{low} {high}");
        let wider = numbers(10_001).quantile_estimate(0.5, 0.999).interval;
        assert!((wider.low - 4836.0).abs() <= 1.5, "{wider:?}");
    }

    #[test]
    fn one_sample_has_no_spread_and_no_sample_has_no_median() {
        let one = Sorted::new([3.0]).median_estimate();
        assert_eq!(one.interval, Interval { low: 3.0, high: 3.0 });
        assert!(Sorted::default().median_estimate().interval.low.is_nan());
    }

    #[test]
    fn the_interval_of_a_ratio_includes_the_spread_of_both_samples() {
        let doubled = Sorted::new(numbers(1001).as_slice().iter().map(|value| value * 2.0));
        let estimate = ratio_of_medians(&numbers(1001), &doubled, 0.95);
        assert!((estimate.value - 2.0).abs() < 1e-12);
        // In 95 of 100 cases a median strays by at most 6.2 %, and the ratio by √2 times as much.
        let Interval { low, high } = estimate.interval;
        assert!(
            (low - 2.0 / 1.0915).abs() < 0.02 && (high - 2.0 * 1.0915).abs() < 0.02,
            "{low} {high}"
        );
    }
}
