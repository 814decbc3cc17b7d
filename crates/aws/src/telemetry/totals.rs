//! What a process has asked of the tables so far: the difference of two of these is what an event cost.

use store::Receipt;

use super::meter::Measured;
use super::metric::Metric;

/// The sums of a receipt at a moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    read_units: f64,
    write_units: f64,
    conflicts: u64,
    retries: u64,
    intents_met: u64,
}

impl Totals {
    /// As they are now.
    pub(crate) fn of(receipt: &Receipt) -> Self {
        Self {
            read_units: receipt.read_units(),
            write_units: receipt.write_units(),
            conflicts: receipt.conflicts(),
            retries: receipt.retries(),
            intents_met: receipt.intents_met(),
        }
    }

    /// What came since.
    pub(crate) fn add_since(self, before: Self, measured: Measured) -> Measured {
        measured
            .and(Metric::ReadUnits, self.read_units - before.read_units)
            .and(Metric::WriteUnits, self.write_units - before.write_units)
            .count(Metric::Conflicts, self.conflicts - before.conflicts)
            .count(Metric::Retries, self.retries - before.retries)
            .count(Metric::IntentsMet, self.intents_met - before.intents_met)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_costs_what_came_since_the_one_before() {
        let before = Totals {
            read_units: 1.5,
            retries: 1,
            ..Totals::default()
        };
        let now = Totals {
            read_units: 4.0,
            retries: 1,
            conflicts: 2,
            ..Totals::default()
        };
        let expected = Measured::default()
            .and(Metric::ReadUnits, 2.5)
            .and(Metric::WriteUnits, 0.0)
            .count(Metric::Conflicts, 2_u64)
            .count(Metric::Retries, 0_u64)
            .count(Metric::IntentsMet, 0_u64);
        assert_eq!(now.add_since(before, Measured::default()), expected);
    }
}
