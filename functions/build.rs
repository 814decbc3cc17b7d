//! Links a function at a fixed address: docs/adr/0018-functions-at-a-fixed-address.md.

fn main() {
    println!("cargo:rerun-if-changed=../build.rs");
    println!("cargo:rustc-link-arg-bins=-no-pie");
}
