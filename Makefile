# The only build. `make help` lists what there is to make.

ARCH ?= $(patsubst aarch64,arm64,$(shell uname -m))
# SYSTEM_LIBS=1 links the distribution's libbpf, libelf, zlib and glibc instead of what static/sources.lock pins.
override SYSTEM_LIBS := $(filter-out 0,$(SYSTEM_LIBS))
BUILD ?= build$(if $(filter-out $(HOST_ARCH),$(ARCH)),/$(ARCH))$(if $(SYSTEM_LIBS),/system)
PREFIX ?= /usr/local
# Where the pinned sources are: a source tarball brings them along.
SOURCES ?= $(or $(wildcard $(CURDIR)/sources),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tcplife/sources)
HOST_ARCH := $(patsubst aarch64,arm64,$(shell uname -m))

# make treats a space in a path as its end.
$(if $(word 2,$(CURDIR)),$(error the path '$(CURDIR)' has a space in it, which make cannot take: move this folder))
$(foreach path,BUILD SOURCES,$(if $(word 2,$($(path))),$(error \
	the path '$($(path))' has a space in it, which make cannot take: set $(path) to another)))

# Prints each step as one word; V=1 shows the commands.
Q := $(if $(V),,@)
say := @printf '  %-8s %s\n'

# static/architectures as variables: architectures, deb.arm64, gnu.arm64 and so on.
$(foreach set,$(shell awk '/^[a-z]/ { print "architectures+="$$1, "deb."$$1":="$$2, "gnu."$$1":="$$3, \
	"bpf."$$1":="$$4, "target."$$1":="$$5, "musl."$$1":="$$6, "suite."$$1":="$$7 }' static/architectures),$(eval $(set)))
gnu := $(gnu.$(ARCH))
$(if $(gnu),,$(error ARCH=$(ARCH) is not one of $(architectures)))
cross := $(if $(filter-out $(HOST_ARCH),$(ARCH)),$(gnu)-gnu-)
sysroot := $(if $(cross),$(BUILD)/sysroot)

# Keeps the path of the build folder out of the binary.
fixed := -ffile-prefix-map=$(abspath $(BUILD))=build -ffile-prefix-map=$(CURDIR)=.

