//! What a message says.
//!
//! ```json
//! {"job": "61469f6a-453d-4fb5-a6a3-1ac3790ca9a4"}
//! {"job": "61469f6a-453d-4fb5-a6a3-1ac3790ca9a4", "step": 3}
//! ```

use serde_json::{Value, json};

/// A job to look at, or one of its steps to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) job: String,
    pub(super) step: Option<usize>,
}

impl Message {
    pub(super) fn job(id: &str) -> Self {
        Self {
            job: id.to_owned(),
            step: None,
        }
    }

    pub(super) fn step(id: &str, step: usize) -> Self {
        Self {
            step: Some(step),
            ..Self::job(id)
        }
    }

    /// Reads a message; none when it is not one of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(text).ok()?;
        let step = match message.get("step") {
            None => None,
            Some(step) => Some(usize::try_from(step.as_u64()?).ok()?),
        };
        Some(Self {
            job: message.get("job")?.as_str()?.to_owned(),
            step,
        })
    }

    pub(super) fn text(&self) -> String {
        match self.step {
            None => json!({"job": self.job}).to_string(),
            Some(step) => json!({"job": self.job, "step": step}).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_a_job_and_perhaps_a_step() {
        for message in [Message::job("1"), Message::step("1", 3)] {
            assert_eq!(Message::parse(&message.text()), Some(message));
        }
        for other in ["", "1", "{}", r#"{"job":1}"#, r#"{"job":"1","step":-1}"#] {
            assert_eq!(Message::parse(other), None, "{other}");
        }
    }
}
