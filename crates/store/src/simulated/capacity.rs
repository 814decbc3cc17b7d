//! Request units, as DynamoDB counts them: "read and write operations" of the developer guide.

const READ_UNIT_BYTES: usize = 4 * 1024;
const WRITE_UNIT_BYTES: usize = 1024;

/// Read units of so many bytes, strongly consistent. Nothing found costs one as well.
pub(crate) fn read_units(bytes: usize) -> f64 {
    units(bytes, READ_UNIT_BYTES)
}

/// Write units of a write that leaves or replaces so many bytes.
pub(crate) fn write_units(bytes: usize) -> f64 {
    units(bytes, WRITE_UNIT_BYTES)
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand units")]
fn units(bytes: usize, unit: usize) -> f64 {
    bytes.div_ceil(unit).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_up_and_are_at_least_one() {
        let exact = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9);
        exact(write_units(0), 1.0);
        exact(write_units(1024), 1.0);
        exact(write_units(1025), 2.0);
        exact(read_units(4097), 2.0);
    }
}
