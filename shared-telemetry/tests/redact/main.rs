//! Nothing secret leaves the process, seen from outside; and the rules hold for any text.

mod collector;
mod process;
mod properties;
