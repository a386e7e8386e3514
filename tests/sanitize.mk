# Builds the unit tests and fuzz targets with AddressSanitizer and UndefinedBehaviorSanitizer, and a
# multi-threaded test of the kernel side with ThreadSanitizer:
#
# make -f tests/sanitize.mk BUILD=... CLANG=... INCLUDES=... WARNINGS=...
#
# The sanitizers need the machine's own libc, so clang builds the linked libraries again. Those are checked
# by AddressSanitizer only. The Makefile runs this once sources and BPF objects exist.

Q := $(if $(V),,@)
say := @printf '  %-8s %s\n'

OUT := $(BUILD)/sanitize
CC := $(CLANG) -g -O2 -fno-omit-frame-pointer -fsanitize=address,fuzzer-no-link
watched := -fsanitize=undefined -fno-sanitize-recover=undefined -std=gnu11 -D_GNU_SOURCE $(WARNINGS) \
	-Wno-bitwise-instead-of-logical $(INCLUDES) -MMD -MP

ours := $(patsubst %.c,$(OUT)/obj/%.o,$(filter-out src/main.c,$(wildcard src/*.c src/*/*.c probe-select/*.c)))
units := $(patsubst tests/unit/%.c,$(OUT)/unit_%,$(wildcard tests/unit/*.c))
fuzzers := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz_%,$(wildcard tests/fuzz/*.c))
archives := $(patsubst %,$(OUT)/linked/lib%.a,bpf elf z)

.PHONY: all
all: $(units) $(fuzzers) $(OUT)/race

# The code of bpf/, compiled for this machine with ThreadSanitizer.
$(OUT)/race: $(wildcard tests/race/*.[ch] tests/race/shim/bpf/*.h bpf/*.h) tests/sanitize.mk
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CLANG) -g -O1 -fsanitize=thread -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Wno-unused-parameter \
		-Wno-unused-function -D__TARGET_ARCH_none -iquote bpf -I tests/race/shim \
		$(filter %.c,$^) -o $@ -lpthread

$(OUT)/unit_%: $(OUT)/obj/tests/unit/%.o $(ours) $(archives)
	$(say) LINK $@
	$(Q)$(CLANG) -fsanitize=address,undefined $^ -o $@

$(OUT)/fuzz_%: $(OUT)/obj/tests/fuzz/%.o $(ours) $(archives)
	$(say) LINK $@
	$(Q)$(CLANG) -fsanitize=address,undefined,fuzzer $^ -o $@

$(OUT)/obj/%.o: %.c $(BUILD)/by/clang tests/sanitize.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(watched) -c $< -o $@

$(OUT)/obj/src/base/objects.o: watched += -Wa,-I$(BUILD)/bpf
$(OUT)/obj/src/base/objects.o: $(wildcard $(BUILD)/bpf/*.gz)
$(OUT)/obj/src/cli/version.o: watched += -Wa,-I$(BUILD) -Wa,-I$(BUILD)/by
$(OUT)/obj/src/cli/version.o: $(BUILD)/components $(BUILD)/by/built

$(archives) &: $(BUILD)/static/unpacked $(BUILD)/by/clang tests/sanitize.mk static/archives.mk static/libelf/config.h
	$(say) ARCHIVE 'zlib libelf libbpf, for the sanitizers'
	@rm -rf $(OUT)/linked
	+$(Q)$(MAKE) --no-print-directory -f static/archives.mk SOURCES=$(BUILD)/static/src OUT=$(OUT)/linked \
		HEADERS=$(BUILD)/headers AR=ar CC='$(CC)' CFLAGS=

.SECONDARY:
-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
