//! Cases that run on several subjects: one test for each of both.
//!
//! The module that lists them has the cases, and as `subject` a module with one function for each
//! subject, which takes a case and runs it there.

macro_rules! contract {
    (@ $subject:ident { $($case:ident)+ }) => {
        mod $subject { $(
            #[test]
            fn $case() {
                super::subject::$subject(super::$case);
            }
        )+ }
    };
    ($($subject:ident)+ => $cases:tt) => {
        $( contract!(@ $subject $cases); )+
    };
}
