//! Looks for bytes that break a promise of the target `id_lists`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| vmedia_fuzz::run("id_lists", input));
