//! The settings of scheduled exports.

use super::value::switch;
use super::variable::Variable;

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_EXPORT_OWNER",
        meaning: "User who owns scheduled exports and their files. Without it there are none.",
        default: "none",
        set: |config, value| {
            value.clone_into(&mut config.scheduled.owner);
            Ok(())
        },
    },
    Variable {
        name: "FYR_EXPORT_TYPES",
        meaning: "Resource types of scheduled exports, separated by commas.",
        default: "all",
        set: |config, value| {
            value.clone_into(&mut config.scheduled.types);
            Ok(())
        },
    },
    Variable {
        name: "FYR_EXPORT_CHAINED",
        meaning: "Whether a scheduled export has only what changed since the last completed one.",
        default: "off",
        set: |config, value| switch(value, &mut config.scheduled.is_chained),
    },
];
