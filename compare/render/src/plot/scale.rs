//! The scale of an axis: where a value is drawn, and which values have ticks.

use super::canvas::TextStyle;

/// What equal distances on the axis stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distance {
    /// Equal differences: a linear axis.
    Difference,
    /// Equal ratios: a logarithmic axis.
    Ratio,
}

/// An axis from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    distance: Distance,
    low: f64,
    high: f64,
}

/// A value that is written at the axis.
pub(super) struct Tick {
    /// The share of the axis below it.
    pub(super) share: f64,
    pub(super) text: String,
}

impl Scale {
    /// A linear axis from 0 to `high`.
    pub(super) fn from_zero(high: f64) -> Self {
        // An axis of length 0 could not be drawn.
        let high = if high > 0.0 { high } else { 1.0 };
        Self { distance: Distance::Difference, low: 0.0, high }
    }

    /// A logarithmic axis; `low` must be above 0.
    pub(super) fn of_ratios(low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low * 2.0 };
        Self { distance: Distance::Ratio, low, high }
    }

    /// The share of the axis below `value`: 0 or 1 if `value` is beyond its ends.
    pub(super) fn share(self, value: f64) -> f64 {
        let share = match self.distance {
            Distance::Difference => (value - self.low) / (self.high - self.low),
            Distance::Ratio => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        share.clamp(0.0, 1.0)
    }

    /// Ticks at round values, as `written`; as many as fit on an axis of `width` without overlap.
    pub(super) fn ticks_along(self, width: f64, written: impl Fn(f64) -> String) -> Vec<Tick> {
        let choices = (2..=6).rev().map(|most| self.ticks(most)).map(|values| {
            let ticks = values.into_iter();
            ticks.map(|value| Tick { share: self.share(value), text: written(value) }).collect()
        });
        let stand_apart = |ticks: &Vec<Tick>| {
            let room = |tick: &Tick| TextStyle::FAINT.width(&tick.text) / 2.0 + 4.0;
            ticks
                .windows(2)
                .all(|two| width * (two[1].share - two[0].share) >= room(&two[0]) + room(&two[1]))
        };
        choices.into_iter().find(stand_apart).unwrap_or_default()
    }

    /// At most `most` round values on the axis.
    fn ticks(self, most: usize) -> Vec<f64> {
        match self.distance {
            Distance::Difference => self.even(most),
            Distance::Ratio => {
                let choices: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
                let ticks = choices.map(|of_each| self.of_each_decade(of_each));
                ticks.into_iter().find(|ticks| ticks.len() <= most).unwrap_or_default()
            }
        }
    }

    fn even(self, most: usize) -> Vec<f64> {
        let decade = 10f64.powf((self.high - self.low).log10().floor() - 1.0);
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].map(|step| step * decade);
        let ticks = steps.map(|step| self.multiples_of(step));
        ticks.into_iter().find(|ticks| ticks.len() <= most).unwrap_or_default()
    }

    fn multiples_of(self, step: f64) -> Vec<f64> {
        let first = (self.low / step).ceil();
        (0..1000u32)
            .map(|nth| (first + f64::from(nth)) * step)
            .take_while(|tick| *tick <= self.high)
            .collect()
    }

    fn of_each_decade(self, of_each: &[f64]) -> Vec<f64> {
        let first = self.low.log10().floor();
        let decades = (0..30u32).map(|nth| 10f64.powf(first + f64::from(nth)));
        decades
            .take_while(|decade| *decade <= self.high)
            .flat_map(|decade| of_each.iter().map(move |one| one * decade))
            .filter(|tick| (self.low..=self.high).contains(tick))
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the ends of an axis and its middle are exact")]
mod tests {
    use super::Scale;

    #[test]
    fn ticks_are_round_and_not_too_many() {
        assert_eq!(Scale::from_zero(1010.0).ticks(5), [0.0, 500.0, 1000.0]);
        assert_eq!(Scale::from_zero(7.0).ticks(5), [0.0, 2.0, 4.0, 6.0]);
        assert_eq!(Scale::of_ratios(1.0, 23.0).ticks(5), [1.0, 2.0, 5.0, 10.0, 20.0]);
        assert_eq!(Scale::of_ratios(1.0, 23.0).ticks(4), [1.0, 3.0, 10.0]);
    }

    #[test]
    fn ticks_do_not_overlap() {
        let texts = |width: f64| {
            let ticks = Scale::from_zero(1000.0).ticks_along(width, |value| format!("{value} ms"));
            ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(600.0).len(), 6);
        assert_eq!(texts(130.0), ["0 ms", "500 ms", "1000 ms"]);
        assert_eq!(texts(10.0), [""; 0]);
    }

    #[test]
    fn a_value_beyond_the_axis_is_drawn_at_its_end() {
        let shares = [-1.0, 0.0, 5.0, 10.0, 11.0].map(|value| Scale::from_zero(10.0).share(value));
        assert_eq!(shares, [0.0, 0.0, 0.5, 1.0, 1.0]);
        let shares = [0.5, 1.0, 10.0, 100.0].map(|value| Scale::of_ratios(1.0, 100.0).share(value));
        assert_eq!(shares, [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn an_axis_always_has_a_length() {
        assert_eq!(Scale::from_zero(0.0).share(0.0), 0.0);
        assert_eq!(Scale::of_ratios(3.0, 3.0).share(3.0), 0.0);
    }
}
