//! Looks for bytes that break a promise of the target `chips`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| vmedia_fuzz::run("chips", input));