CLANG ?= clang
OBJCOPY ?= llvm-objcopy
ifeq ($(origin CC),default)
CC := $(cross)gcc
endif
ifeq ($(origin AR),default)
AR := $(cross)ar
endif
READELF := $(cross)readelf
WARNINGS := -Wall -Wextra -Werror
CFLAGS ?= -Os -fno-asynchronous-unwind-tables -fno-unwind-tables
# archives are linked in; with libraries, their headers are there.
ifdef SYSTEM_LIBS
LIBC_CC = $(CC) -fPIE -static-pie
libraries := $(BUILD)/static/system
archives := $(libraries) $(BUILD)/obj/static/libelf/search_tree.o
toolchain := $(BUILD)/headers/linked
build_packages := $(BUILD)/packages/system
left_out := src/base/unneeded.c
$(if $(cross),$(error SYSTEM_LIBS=1 links this machine's libraries: build on $(ARCH), or without SYSTEM_LIBS))
$(if $(filter test fuzz sanitize source deb rpm image release,$(MAKECMDGOALS)),$(error \
	make $(MAKECMDGOALS) uses what static/sources.lock pins: run it without SYSTEM_LIBS))
else
for_musl := $(filter-out -,$(musl.$(ARCH)))
LIBC_CC = $(CC) -specs=$(BUILD)/musl.specs -fPIE $(for_musl)
libraries := $(BUILD)/static/unpacked
archives := $(BUILD)/static/libbpf.a $(BUILD)/static/libelf.a $(BUILD)/static/libz.a
toolchain := $(BUILD)/musl.specs $(BUILD)/headers/linked
build_packages := $(BUILD)/packages/build
# musl's static-pie startup does not apply RELRO, and it pads the file to the largest page size (arm64: 64 KB).
no_relro := -Wl,-z,norelro
endif
INCLUDES := -iquote src -iquote . -isystem $(BUILD)/include -isystem $(BUILD)/headers \
	-isystem $(BUILD)/static/src/zlib
C = $(LIBC_CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -ffunction-sections -fdata-sections \
	$(fixed) $(INCLUDES) -MMD -MP
# STRIP= keeps the symbols, for a package of its own.
STRIP ?= -s
LINK = $(LIBC_CC) $(CFLAGS) $(LDFLAGS) -Wl,--gc-sections -Wl,--build-id=sha1 $(no_relro)

# Where files that depend on CLANG go.
CLANG_BUILD ?= $(BUILD)
sources := $(filter-out $(left_out),$(wildcard src/*.c src/*/*.c probe-select/*.c))
by_clang := src/base/objects src/cli/version
objects := $(filter-out $(by_clang:%=$(BUILD)/obj/%.o),$(sources:%.c=$(BUILD)/obj/%.o)) $(by_clang:%=$(CLANG_BUILD)/obj/%.o)

# The binary and, where possible, a check that this kernel's verifier accepts the compiler's output.
.PHONY: all
all: $(BUILD)/tcplife $(if $(cross),,$(BUILD)/loaded)

# The binary alone, which can be built for any kernel.
.PHONY: binary
binary: $(BUILD)/tcplife

.PHONY: help
help:
	@echo 'make            $(BUILD)/tcplife, the static binary; ARCH= one of $(architectures)'
	@echo '                cross-builds it; CC, CLANG, CFLAGS, CPPFLAGS and LDFLAGS are heeded'
	@echo 'make SYSTEM_LIBS=1   build/system/tcplife, with the libraries and the libc of this distribution'
	@echo 'make demo       traces a few seconds of HTTP on loopback'
	@echo 'make demo-fleet shows what Prometheus and ClickHouse tell of three machines, in a minute'
	@echo 'make run        traces until Ctrl-C'
	@echo 'make test-quick after an edit, in a minute or two: units, options, outputs and one run of the truth'
	@echo 'make test       every test: lint, units, this kernel, and a matrix of kernels in qemu'
	@echo 'make test-all   the same, and the truth on kernels of $(further), in emulated guests'
	@echo 'make vm-test KERNEL=bzImage   the truth tests on any kernel image'
	@echo 'make fuzz       hostile input for a minute a target, or SECONDS='
	@echo 'make soak       half an hour, or SECONDS=, of thousands of sessions a second'
	@echo 'make bench      what it costs, beside its peers; DOCS=docs writes docs/performance.*'
	@echo 'make lint       clang-format, clang-tidy, cppcheck, shellcheck'
	@echo 'make schema     writes what docs/records.schema.json says of the fields, after their table'
	@echo 'make install    under $$(DESTDIR)$$(PREFIX); make uninstall'
	@echo 'make dist       a tarball to hand on, in $(BUILD)/dist'
	@echo 'make source     a source tarball with all that is linked in, which builds without a network'
	@echo 'make deb rpm    packages, in $(BUILD)/dist, too'
	@echo 'make image      a container image as an OCI archive, in $(BUILD)/dist, too'
	@echo 'make release    all of these for both architectures, with sha256 and, by KEY=, a signature'
	@echo 'make clean'

# --- the kernel side: one object per line: name, source, buffer, instruction set ---------------------

# The compiler finds no sources there, so it does not copy their text into the BTF (a third of its size).
textless := -fdebug-compilation-dir=/nowhere

BPF := -target $(target.$(ARCH)) -O2 -g $(WARNINGS) -Wno-unused-parameter -nostdinc -D__TARGET_ARCH_$(bpf.$(ARCH))
bpf_to = $(CLANG) $(BPF) -mcpu=$(4) -DBUFFER_$(3) $(fixed) $(textless) -iquote bpf -I$(BUILD)/include \
	-I$(BUILD)/headers -I$(shell $(CLANG) -print-resource-dir)/include -MMD -MP -MT $@ -MF $(@:.o=.d)

define bpf_object
bpf_objects += $(CLANG_BUILD)/bpf/$(1).bpf.o.gz
$(CLANG_BUILD)/bpf/$(1).bpf.o: bpf/$(2).bpf.c $(toolchain) $(libraries) $(CLANG_BUILD)/by/clang static/thin Makefile
	@mkdir -p $$(@D)
	$$(say) BPF $(1)
	$$(Q)$$(call bpf_to,$(1),$(2),$(3),$(4)) -c $$< -o $$@
	$$(Q)OBJCOPY=$(OBJCOPY) static/thin $$@
endef

%.gz: %
	$(Q)gzip -9nc $< >$@

# -mcpu=v1 and perf buffers for kernels from 4.4; -mcpu=v3 and the ring buffer from 5.8.
$(eval $(call bpf_object,typed,tracepoint/typed,RING,v3))
$(eval $(call bpf_object,raw-ring,tracepoint/raw,RING,v3))
$(eval $(call bpf_object,raw-perf,tracepoint/raw,PERF,v1))
$(eval $(call bpf_object,kprobe-ring,kprobe/kprobe,RING,v3))
$(eval $(call bpf_object,kprobe-perf,kprobe/kprobe,PERF,v1))
$(eval $(call bpf_object,calibrate-raw,tracepoint/calibrate,PERF,v1))
$(eval $(call bpf_object,calibrate-kprobe,kprobe/calibrate,PERF,v1))
$(eval $(call bpf_object,cgroup,tracepoint/cgroup,RING,v3))

# --- the binary --------------------------------------------------------------------------------------

$(CLANG_BUILD)/tcplife: $(objects) $(archives)
	$(say) LINK $@
	$(Q)$(LINK) $(STRIP) $^ -o $@.new
	@READELF=$(READELF) static/verify $@.new $(if $(SYSTEM_LIBS),glibc)
	@mv $@.new $@

# Code on the path of every record is optimized for speed, the rest for size.
hot := $(addprefix src/base/,text text_name text_utc json_read table) \
	$(addprefix src/session/,session fields filter scope parsed) \
	$(addprefix src/trace/,feed perf reader ring slots window replay) \
	$(addprefix src/output/,buckets columns groups histogram measure metrics sink sinks sink_printer sink_stats \
	stats values writer writer_csv writer_json writer_table)

# Sources that use .incbin are compiled without LTO (CFLAGS may turn it on), which could move the data.
define compile
$(1)/obj/%.o: %.c $(toolchain) $(libraries) $(BUILD)/by/cc Makefile
	@mkdir -p $$(@D)
	$$(say) CC $$<
	$$(Q)$$(C) -c $$< -o $$@

$(hot:%=$(1)/obj/%.o): C += -O2

$(1)/obj/src/base/objects.o: $(bpf_objects)
$(1)/obj/src/base/objects.o: C += -fno-lto -Wa,-I$(1)/bpf

# Its functions have other types than the libraries' own.
$(1)/obj/src/base/unneeded.o: C += -fno-lto

$(1)/obj/src/cli/version.o: $(BUILD)/components $(1)/by/built
$(1)/obj/src/cli/version.o: C += -fno-lto -Wa,-I$(BUILD) -Wa,-I$(1)/by
endef
$(foreach dir,$(sort $(BUILD) $(CLANG_BUILD)),$(eval $(call compile,$(dir))))

$(BUILD)/components: static/components static/sources.lock $(libraries) $(toolchain) $(BUILD)/by/cc
	$(Q)static/components "$$($(LIBC_CC) -print-libgcc-file-name)" "$$($(CC) -dumpfullversion)" \
		$(if $(SYSTEM_LIBS),system $(libraries).list,pinned $(sysroot)/usr/lib/$(gnu)-musl/libc.a) >$@.new
	@mv $@.new $@

$(CLANG_BUILD)/loaded: $(CLANG_BUILD)/tcplife static/load $(CLANG_BUILD)/by/clang
	$(Q)static/load $< '$(CLANG)' $@

# The same binary with BPF objects by another clang: make clang-19
clang-%: $(BUILD)/tcplife
	+$(Q)$(MAKE) --no-print-directory CLANG=$@ CLANG_BUILD=$(BUILD)/$@ $(BUILD)/$@/tcplife

# --- what the build depends on: tools and flags ------------------------------------------------------

# These files change when their contents do, and what depends on them is then rebuilt. They are written
# before anything is built or, if the compilers are not installed yet, right after installing them.
noted := $(CLANG_BUILD)/by/clang $(BUILD)/by/cc $(CLANG_BUILD)/by/built
note.clang = '$(CLANG)' '$(OBJCOPY)' $(BPF)
note.cc = '$(CC)' '$(AR)' $(for_musl) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(WARNINGS)
note.built = '$(CC)' '$(CLANG)'
note = static/note $(1) $(note.$(notdir $(1)))
$(if $(filter-out help clean uninstall,$(or $(MAKECMDGOALS),all)),$(foreach file,$(noted),$(shell $(call note,$(file)))))

$(noted): | $(build_packages)
	$(Q)$(call note,$@)

# --- libraries that are linked in --------------------------------------------------------------------

$(BUILD)/packages/%: static/packages
	@static/packages $*
	@mkdir -p $(@D) && touch $@

ifdef SYSTEM_LIBS
$(libraries): static/system $(BUILD)/by/cc | $(build_packages)
	$(say) SYSTEM 'zlib libelf libbpf'
	$(Q)static/system '$(CC)' $@
	@mkdir -p $(BUILD)/include && ln -sfn "$$(pkg-config --variable=includedir libbpf)/bpf" $(BUILD)/include/bpf

-include $(libraries).d
else
$(BUILD)/static/unpacked: static/fetch static/archive.sh static/sources.lock | $(build_packages)
	$(say) FETCH static/sources.lock
	$(Q)static/fetch $(SOURCES) $(@D)/src
	@mkdir -p $(BUILD)/include && ln -sfn ../static/src/libbpf/src $(BUILD)/include/bpf
	@touch $@

$(archives) &: $(BUILD)/static/unpacked $(toolchain) static/archives.mk static/libelf/config.h $(BUILD)/by/cc Makefile
	$(say) ARCHIVE 'zlib libelf libbpf'
	@rm -rf $(BUILD)/static/obj
	+$(Q)$(MAKE) --no-print-directory -f static/archives.mk SOURCES=$(BUILD)/static/src OUT=$(BUILD)/static \
		HEADERS=$(BUILD)/headers AR='$(AR)' CC='$(LIBC_CC)' CFLAGS='$(CPPFLAGS) $(CFLAGS) $(fixed)'
endif

$(BUILD)/sysroot: static/sysroot static/archive.sh static/architectures | $(BUILD)/packages/cross-$(ARCH)
	$(say) SYSROOT $(ARCH)
	$(Q)static/sysroot $(deb.$(ARCH)) $(suite.$(ARCH)) $@
	@touch $@

$(BUILD)/musl.specs: static/specs | $(build_packages) $(sysroot)
	@mkdir -p $(@D)
	$(Q)static/specs $(gnu)-musl $(sysroot) >$@.new
	@mv $@.new $@

# Links to the kernel's own headers: the folders that contain them also hold those of another libc.
$(BUILD)/headers/linked: | $(build_packages) $(sysroot)
	@mkdir -p $(@D)
	@ln -sfn $(abspath $(sysroot))/usr/include/linux $(@D)/linux
	@ln -sfn $(abspath $(sysroot))/usr/include/asm-generic $(@D)/asm-generic
	@ln -sfn $(abspath $(sysroot))/usr/include/$(gnu)-gnu/asm $(@D)/asm
	@touch $@

# --- try it ------------------------------------------------------------------------------------------

.PHONY: demo demo-fleet run
demo: $(BUILD)/tcplife $(BUILD)/packages/demo
	demo/run $<

demo-fleet: $(BUILD)/tcplife $(BUILD)/packages/demo $(BUILD)/packages/demo-fleet
	demo/fleet $< $(if $(SVG),--graphs $(SVG))

run: $(BUILD)/tcplife
	$(if $(filter-out 0,$(shell id -u)),sudo) $<

# --- tests: their programs are built here, tests/ runs them ------------------------------------------

units := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit_%,$(wildcard tests/unit/*.c))
programs := $(patsubst tests/%/,$(BUILD)/tests/%,$(sort $(dir $(wildcard tests/workload/*.c tests/compare/*.c tests/fields/*.c tests/lowly/*.c tests/hog/*.c tests/crowd/*.c))))
ours := $(filter-out %/main.o,$(objects))

.PHONY: test-programs
test-programs: $(units) $(programs)

$(units): $(BUILD)/tests/unit_%: $(BUILD)/obj/tests/unit/%.o $(ours) $(archives)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) $^ -o $@

define test_program
$(BUILD)/tests/$(1): $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/$(1)/*.c)) $(archives)
	@mkdir -p $$(@D)
	$(say) LINK $$@
	$$(Q)$$(LINK) $$^ -o $$@
endef
$(foreach program,$(programs),$(eval $(call test_program,$(notdir $(program)))))

# These know the table of fields.
$(BUILD)/tests/compare $(BUILD)/tests/fields: $(ours)

# What docs/records.schema.json says of the fields follows from their table.
.PHONY: schema
schema: $(BUILD)/tests/fields
	$(Q)BUILD=$(BUILD) tests/schema >docs/records.schema.json.new
	@mv docs/records.schema.json.new docs/records.schema.json

# --- with sanitizers, and fuzzing: tests/sanitize.mk, tests/fuzz/ ------------------------------------

.PHONY: sanitize
sanitize: $(BUILD)/static/unpacked $(toolchain) $(bpf_objects) $(BUILD)/components $(BUILD)/packages/sanitize
	+$(Q)$(MAKE) --no-print-directory -f tests/sanitize.mk BUILD=$(BUILD) CLANG='$(CLANG)' \
		INCLUDES='$(INCLUDES)' WARNINGS='$(WARNINGS)'

# SECONDS is the time per target. Findings are left in $(BUILD)/sanitize/found.
.PHONY: fuzz
fuzz: sanitize
	BUILD=$(abspath $(BUILD)) tests/fuzz/run $(or $(SECONDS),60)

# --- the bench: cost, compared with peers ------------------------------------------------------------

$(BUILD)/bench: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard bench/*.c)) $(archives)
	$(say) LINK $@
	$(Q)$(LINK) $^ -o $@

.PHONY: bench
bench: $(BUILD)/tcplife $(BUILD)/bench $(BUILD)/packages/bench
	BUILD=$(abspath $(BUILD)) bench/run $(DOCS)

# Thousands of sessions a second for half an hour, or SECONDS: checks that memory stays flat and that every
# session is accounted for.
.PHONY: soak
soak: $(BUILD)/tcplife $(BUILD)/bench
	BUILD=$(abspath $(BUILD)) tests/soak $(or $(SECONDS),1800)

.PHONY: test
test: lint $(BUILD)/tcplife $(BUILD)/bench test-programs sanitize other-arch $(BUILD)/packages/test $(BUILD)/packages/vm \
	$(BUILD)/packages/system
	BUILD=$(abspath $(BUILD)) tests/run

# What an edit breaks most often; it runs no lint, no guest and no other build.
.PHONY: test-quick
test-quick: $(BUILD)/tcplife test-programs $(BUILD)/packages/test
	BUILD=$(abspath $(BUILD)) tests/run $(addprefix tests/bats/,unit.bats options.bats compare.bats writers.bats selftest.bats)
	BUILD=$(abspath $(BUILD)) tests/run -f 'every scenario, in JSON' tests/bats/truth.bats

# The matrix contains kernels of both architectures.
other := $(filter-out $(ARCH),x86_64 arm64)
.PHONY: other-arch $(architectures:%=programs-%)
other-arch: programs-$(other)

$(architectures:%=programs-%): programs-%:
	+$(Q)$(MAKE) --no-print-directory ARCH=$* BUILD=$(BUILD)/$* CC=$(gnu.$*)-gnu-gcc \
		AR=$(gnu.$*)-gnu-ar all test-programs

# The kernels of the further architectures, too.
further := $(filter-out x86_64 arm64,$(architectures))
.PHONY: test-all vm-further
test-all: test
	+$(Q)$(MAKE) --no-print-directory vm-further
vm-further: $(further:%=programs-%) $(BUILD)/packages/vm $(BUILD)/packages/vm-further
	BUILD=$(abspath $(BUILD)) tests/vm/truth further

# Runs the truth tests on any kernel: make vm-test KERNEL=path/to/bzImage
.PHONY: vm-test
vm-test: $(BUILD)/tcplife test-programs $(BUILD)/packages/vm
	BUILD=$(abspath $(BUILD)) tests/vm/truth $(KERNEL)

# --- lint ---------------------------------------------------------------------------------------------

# tests/race compiles the code of bpf/, which cppcheck and clang-tidy do not understand.
lint_c := $(sources) static/libelf/search_tree.c $(filter-out tests/race/%,$(wildcard tests/*/*.c bench/*.c))
lint_h := $(wildcard tests/race/*.c tests/race/shim/bpf/*.h) $(wildcard src/*.h src/*/*.h probe-select/*.h bpf/*.[ch] bpf/*/*.c tests/*/*.h bench/*.h)
lint_sh = $(shell grep -rlE '^.!/bin/(ba)?sh' static packaging demo fleet tests bench .ci 2>/dev/null)
lint_flags := -std=gnu11 -D_GNU_SOURCE -nostdinc -isystem /usr/include/$(gnu)-musl $(INCLUDES)

.PHONY: lint
lint: $(BUILD)/packages/lint $(BUILD)/static/unpacked $(toolchain)
	$(say) LINT clang-format
	$(Q)clang-format --dry-run -Werror $(lint_c) $(lint_h)
	$(say) LINT layers
	$(Q)tests/layers
	$(say) LINT shellcheck
	$(Q)shellcheck -x -P SCRIPTDIR $(lint_sh)
	$(say) LINT cppcheck
	$(Q)cppcheck --quiet --enable=warning,performance,portability,style --inline-suppr --std=c11 \
		--error-exitcode=1 --suppressions-list=.cppcheck -j$(shell nproc) -D_GNU_SOURCE \
		'-Dbpf_object__for_each_program(p,o)=for(p=0;p;p++)' '-DLIBBPF_OPTS(t,n,...)=struct t n={__VA_ARGS__}' -Isrc -I. $(lint_c)
	$(say) LINT clang-tidy
	$(Q)printf '%s\n' $(lint_c) | xargs -P$(shell nproc) -n1 sh -c \
		'out=$$(clang-tidy --quiet "$$0" -- $(lint_flags) 2>&1) || { echo "$$out"; exit 255; }'

# --- install and distribute --------------------------------------------------------------------------

VERSION := $(shell sed -n 's/.*TCPLIFE_VERSION "\(.*\)"/\1/p' src/cli/version.h)
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
DOCDIR ?= $(PREFIX)/share/doc/tcplife
bash_completions := $(PREFIX)/share/bash-completion/completions
fish_completions := $(PREFIX)/share/fish/vendor_completions.d
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
release := tcplife-$(VERSION)-linux-$(ARCH)

# README.md, SECURITY.md and everything they link to, in the same layout, so that the links work.
documents := README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE $(wildcard LICENSES/* docs/*.md docs/*.json docs/*.svg fleet/*/*)

# The binary writes the completions from its option table. If cross-built, a native binary does it.
native = $(if $(cross),build/tcplife,$<)

.PHONY: install
install: $(BUILD)/tcplife $(if $(cross),native)
	install -D -m 755 $< '$(DESTDIR)$(PREFIX)/bin/tcplife'
	install -D -m 644 docs/tcplife.8 '$(DESTDIR)$(MANDIR)/man8/tcplife.8'
	install -d '$(DESTDIR)$(UNITDIR)' '$(DESTDIR)$(bash_completions)' '$(DESTDIR)$(fish_completions)' '$(DESTDIR)$(ZSHDIR)'
	sed 's|/usr/local/bin|$(PREFIX)/bin|' systemd/tcplife.service \
		>'$(DESTDIR)$(UNITDIR)/tcplife.service'
	$(native) --completion bash >'$(DESTDIR)$(bash_completions)/tcplife'
	$(native) --completion fish >'$(DESTDIR)$(fish_completions)/tcplife.fish'
	$(native) --completion zsh >'$(DESTDIR)$(ZSHDIR)/_tcplife'
	for file in $(documents); do install -D -m 644 $$file '$(DESTDIR)$(DOCDIR)'/$$file || exit; done

.PHONY: native
native:
	+$(Q)$(MAKE) --no-print-directory ARCH=$(HOST_ARCH) BUILD=build CC=gcc AR=ar build/tcplife

.PHONY: uninstall
uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/tcplife' '$(DESTDIR)$(MANDIR)/man8/tcplife.8' \
		'$(DESTDIR)$(UNITDIR)/tcplife.service' '$(DESTDIR)$(bash_completions)/tcplife' \
		'$(DESTDIR)$(fish_completions)/tcplife.fish' '$(DESTDIR)$(ZSHDIR)/_tcplife'
	rm -rf '$(DESTDIR)$(DOCDIR)'

# One tarball per architecture, byte for byte reproducible, and its sha256. It is unpacked at /, so it holds
# only files: a folder entry would replace an existing link, or change the mode of an existing folder.
.PHONY: dist
dist: $(BUILD)/tcplife
	rm -rf $(BUILD)/dist/$(release) && mkdir -p $(BUILD)/dist
	+$(Q)$(MAKE) --no-print-directory install DESTDIR=$(abspath $(BUILD))/dist/$(release) PREFIX=/usr/local
	static/sbom $(release) $(VERSION) $< $(BUILD)/components $(BUILD)/by/built \
		>$(BUILD)/dist/$(release)/usr/local/share/doc/tcplife/tcplife.spdx.json
	cd $(BUILD)/dist/$(release) && find usr -type f | LC_ALL=C sort | tar --owner=0 --group=0 --numeric-owner \
		--mtime=@0 --mode=go=rX,u+w -c -T - | gzip -9n >../$(release).tar.gz
	cd $(BUILD)/dist && sha256sum $(release).tar.gz >$(release).sha256
	@cat $(BUILD)/dist/$(release).sha256

# --- packages -----------------------------------------------------------------------------------------

include $(wildcard packaging/packages.mk)

.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null) $(bpf_objects:.o.gz=.d)
