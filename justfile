# Thin names for plain commands; everything also works without just.

# What CI runs.
ci:
    .ci/run

# Format and lint.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# All tests.
test:
    cargo test --workspace

# The tests that need neither egui nor DataFusion. The first run compiles dependencies again, with fewer features.
test-fast:
    cargo test -p canlake-shared -p canlake-edge -p canlake-decoder
    cargo test -p integration-tests --no-default-features

# Accept the DBC warnings that the loader gives now.
bless:
    CANLAKE_BLESS=1 cargo test --workspace

# The app on its demo lake.
demo:
    cargo run --release

# Benchmarks; each prints a ratio against a limit measured in the same run.
bench:
    cargo bench -p canlake-shared
    cargo bench -p canlake

# Licences, advisories, bans.
deny:
    cargo deny check
