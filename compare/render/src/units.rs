//! Formats numbers with their units. Each number is rounded to the nearest one that can be written, and
//! moves to the next unit if it rounds up to it.

use findings::stats::Estimate;

/// Microseconds as a time with three digits, in a unit that fits.
pub(super) fn in_unit(micros: f64) -> String {
    let units = [(1e-3, "ns"), (1.0, "µs"), (1e3, "ms")];
    let fitting = units
        .into_iter()
        .find_map(|(size, unit)| Some(format!("{} {unit}", in_three_digits(micros / size)?)));
    fitting.unwrap_or_else(|| {
        let seconds = micros / 1e6;
        format!("{} s", in_three_digits(seconds).unwrap_or_else(|| format!("{seconds:.0}")))
    })
}

/// None if `value` takes more than three digits.
fn in_three_digits(value: f64) -> Option<String> {
    // Rounding may add a digit, so count the digits in the text.
    let texts = [2, 1, 0].map(|digits| format!("{value:.digits$}"));
    texts.into_iter().find(|text| text.chars().filter(char::is_ascii_digit).count() <= 3)
}

/// A time with its interval, microseconds.
pub(super) fn time(Estimate { value, interval }: Estimate) -> String {
    format!("{} ({} to {})", in_unit(value), in_unit(interval.low), in_unit(interval.high))
}

/// Seconds with one decimal, or whole seconds from a minute on.
pub(super) fn duration(seconds: f64) -> String {
    let tenths = format!("{seconds:.1}");
    if tenths.parse::<f64>().is_ok_and(|rounded| rounded < 60.0) {
        return format!("{tenths} s");
    }
    let whole = seconds.round();
    format!("{:.0} min {:02.0} s", (whole / 60.0).floor(), whole % 60.0)
}

/// Bytes: exact below ten thousand, then kB, then MB and GB with one decimal.
pub(super) fn in_bytes(bytes: f64) -> String {
    if bytes.round() < 1e4 {
        return format!("{bytes:.0} B");
    }
    let (kilo, mega) = ((bytes / 1e3).round(), (bytes / 1e5).round());
    match () {
        () if kilo < 1e3 => format!("{kilo:.0} kB"),
        () if mega < 1e4 => format!("{:.1} MB", mega / 10.0),
        () => format!("{:.1} GB", bytes / 1e9),
    }
}

/// A count as a floating-point number.
#[expect(clippy::cast_precision_loss, reason = "sizes and counts are far below 2^52")]
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// A ratio with its interval, with enough digits to tell it from 1.
pub(super) fn times(Estimate { value, interval }: Estimate) -> String {
    let digits = if (value - 1.0).abs() < 0.1 { 3 } else { 2 };
    format!("{value:.digits$} × ({:.digits$} to {:.digits$})", interval.low, interval.high)
}

/// A number with commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{duration, grouped, in_bytes, in_unit};

    #[track_caller]
    fn each<const N: usize>(write: fn(f64) -> String, values: [(f64, &str); N]) {
        for (value, text) in values {
            assert_eq!(write(value), text, "{value}");
        }
    }

    #[test]
    fn a_time_is_rounded_to_three_digits_and_carried_into_the_next_unit() {
        each(
            in_unit,
            [
                (0.0, "0.00 ns"),
                (0.7919, "792 ns"),
                (0.9994, "999 ns"),
                (0.9996, "1.00 µs"),
                (9.996, "10.0 µs"),
                (15.996, "16.0 µs"),
                (99.96, "100 µs"),
                (999.4, "999 µs"),
                (999.95, "1.00 ms"),
                (4_089.231, "4.09 ms"),
                (999_950.0, "1.00 s"),
                (59_960_000.0, "60.0 s"),
                (1_234_560_000.0, "1235 s"),
                (-999.95, "-1.00 ms"),
            ],
        );
    }

    #[test]
    fn a_duration_is_rounded_before_it_is_split_into_minutes() {
        each(
            duration,
            [
                (7.25, "7.2 s"),
                (59.94, "59.9 s"),
                (59.96, "1 min 00 s"),
                (61.98, "1 min 02 s"),
                (119.6, "2 min 00 s"),
                (619.4, "10 min 19 s"),
            ],
        );
    }

    #[test]
    fn a_size_is_rounded_and_carried_into_the_next_unit() {
        each(
            in_bytes,
            [
                (0.0, "0 B"),
                (9_999.4, "9999 B"),
                (9_999.6, "10 kB"),
                (220_040.0, "220 kB"),
                (999_499.0, "999 kB"),
                (999_500.0, "1.0 MB"),
                (1_250_001.0, "1.3 MB"),
                (15_995_632.0, "16.0 MB"),
                (445_390_000.0, "445.4 MB"),
                (999_940_000.0, "999.9 MB"),
                (999_950_000.0, "1.0 GB"),
                (8_249_999_999.0, "8.2 GB"),
            ],
        );
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([7, 1234, 1_234_567].map(grouped), ["7", "1,234", "1,234,567"]);
    }
}
