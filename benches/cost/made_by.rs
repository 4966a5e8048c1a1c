//! What a count depends on beside the code: where one of these is another, counts can't be compared.

use std::process::Command;

/// `rustc 1.95.0 (…) on x86_64, glibc 2.36, valgrind-3.19.0, AVX2`.
///
/// The C library has the allocator. The processor matters only as far as valgrind shows it: one
/// and the same model, with AVX2 where the machine has it, and without where it has not.
pub(crate) fn here() -> String {
    let parts = [
        format!(
            "{} on {}",
            first_line("rustc", "--version"),
            std::env::consts::ARCH
        ),
        first_line("getconf", "GNU_LIBC_VERSION"),
        first_line("valgrind", "--version"),
        vectors().to_owned(),
    ];
    parts.join(", ")
}

#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    if std::is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "no AVX2"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    "no AVX2"
}

/// What a program says of itself.
fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().ok();
    let said = output
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = said.and_then(|said| said.lines().next().map(|line| line.trim().to_owned()));
    line.unwrap_or_else(|| format!("an unknown {program}"))
}
