# Source tarball, packages for distributions, and releases. Included by the Makefile; all go to $(dist).

dist := $(BUILD)/dist
source := tcplife-$(VERSION)

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
