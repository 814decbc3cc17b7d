//! How mutants rewrite calls and answers.

pub(crate) mod answers;
pub(crate) mod calls;
