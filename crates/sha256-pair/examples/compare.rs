//! Prints how fast one thread computes SHA-256 alone, SHA-256 and HMAC-SHA-256 one after the other, and both as a pair:
//! `cargo run --release -p sha256-pair --example compare`.
#![expect(clippy::print_stdout, reason = "its purpose")]
#![expect(clippy::disallowed_methods, reason = "measures time")]

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sha256_pair::{Key, Pair};
use std::hint::black_box;
use std::time::Instant;

/// The lengths of the messages in bytes.
const LENGTHS: [usize; 3] = [2_000, 250_000, 20_000_000];

/// How many bytes are hashed between two looks at the clock.
const BYTES: usize = 40_000_000;

/// How often each is measured, in turn.
const TURNS: usize = 15;

/// A way to compute digests of a message.
type Way<'a> = &'a dyn Fn(&[u8]);

fn main() {
    let (key, mac) = (Key::new(b"secret"), <Hmac<Sha256> as KeyInit>::new_from_slice(b"secret").ok());
    let Some(mac) = mac else { return };
    let separate = |message: &[u8]| {
        black_box(Sha256::digest(message));
        black_box(mac.clone().chain_update(message).finalize());
    };
    let pair = |message: &[u8]| {
        let mut pair = Pair::new(&key);
        pair.update(message);
        black_box(pair.finish());
    };
    let alone = |message: &[u8]| {
        black_box(Sha256::digest(message));
    };
    let ways: [Way<'_>; 3] = [&alone, &separate, &pair];

    println!("GB/s, median of {TURNS}; backend: {:?}", Pair::new(&key));
    println!("{:>12} {:>14} {:>14} {:>14}", "bytes", "sha2", "sha2 + hmac", "pair");
    for length in LENGTHS {
        let message = vec![0xa5; length];
        let mut times = ways.map(|_| Vec::new());
        for _ in 0..TURNS {
            for (way, times) in ways.iter().zip(&mut times) {
                let begun = Instant::now();
                (0..BYTES / length).for_each(|_| way(black_box(&message)));
                times.push(begun.elapsed());
            }
        }
        let [alone, separate, pair] = times.map(|mut times| {
            times.sort();
            BYTES as f64 / times.get(TURNS / 2).map_or(0.0, std::time::Duration::as_secs_f64) / 1e9
        });
        println!("{length:>12} {alone:>14.2} {separate:>14.2} {pair:>14.2}");
    }
}
