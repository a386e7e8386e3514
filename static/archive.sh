# Downloads from the Debian archive that this machine's apt uses, with a separate apt state: nothing under
# /etc or /var changes, and no archive address is hard-coded. Source this file.
#
#   archive_open DIR deb|deb-src "OPTIONS" SUITE...   refreshes the lists of these suites; OPTIONS as in
#                                                     sources.list(5), for example arch=arm64
#   archive_apt DIR get|cache ARGUMENTS...            runs apt-get or apt-cache there
#   archive_reason DIR                                prints on one line why the last step failed
# shellcheck shell=bash

# Prints "ADDRESS KEYRING" of the Debian archive that this machine uses. KEYRING is empty if the entry names
# none; then apt's own trusted keys apply. DEBIAN_ARCHIVE overrides both.
archive_find() {
    local targets origin component release address entry
    if [ -n "${DEBIAN_ARCHIVE:-}" ]; then echo "$DEBIAN_ARCHIVE"; return; fi
    # shellcheck disable=SC2016 # the fields are for apt to fill in
    targets=$(apt-get indextargets 'Created-By: Packages' \
        --format '$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)|$(SOURCESENTRY)')
    # The origin is unknown before the machine's first apt-get update. Suites with a dash, such as security,
    # may have another address.
    while IFS='|' read -r origin component release address entry; do
        case "$origin|$component|$release" in
        *-*) ;;
        'Debian|main|'* | '|main|'*)
            echo "$address $(grep -ioE 'signed-by[:=] */[^] ,]+' "${entry%:*}" |
                sed -E 's/^[^:=]+[:=] *//; q')"
            return
            ;;
        esac
    done <<<"$targets"
    return 1
}

archive_open() {
    local dir=$1 type=$2 option=$3 arch=amd64 archive keyring suite
    shift 3
    if [[ $option =~ arch=([a-z0-9]+) ]]; then arch=${BASH_REMATCH[1]}; fi
    read -r archive keyring < <(archive_find) || {
        echo "apt knows no Debian archive here: add one, or set DEBIAN_ARCHIVE to its address" >&2
        return 1
    }
    if [ -n "$keyring" ]; then option="$option signed-by=$keyring"; fi
    rm -rf "$dir/download"
    mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/download"
    for suite; do echo "$type [$option] $archive $suite main"; done >"$dir/sources.list"
    # apt reads this after the machine's own files: their proxies and keys stay in effect, while hooks that
    # change the machine are cleared.
    cat >"$dir/apt.conf" <<END
#clear APT::Update;
Dir::State "$dir/state";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "$(id -un)";
END
    archive_apt "$dir" get update >"$dir/log" 2>&1
}

archive_apt() {
    local dir=$1 tool=$2
    shift 2
    "apt-$tool" -c "$dir/apt.conf" -q "$@"
}

archive_reason() { grep -m1 -E '^(E|W|Err):?' "$1/log" || echo "the archive was reached"; }
