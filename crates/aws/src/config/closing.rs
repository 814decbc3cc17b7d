//! How far behind histories stay, where several processes write: no less than a commit takes.
//!
//! A commit carries the time at which it began, and is sent before its request's deadline. Whatever
//! was called closed before it can have arrived would be read without it, and never be read again.

use super::{Config, Problems, SLACK};

/// Refuses a wait that is too short.
pub(super) fn check(config: &Config, problems: &mut Problems) {
    let least = (config.limits.request_timeout + SLACK).as_secs();
    let Some(seconds) = config.closing_seconds else {
        return;
    };
    if u64::from(seconds) < least {
        let slack = SLACK.as_secs();
        let expected = format!(
            "at least {least}: FYR_REQUEST_TIMEOUT_SECONDS, and {slack} for clocks that differ and calls on their way"
        );
        problems.invalid("FYR_CLOSING_SECONDS", &seconds.to_string(), &expected);
    }
}

#[cfg(test)]
mod tests {
    use store::Closing;

    use crate::config::tests::read;

    #[test]
    fn histories_do_not_end_where_a_request_may_still_commit() {
        for (closing, timeout, least) in [("34", "30", 35), ("0", "30", 35), ("64", "60", 65)] {
            let wrong = read(&[
                ("FYR_CLOSING_SECONDS", closing),
                ("FYR_REQUEST_TIMEOUT_SECONDS", timeout),
            ]);
            let expected =
                format!("FYR_CLOSING_SECONDS is \"{closing}\"; expected at least {least}:");
            let said = wrong.unwrap_err();
            assert!(said.contains(&expected), "{said}");
        }
        for (closing, timeout) in [("35", "30"), ("10", "5"), ("65", "60")] {
            let variables = [
                ("FYR_CLOSING_SECONDS", closing),
                ("FYR_REQUEST_TIMEOUT_SECONDS", timeout),
            ];
            let ms = closing.parse::<i64>().unwrap() * 1000;
            let settings = read(&variables).unwrap().store_settings_alone();
            assert_eq!(settings.closing, Closing::Wait { ms });
        }
        let longer = read(&[("FYR_REQUEST_TIMEOUT_SECONDS", "60")]).unwrap();
        assert_eq!(
            longer.store_settings().closing,
            Closing::Wait { ms: 65_000 }
        );
    }
}
