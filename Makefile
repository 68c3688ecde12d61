# make run     the demonstration: builds pages and daemon, prints the addresses, Ctrl-C stops it
# make test    everything that is tested; installs the Debian packages it needs, and says so
# make build   target/release/rinda with the pages inside
# make fuzz    ten million cases for each fuzz target: FUZZ_CASES says how many
# make bench   the benchmarks, with a table at the end

.PHONY: run build ui api test test-rust test-firmware fuzz fuzz-briefly test-ui test-e2e test-year test-usb lint fmt bench deny packages clean-demo

export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD = 1
export CARGO_TERM_COLOR ?= auto

UI = kiosk-ui
UI_SOURCES = $(shell find $(UI) -path $(UI)/node_modules -prune -o -path $(UI)/dist -prune -o -type f -print 2>/dev/null)

run: build
	@exec target/release/rinda demo

build: ui
	cargo build --release --locked

ui: $(UI)/dist/kiosk.html

$(UI)/dist/kiosk.html: $(UI)/node_modules/.installed $(UI_SOURCES)
	npm --prefix $(UI) run build
	@touch $@

$(UI)/node_modules/.installed: $(UI)/package-lock.json
	npm --prefix $(UI) ci --no-audit --no-fund
	@touch $@

# Types of the pages from the committed OpenAPI document.
api: $(UI)/node_modules/.installed
	npm --prefix $(UI) run api

# The fuzz targets' cases in `make fuzz`, and in `make test`, which has less time.
FUZZ_CASES ?= 10000000
FUZZ_CASES_IN_TEST ?= 300000

test: packages lint test-rust test-ui test-e2e test-year fuzz-briefly

lint: $(UI)/dist/kiosk.html tests/browser/node_modules/.installed
	cargo fmt --all --check
	cargo fmt --manifest-path firmware/Cargo.toml --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	npm --prefix $(UI) run format:check
	npm --prefix $(UI) run check
	npm --prefix tests/browser run format:check
	npm --prefix tests/browser run check

# Far beyond what they take: a test that hangs ends here, and says so.
RUST_TESTS_MAX = 50m

test-rust: $(UI)/dist/kiosk.html target/python-escpos/.installed target/python-holidays/.installed
	timeout --kill-after=30s $(RUST_TESTS_MAX) cargo test --workspace --locked --no-fail-fast || { \
		code=$$?; [ $$code -ne 124 ] || echo "The Rust tests did not end within $(RUST_TESTS_MAX): the test named last hangs." >&2; \
		exit $$code; }

# Part of test-rust as well: the board's program in QEMU, and the board in Python.
test-firmware:
	cargo test --locked --test firmware --test board_in_python

fuzz:
	fuzz/run $(FUZZ_CASES)

fuzz-briefly:
	fuzz/run $(FUZZ_CASES_IN_TEST)

# The daemon against USB devices of a real kernel, in QEMU; test-rust runs it as well.
test-usb: packages $(UI)/dist/kiosk.html
	cargo test --locked --test usb

test-ui: $(UI)/node_modules/.installed
	npm --prefix $(UI) test

test-e2e: build tests/browser/node_modules/.installed
	npm --prefix tests/browser test

# A year of 28 centres, every figure against plain Python over the same tickets.
test-year: build
	timeout --kill-after=30s 15m tests/year/check.py target/release/rinda

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	npm --prefix tests/browser ci --no-audit --no-fund
	@touch $@

# An encoder that is not ours, for tests/printer.
target/python-escpos/.installed: tests/printer/requirements.txt
	python3 -m venv target/python-escpos
	target/python-escpos/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The independent source of public holidays, pinned; only the tests use it.
target/python-holidays/.installed: tests/calendar/requirements.txt
	python3 -m venv target/python-holidays
	target/python-holidays/bin/pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

fmt: $(UI)/node_modules/.installed
	cargo fmt --all
	cargo fmt --manifest-path firmware/Cargo.toml
	cargo fmt --manifest-path fuzz/Cargo.toml
	npm --prefix $(UI) run format

bench: ui
	cargo bench --locked

# Licences and duplicate crates; needs cargo-deny, and no network.
deny:
	cargo deny --offline check licenses bans sources
	cargo deny --offline --manifest-path firmware/Cargo.toml check --config deny.toml licenses bans sources
	cargo deny --offline --manifest-path fuzz/Cargo.toml check --config deny.toml licenses bans sources

packages:
	@tests/install-packages

clean-demo:
	rm -rf demo-data
