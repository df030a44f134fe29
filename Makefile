# Two commands for a newcomer: `make demo` and `make test`. Both install the system libraries that are missing.

PREFIX ?= /usr/local
SWIFT ?= swift

LIBRARIES = dns-root-data libarchive-dev libcurl4-openssl-dev libdeflate-dev libgmp-dev libssl-dev libunbound-dev zlib1g-dev
TEST_TOOLS = $(LIBRARIES) gcc libc6-dev libarchive-tools bzip2 xz-utils zip busybox xxd openssl openssh-client python3 python3-venv nsd \
	ldnsutils golang-go golang-golang-x-mod-dev

.PHONY: demo test sanitize mutate hostile build install format lint libraries test-tools benchmark benchmark-scale check check-record fuzz

demo: build
	Docs/demo.sh .build/release

# With Swift's runtime inside, the programs start in half the time, call it without a detour, and run where no Swift is installed.
RELEASE = $(SWIFT) build -c release --static-swift-stdlib --product

build: libraries
	$(RELEASE) mailseal
	$(RELEASE) mailseal-sample

test: test-tools .build/venv/bin/bagit.py
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	cd Tests/SecondVerifier && python3 -m unittest -q test_repairs test_verify
	$(SWIFT) test --disable-xctest

# All tests with AddressSanitizer, then all with ThreadSanitizer, each in a build of its own, programs that they start included.
# The library that injects faults is loaded before the sanitizer's, what stands in memory at the end of a program is no leak, and
# libarchive may ask for more memory than there is, as it does of itself.
SANITIZERS ?= address thread
sanitize: test-tools .build/venv/bin/bagit.py
	for sanitizer in $(SANITIZERS); do \
		MAILSEAL_SANITIZER=$$sanitizer \
		TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/ThreadSanitizer.supp \
		ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1:suppressions=$(CURDIR)/Tests/AddressSanitizer.supp \
		$(SWIFT) test --disable-xctest --sanitize=$$sanitizer --scratch-path .build/$$sanitizer || exit 1; \
	done

# The reference implementation of BagIt, which must accept every bundle.
.build/venv/bin/bagit.py:
	python3 -m venv .build/venv
	.build/venv/bin/pip install --quiet --disable-pip-version-check setuptools bagit==1.9.0

# Every bit of a small bundle changed and every length cut, and 2,000 bits of one of 1 MB: each must be reported.
mutate: build
	$(RELEASE) MutationCommand
	Tests/Mutation/run.sh .build/release .build/mutation

# Hostile mail and archives, packed, verified, listed and shown within stated seconds and memory; needs 12 GB in .build.
hostile: build
	python3 Tests/Hostile/mail.py .build/release/mailseal .build/hostile

# What mailseal costs beside the programs that people use today, on an archive of SIZE (full: 9 GB), and what a DKIM signature
# costs beside go-msgauth; each in one run. The first table is written to Docs/performance.md.
SIZE ?= 1GB
TURNS ?= 3
benchmark: build .build/peers/msgauth .build/venv/bin/bagit.py .build/benchmark/$(SIZE)/keys.txt
	@.ci/install python3 util-linux pigz borgbackup restic diffoscope-minimal
	$(RELEASE) BenchmarkCommand
	python3 Tests/Peers/benchmark_dkim.py .build/release/BenchmarkCommand .build/peers/msgauth .build/benchmark/dkim
	PATH="$(CURDIR)/.build/venv/bin:$$PATH" python3 Tests/Speed/benchmark_bundles.py .build/release/mailseal \
		.build/benchmark/$(SIZE)/archive .build/benchmark/$(SIZE)/keys.txt .build/benchmark/work --turns $(TURNS) \
		--write Docs/performance.md

.build/benchmark/$(SIZE)/keys.txt: build
	mkdir -p $(@D)
	test -e $@ || .build/release/mailseal-sample .build/benchmark/$(SIZE)/archive --bytes $(subst full,9GB,$(SIZE))

.build/peers/msgauth: Tests/Peers/msgauth.go
	.ci/install golang-go golang-github-emersion-go-msgauth-dev
	GOCACHE=$(CURDIR)/.build/peers/cache GO111MODULE=off GOPATH=/usr/share/gocode go build -o $@ $<

# How cost grows with the number of messages, up to SCALE of them (5 GB for the largest); written to Docs/performance.md.
SCALE ?= 1000,10000,100000,1000000
benchmark-scale: build
	@.ci/install python3 util-linux
	python3 Tests/Speed/scale.py .build/release/mailseal .build/release/mailseal-sample .build/benchmark/scale \
		--messages $(SCALE) --write Docs/performance.md

# The instructions for each message beside those in Tests/Speed/instructions.json; `make check-record` writes these anew, and fails.
check: build
	@.ci/install gcc libc6-dev python3 util-linux valgrind
	SWIFT=$(SWIFT) python3 Tests/Speed/instructions.py .build/release/mailseal .build/release/mailseal-sample .build/instructions

check-record:
	MAILSEAL_RECORD=1 $(MAKE) check

# Each target of Tests/Fuzz for SECONDS, with AddressSanitizer; what is found stays in .build/fuzz/runs. TARGETS names some of them.
SECONDS ?= 60
fuzz: libraries
	@.ci/install python3
	MAILSEAL_FUZZ=1 $(SWIFT) build -c release --product Fuzz --scratch-path .build/fuzz
	python3 Tests/Fuzz/run.py .build/fuzz/release/Fuzz --seconds $(SECONDS) $(TARGETS)

install: build
	install -D -s -m 0755 .build/release/mailseal $(DESTDIR)$(PREFIX)/bin/mailseal

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

libraries:
	@.ci/install $(LIBRARIES)

# Its name has Python's version: the test data of its email package.
test-tools:
	@.ci/install $(TEST_TOOLS)
	@.ci/install libpython$$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')-testsuite
