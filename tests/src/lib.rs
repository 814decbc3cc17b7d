//! Test package: everything is in `it/`.
