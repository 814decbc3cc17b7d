//! The settings of the rule sets.

use super::Variable;
use crate::config::rules;
use crate::config::value::switch;

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_RULES",
        meaning: "Rule sets in force for every request: fut, hvo, separated by spaces, or none. An import and a bundle with a profile of HVO have theirs anyway.",
        default: "none",
        set: |config, value| {
            config.limits.rules.in_force = rules::parse(value)
                .ok_or("names of rule sets, fut or hvo, separated by spaces, or none")?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_HVO_CHECK_DIGIT",
        meaning: "Whether a wrong check digit of an organisationsnummer is an error. Off: it is a warning.",
        default: "on",
        set: |config, value| {
            let mut is_error = true;
            switch(value, &mut is_error)?;
            config.limits.rules.hvo.lenient_check_digit = !is_error;
            Ok(())
        },
    },
    Variable {
        name: "FYR_HVO_REGISTRY_ELEMENTS",
        meaning: "Elements of an HVOOrganization that another registry owns, separated by spaces: what is sent of them is not saved. An extension by the last part of its URL.",
        default: "none",
        set: |config, value| {
            let names = value.split_whitespace().filter(|name| *name != "none");
            config.limits.rules.hvo.registry_elements = names.map(str::to_owned).collect();
            Ok(())
        },
    },
    Variable {
        name: "FYR_HVO_FULL_HIERARCHY",
        meaning: "Whether a transaction of HVO has all units of a stored provider: units that it leaves out are inactivated, and the provider is not in it.",
        default: "off",
        set: |config, value| switch(value, &mut config.limits.rules.hvo.full_hierarchy),
    },
    Variable {
        name: "FYR_TRANSACTION_PROVENANCE",
        meaning: "Whether the rules in force (FYR_RULES=fut) leave a Provenance of what a transaction changes, as they do of an import.",
        default: "off",
        set: |config, value| switch(value, &mut config.limits.rules.transaction_provenance),
    },
    Variable {
        name: "FYR_TEST_ONLY_CREATE",
        meaning: "For test environments: whether callers with the role $test-only-create may create organizations that otherwise only an import brings (FYR_RULES=fut).",
        default: "off",
        set: |config, value| switch(value, &mut config.limits.rules.test_only_create),
    },
    Variable {
        name: "FYR_WEAK_ETAGS",
        meaning: "Whether etag in the response of an import is weak, as it is everywhere else.",
        default: "off",
        set: |config, value| switch(value, &mut config.limits.rules.weak_etags),
    },
];
