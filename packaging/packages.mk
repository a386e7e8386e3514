# Source tarball, packages for distributions, and releases. Included by the Makefile; all go to $(dist).

dist := $(BUILD)/dist
source := tcplife-$(VERSION)

# Who answers for the packages. Debian's tools have the same two variables.
MAINTAINER ?= $(if $(DEBEMAIL),$(or $(DEBFULLNAME),tcplife maintainers) <$(DEBEMAIL)>,tcplife maintainers <maintainers@tcplife.invalid>)
export MAINTAINER

.PHONY: source
source: $(dist)/$(source).tar.gz

# Always made anew, since git alone knows what belongs to it.
.PHONY: $(dist)/$(source).tar.gz
$(dist)/$(source).tar.gz: $(BUILD)/static/unpacked
	$(say) SOURCE $@
	@mkdir -p $(@D)
	$(Q)packaging/source $(source) $(SOURCES) $(dist)

# Each is built from the source tarball alone, by the distribution's own tool.
.PHONY: deb rpm
deb rpm: %: $(dist)/$(source).tar.gz $(BUILD)/packages/%
	$(say) $* $(ARCH)
	$(Q)packaging/$* $(source) $(ARCH) $(dist)

# A container image, one OCI archive per architecture, byte for byte reproducible.
.PHONY: image
image: $(BUILD)/tcplife $(BUILD)/packages/image
	$(say) IMAGE $(dist)/$(release).oci.tar
	@mkdir -p $(dist)
	$(Q)packaging/image $< $(VERSION) $(ARCH) $(dist)/$(release).oci.tar

# All of a version, for both architectures, in $(BUILD)/release; KEY is the secret key to sign it with.
released := $(BUILD)/release
.PHONY: release
release: $(BUILD)/packages/release
	$(Q)packaging/release check $(VERSION)
	+$(Q)$(MAKE) --no-print-directory binary dist source deb rpm image
	+$(Q)$(MAKE) --no-print-directory ARCH=$(other) BUILD=$(BUILD)/$(other) CC=$(gnu.$(other))-gnu-gcc \
		AR=$(gnu.$(other))-gnu-ar binary dist deb rpm image
	$(Q)rm -rf $(released) && mkdir $(released)
	$(Q)for dist in $(dist) $(BUILD)/$(other)/dist; do \
		cp $$dist/tcplife-$(VERSION)-linux-*.tar.gz $$dist/tcplife-$(VERSION)-linux-*.oci.tar $$dist/tcplife*_$(VERSION)_*.deb \
			$$dist/tcplife-$(VERSION)-1.*.rpm $(released) && \
		for tree in $$dist/tcplife-$(VERSION)-linux-*/; do \
			cp $$tree/usr/local/share/doc/tcplife/tcplife.spdx.json $(released)/$$(basename $$tree).spdx.json; \
		done || exit; done
	$(Q)cp $(dist)/$(source).tar.gz $(released)
	$(say) SEAL $(released)
	$(Q)packaging/release seal $(released) $(VERSION) $(KEY)
