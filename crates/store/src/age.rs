//! How old a transaction is: what decides who gives way.
//!
//! | attribute | meaning |
//! |-----------|---------|
//! | `ts`      | N, when this attempt began: the lease runs from here |
//! | `t0`      | N, when the first attempt began, if that was another: the older one wins |
//!
//! An attempt that is planned again keeps the age of the first. So it becomes the oldest some day,
//! and then nobody wounds it any more.

use crate::attribute;
use crate::clock::Millis;
use crate::error::StoreError;
use crate::table::{Item, Value};

/// See the module head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Age {
    /// When this attempt began.
    pub(crate) began: Millis,
    /// When the first attempt began.
    pub(crate) first: Millis,
}

impl Age {
    /// Of an attempt, perhaps not the first.
    pub(crate) fn new(began: Millis, first: Option<Millis>) -> Self {
        Self {
            began,
            first: first.map_or(began, |first| first.min(began)),
        }
    }

    pub(crate) fn put_into(self, item: &mut Item) {
        item.insert("ts".to_owned(), Value::N(self.began.0));
        if self.first != self.began {
            item.insert("t0".to_owned(), Value::N(self.first.0));
        }
    }

    pub(crate) fn decode(item: &Item) -> Result<Self, StoreError> {
        let began = attribute::instant(item, "ts")?;
        let first = item.get("t0").map(|_| attribute::instant(item, "t0"));
        Ok(Self::new(began, first.transpose()?))
    }

    /// `<ts>`, or `<ts>#<t0>`.
    pub(crate) fn to_text(self) -> String {
        if self.first == self.began {
            self.began.0.to_string()
        } else {
            format!("{}#{}", self.began.0, self.first.0)
        }
    }

    /// The reverse of [`Self::to_text`].
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let instant = |text: &str| text.parse().map(Millis).ok();
        match text.split_once('#') {
            None => Some(Self::new(instant(text)?, None)),
            Some((began, first)) => Some(Self::new(instant(began)?, Some(instant(first)?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_survives_storage() {
        for age in [
            Age::new(Millis(7), None),
            Age::new(Millis(7), Some(Millis(3))),
        ] {
            let mut item = Item::new();
            age.put_into(&mut item);
            assert_eq!(Age::decode(&item).unwrap(), age);
            assert_eq!(Age::from_text(&age.to_text()), Some(age));
        }
        assert_eq!(Age::from_text("x"), None);
    }

    #[test]
    fn nobody_is_older_than_the_present() {
        assert_eq!(
            Age::new(Millis(7), Some(Millis(9))),
            Age::new(Millis(7), None)
        );
    }
}
