# Builds the static musl archives to link in: make -f static/archives.mk SOURCES=... OUT=... CC=...
#
# SOURCES holds the unpacked trees, OUT receives libz.a, libelf.a and libbpf.a. The Makefile runs this after
# unpacking, since the wildcards need the trees.

flags := -w -std=gnu11 -D_GNU_SOURCE -ffunction-sections -fdata-sections $(CFLAGS)

Q := $(if $(V),,@)

zlib := $(SOURCES)/zlib
elf := $(SOURCES)/elfutils
bpf := $(SOURCES)/libbpf

flags.z := -DHAVE_UNISTD_H -DHAVE_HIDDEN -DZ_HAVE_UNISTD_H
flags.elf := -DHAVE_CONFIG_H -Istatic/libelf -I$(elf)/libelf -I$(elf)/lib -I$(zlib)
flags.bpf := -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64 -I$(bpf)/include -I$(bpf)/include/uapi \
	-I$(elf)/libelf -I$(zlib) -isystem $(HEADERS)

sources.z := $(wildcard $(zlib)/*.c)
sources.elf := $(wildcard $(elf)/libelf/*.c)
sources.bpf := $(wildcard $(bpf)/src/*.c)

.PHONY: all
all: $(OUT)/libz.a $(OUT)/libelf.a $(OUT)/libbpf.a

define archive
$(OUT)/lib$(1).a: $(sources.$(1):$(SOURCES)/%.c=$(OUT)/obj/%.o)
	$(Q)rm -f $$@
	$(Q)$(AR) rcsD $$@ $$^

$(sources.$(1):$(SOURCES)/%.c=$(OUT)/obj/%.o): $(OUT)/obj/%.o: $(SOURCES)/%.c
	@mkdir -p $$(@D)
	$(Q)$(CC) $$(flags) $$(flags.$(1)) -c $$< -o $$@
endef
$(foreach lib,z elf bpf,$(eval $(call archive,$(lib))))
