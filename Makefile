# Two commands for a newcomer: `make demo` and `make test`. Both install the system libraries that are missing.

PREFIX ?= /usr/local
SWIFT ?= swift

LIBRARIES = libarchive-dev libssl-dev zlib1g-dev
TEST_TOOLS = $(LIBRARIES) libarchive-tools bzip2 xz-utils zip busybox xxd openssl python3 python3-venv

.PHONY: demo test build install format lint libraries test-tools

demo: build
	Docs/demo.sh .build/release

build: libraries
	$(SWIFT) build -c release --product mailseal
	$(SWIFT) build -c release --product mailseal-sample

test: test-tools
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	$(SWIFT) test --disable-xctest

install: build
	install -D -m 0755 .build/release/mailseal $(DESTDIR)$(PREFIX)/bin/mailseal

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

libraries:
	@.ci/install $(LIBRARIES)

test-tools:
	@.ci/install $(TEST_TOOLS)
