//! What a search may cost and give, and how many resources criteria may delete.

use super::Variable;
use crate::config::value::count;

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_SEARCH_CANDIDATES",
        meaning: "Resources that a search looks at, of which the matches are some. Then its page ends, or it is refused as too costly.",
        default: "2000",
        set: |config, value| count(value, &mut config.limits.search.candidates),
    },
    Variable {
        name: "FYR_SEARCH_PAGE",
        meaning: "Matches in a page of a search that has no _count.",
        default: "50",
        set: |config, value| count(value, &mut config.limits.search.page),
    },
    Variable {
        name: "FYR_SEARCH_MAX_PAGE",
        meaning: "Matches in a page at most, whatever _count says.",
        default: "1000",
        set: |config, value| count(value, &mut config.limits.search.max_page),
    },
    Variable {
        name: "FYR_SEARCH_SORTED",
        meaning: "Matches that a search sorts, other than by _lastUpdated.",
        default: "1000",
        set: |config, value| count(value, &mut config.limits.search.sorted),
    },
    Variable {
        name: "FYR_SEARCH_INCLUDED",
        meaning: "Resources that are included with a page.",
        default: "1000",
        set: |config, value| count(value, &mut config.limits.search.included),
    },
    Variable {
        name: "FYR_SEARCH_CHAINED",
        meaning: "Resources that a step of a chain, or a hierarchy, may lead to.",
        default: "200",
        set: |config, value| count(value, &mut config.limits.search.chained),
    },
    Variable {
        name: "FYR_MAX_CONDITIONAL_DELETES",
        meaning: "Resources that one conditional delete may delete. When more match, none is deleted.",
        default: "1",
        set: |config, value| count(value, &mut config.limits.max_conditional_deletes),
    },
];
