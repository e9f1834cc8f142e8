//! The `policy` command.

use policy::cli::{Terminal, run};
use policy::config::Environment;
use std::io::IsTerminal;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let typed: Vec<_> = std::env::args_os().skip(1).collect();
    let environment = Environment::new(std::env::vars_os());
    let terminal = Terminal { stderr: std::io::stderr().is_terminal() };
    ExitCode::from(run(&typed, environment, terminal))
}
