//! Numbers: <http://hl7.org/fhir/R4/search.html#number>

use super::decimal::Decimal;
use super::prefix::Prefix;
use super::{Problem, plain};
use crate::search_parameter::{Found, Node};

/// A number that is asked for; with `eq` and `ne`, all numbers that round to it.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct NumberComparison {
    prefix: Prefix,
    number: Decimal,
}

/// From the lowest to the highest number, both included; open where there is none.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Interval {
    pub(in crate::search) low: Option<Decimal>,
    pub(in crate::search) high: Option<Decimal>,
}

impl NumberComparison {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let text = plain(text)?;
        let (prefix, digits) = Prefix::split(text.trim())?;
        let number = Decimal::parse(digits).ok_or_else(|| format!("'{digits}' is no number"))?;
        Ok(Self { prefix, number })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        interval(found).is_some_and(|interval| self.holds(interval))
    }

    pub(super) fn holds(&self, target: Interval) -> bool {
        let number = self.number;
        let reaches_above = target.high.is_none_or(|high| high > number);
        let reaches_below = target.low.is_none_or(|low| low < number);
        match self.prefix {
            Prefix::Equal => self.covers(target),
            Prefix::NotEqual => !self.covers(target),
            Prefix::Greater => reaches_above,
            Prefix::Less => reaches_below,
            Prefix::GreaterOrEqual => target.high.is_none_or(|high| high >= number),
            Prefix::LessOrEqual => target.low.is_none_or(|low| low <= number),
            Prefix::StartsAfter => target.low.is_some_and(|low| low > number),
            Prefix::EndsBefore => target.high.is_some_and(|high| high < number),
            Prefix::Approximately => {
                let (low, high) = number.vicinity();
                target.low.is_none_or(|target| target <= high)
                    && target.high.is_none_or(|target| target >= low)
            }
        }
    }

    fn covers(&self, target: Interval) -> bool {
        let (low, high) = self.number.rounding();
        target.low.is_some_and(|target| target >= low)
            && target.high.is_some_and(|target| target < high)
    }

    pub(super) fn canonical(&self) -> String {
        format!("{}{}", self.prefix.code(), self.number)
    }
}

/// The number of a JSON value, with its digits.
pub(super) fn number_of(node: Node<'_>) -> Option<Decimal> {
    match node {
        Node::Value(serde_json::Value::Number(number)) => Decimal::parse(&number.to_string()),
        _ => None,
    }
}

/// What a number or a range covers.
pub(in crate::search) fn interval(found: &Found<'_>) -> Option<Interval> {
    if found.holds.name() == "Range" {
        let limit = |name| found.node.get(name).and_then(|limit| limit.get("value"));
        let number = |name| limit(name).and_then(|value| number_of(Node::Value(value)));
        let (low, high) = (number("low"), number("high"));
        low.or(high)?;
        return Some(Interval { low, high });
    }
    let number = Some(number_of(found.node)?);
    Some(Interval {
        low: number,
        high: number,
    })
}
