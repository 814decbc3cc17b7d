//! Quantities: <http://hl7.org/fhir/R4/search.html#quantity>
//!
//! `5.4`, `5.4|http://unitsofmeasure.org|mg` and `5.4||mg`, each with a prefix. Units are compared,
//! not converted. A `comparator` in the resource opens the value to one side.

use super::Problem;
use super::number::{Interval, NumberComparison, number_of};
use crate::query::{split_unescaped, unescape};
use crate::search_parameter::{Found, Node};

const CURRENCIES: &str = "urn:iso:std:iso:4217";

/// A quantity that is asked for.
#[derive(Debug, Clone)]
pub(in crate::search) struct QuantityComparison {
    number: NumberComparison,
    unit: Option<Unit>,
}

/// A unit that is asked for: a code in a system, or as code or text without one.
#[derive(Debug, Clone)]
struct Unit {
    system: Option<String>,
    code: String,
}

/// The unit of a quantity in a resource.
#[derive(Debug, Clone, Copy, Default)]
struct UnitOf<'a> {
    system: Option<&'a str>,
    code: Option<&'a str>,
    text: Option<&'a str>,
}

impl QuantityComparison {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let parts = split_unescaped(text, '|');
        let (number, unit) = match parts.as_slice() {
            [number] => (*number, None),
            [number, system, code] if !code.is_empty() => {
                let system = (!system.is_empty()).then(|| unescape(system));
                let code = unescape(code);
                (*number, Some(Unit { system, code }))
            }
            _ => {
                let text = "expected a number, number|system|code or number||code";
                return Err(format!("'{}': {text}", unescape(&parts.join("|"))));
            }
        };
        let number = NumberComparison::parse(number)?;
        Ok(Self { number, unit })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        let Some((interval, unit)) = measured(found) else {
            return false;
        };
        self.unit.as_ref().is_none_or(|wanted| wanted.is(unit)) && self.number.holds(interval)
    }

    pub(super) fn canonical(&self) -> String {
        let number = self.number.canonical();
        match &self.unit {
            Some(unit) => {
                let system = unit.system.as_deref().unwrap_or("");
                format!("{number}|{system}|{}", unit.code)
            }
            None => number,
        }
    }
}

impl Unit {
    fn is(&self, unit: UnitOf<'_>) -> bool {
        let code = Some(self.code.as_str());
        match &self.system {
            Some(system) => unit.system == Some(system) && unit.code == code,
            None => unit.code == code || unit.text == code,
        }
    }
}

/// What a quantity, an amount of money, a range or sampled data covers, and in which unit.
fn measured<'a>(found: &Found<'a>) -> Option<(Interval, UnitOf<'a>)> {
    let at = |name| found.node.get(name).map(Node::Value);
    let number = |name| at(name).and_then(number_of);
    let unit = |name| at(name).map(unit_of);
    match found.holds.name() {
        "Range" => {
            let limit = |name| at(name)?.get("value").map(Node::Value).and_then(number_of);
            let (low, high) = (limit("low"), limit("high"));
            low.or(high)?;
            Some((Interval { low, high }, unit("low").or(unit("high"))?))
        }
        "SampledData" => {
            let (low, high) = (number("lowerLimit"), number("upperLimit"));
            low.or(high)?;
            Some((Interval { low, high }, unit("origin").unwrap_or_default()))
        }
        "Money" => {
            let value = Some(number("value")?);
            let unit = UnitOf {
                system: Some(CURRENCIES),
                code: found.node.text("currency"),
                text: None,
            };
            Some((
                Interval {
                    low: value,
                    high: value,
                },
                unit,
            ))
        }
        _ => {
            let value = Some(number("value")?);
            let (low, high) = match found.node.text("comparator") {
                Some("<" | "<=") => (None, value),
                Some(">" | ">=") => (value, None),
                _ => (value, value),
            };
            Some((Interval { low, high }, unit_of(found.node)))
        }
    }
}

/// The lowest number of a quantity, to sort by.
pub(in crate::search) fn interval(found: &Found<'_>) -> Option<Interval> {
    measured(found).map(|(interval, _)| interval)
}

fn unit_of(quantity: Node<'_>) -> UnitOf<'_> {
    UnitOf {
        system: quantity.text("system"),
        code: quantity.text("code"),
        text: quantity.text("unit"),
    }
}
