//! `fyr config`: what can be set, and what is.

use aws::Config;
use aws::config::variables;

/// The variables, for `fyr config --help`.
pub(crate) fn help() -> String {
    let variables = variables().map(|variable| {
        let (name, meaning, default) = (variable.name, variable.meaning, variable.default);
        format!("  {name}\n      {meaning}\n      [default: {default}]\n")
    });
    let variables: String = variables.collect();
    format!("Variables:\n{variables}\nAny other variable of that prefix is refused.")
}

/// The settings in force, one a line.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn print(config: &Config) {
    for (variable, value) in config.in_force() {
        match value {
            Some(value) => println!("{}={value}", variable.name),
            None => println!("# {} is not set: {}", variable.name, variable.default),
        }
    }
}
