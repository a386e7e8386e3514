#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Tests the comparison: one that cannot fail would prove nothing.

load truth.bash

setup() {
	bats_require_minimum_version 1.5.0
	records=$BATS_TEST_TMPDIR/records
	tab=$'\t'
	printf '# scope 127.5.0.0/16 fd12:3456:789a::/48\n# skip x/v4: not here\n' >"$truth"
	line 1000 client 127.5.0.1 40000 127.5.0.2 80 1024 2047 fin-local connect >>"$truth"
	line 1001 server 127.5.0.2 80 127.5.0.1 40000 2047 1024 fin-remote accept >>"$truth"
	json 1000 client 127.5.0.1 40000 127.5.0.2 80 1024 2047 fin-local '"connect"' >"$records"
	json 1001 server 127.5.0.2 80 127.5.0.1 40000 2047 1024 fin-remote '"accept"' >>"$records"
}

line() {
	printf 'pid=%s\tcomm=%s\tladdr=%s\tlport=%s\traddr=%s\trport=%s\ttx_bytes=%s\trx_bytes=%s\tending=%s\towner=%s\tduration_ns=1000000..2000000\tuid=0\n' "$@"
}

json() {
	printf '{"type":"session","pid":%s,"comm":"%s","laddr":"%s","lport":%s,"raddr":"%s","rport":%s,"tx_bytes":%s,"rx_bytes":%s,"ending":"%s","owner":%s,"duration_ns":1500000,"uid":0}\n' "$@"
}

# says LINE: the last line must be LINE, and the exit code 1.
says() {
	local last=$1
	shift
	run -1 compare "$@"
	[ "${lines[-1]}" = "$last" ]
}

# Replaces text in the file.
swap() {
	local file=$1 text
	text=$(cat "$file")
	[ "$text" != "${text/"$2"/"$3"}" ]
	printf '%s\n' "${text/"$2"/"$3"}" >"$file"
}

@test "true records pass" {
	run -0 compare
	[ "$output" = "2 matched, 0 missing, 0 extra, 0 wrong" ]
}

@test "no records do not pass" {
	: >"$records"
	sed -i '/^pid/d' "$truth"
	says "0 matched, 0 missing, 0 extra, 0 wrong"
}

@test "a missing record" {
	sed -i 1d "$records"
	says "1 matched, 1 missing, 0 extra, 0 wrong"
	[[ "${lines[0]}" = "missing: pid=1000$tab"* ]]
}

@test "a duplicate record is an extra one" {
	sed -i 1p "$records"
	says "2 matched, 0 missing, 1 extra, 0 wrong"
	[[ "${lines[0]}" = 'extra: {"type":"session","pid":1000'* ]]
}

@test "records of other traffic are ignored, unless one end is ours" {
	{
		json 7 other 127.9.0.1 1 127.9.0.2 2 3 4 fin-local null
		json 7 other fd99::1 1 fd99::2 2 3 4 fin-local null
		echo '{"type":"losses","buffer":0}'
	} >>"$records"
	run -0 compare
	json 7 other 127.9.0.1 1 127.5.0.2 2 3 4 fin-local null >>"$records"
	says "2 matched, 0 missing, 1 extra, 0 wrong"
	json 7 other fd12:3456:789a::1 1 fd99::2 2 3 4 fin-local null >>"$records"
	says "2 matched, 0 missing, 2 extra, 0 wrong"
}

@test "records of other network namespaces are ignored if the truth names its own" {
	swap "$truth" uid=0 "uid=0${tab}netns=77"
	swap "$records" '"uid":0' '"uid":0,"netns":77'
	json 7 other 127.9.0.1 1 127.5.0.2 2 3 4 fin-local null >>"$records"
	says "2 matched, 0 missing, 1 extra, 0 wrong"
	sed -i '3s/"uid":0/"uid":0,"netns":77/' "$records"
	says "2 matched, 0 missing, 1 extra, 0 wrong"
	sed -i '3s/"netns":77/"netns":78/' "$records"
	run -0 compare
}

@test "each wrong or missing field is reported" {
	local field
	cp "$records" "$BATS_TEST_TMPDIR/good"
	for field in '"pid":1000' '"comm":"client"' '"tx_bytes":1024' '"rx_bytes":2047' \
		'"ending":"fin-local"' '"owner":"connect"' '"duration_ns":1500000' '"uid":0'; do
		cp "$BATS_TEST_TMPDIR/good" "$records"
		swap "$records" "$field" "${field%%:*}:9"
		says "1 matched, 0 missing, 0 extra, 1 wrong"
		[[ "${lines[0]}" = "wrong: $(echo "${field%%:*}" | tr -d '"'): expected "*", found 9, in "* ]]
		cp "$BATS_TEST_TMPDIR/good" "$records"
		swap "$records" "$field" "${field%%:*}:null"
		says "1 matched, 0 missing, 0 extra, 1 wrong"
		cp "$BATS_TEST_TMPDIR/good" "$records"
		swap "$records" ",$field" ""
		says "1 matched, 0 missing, 0 extra, 1 wrong"
	done
}

@test "wrong addresses or ports are a missing record and an extra one" {
	swap "$records" '"lport":40000' '"lport":40001'
	says "1 matched, 1 missing, 1 extra, 0 wrong"
}

@test "a time out of range is reported" {
	swap "$records" '"duration_ns":1500000' '"duration_ns":999999'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	swap "$records" '"duration_ns":999999' '"duration_ns":2000001'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	swap "$records" '"duration_ns":2000001' '"duration_ns":2000000'
	run -0 compare
}

@test "any of several alternatives passes" {
	swap "$truth" ending=fin-local 'ending=fin-both|fin-local'
	run -0 compare
	swap "$truth" 'ending=fin-both|fin-local' 'ending=fin-both|fin'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
}

@test "reused addresses and ports are told apart by time" {
	line 1000 client 127.5.0.1 40000 127.5.0.2 80 5 2047 fin-local connect >>"$truth"
	says "2 matched, 1 missing, 0 extra, 0 wrong"
	json 1000 client 127.5.0.1 40000 127.5.0.2 80 6 2047 fin-local '"connect"' >>"$records"
	says "2 matched, 0 missing, 0 extra, 1 wrong"
	swap "$records" '"tx_bytes":6' '"tx_bytes":5'
	run -0 compare
}

@test "--only, --fields, --unknown and --no-accept-hook excuse only what they say" {
	says "1 matched, 0 missing, 1 extra, 0 wrong" --only pid=1001
	swap "$records" '"tx_bytes":1024' '"tx_bytes":null'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	says "1 matched, 0 missing, 0 extra, 1 wrong" --unknown rx_bytes
	run -0 compare --unknown ending,tx_bytes
	run -0 compare --fields pid,comm
	swap "$records" '"tx_bytes":null' '"tx_bytes":1024'
	sed -i -e '2s/"pid":1001/"pid":null/' -e '2s/"server"/null/' -e '2s/"accept"/null/' \
		-e '2s/"uid":0/"uid":null/' "$records"
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	run -0 compare --no-accept-hook
	says "1 matched, 0 missing, 0 extra, 1 wrong" --accept-skipped 0
	run -0 compare --accept-skipped 1
	sed -i '1s/"pid":1000/"pid":null/' "$records"
	says "1 matched, 0 missing, 0 extra, 1 wrong" --no-accept-hook
}

@test "--accept-skipped excuses no more sessions than the kernel skipped" {
	sed -i 's/owner=connect/owner=accept/' "$truth"
	sed -i -e 's/"pid":[0-9]*/"pid":null/' -e 's/"comm":"[a-z]*"/"comm":null/' -e 's/"owner":"[a-z]*"/"owner":null/' \
		-e 's/"uid":0/"uid":null/' "$records"
	says "1 matched, 0 missing, 0 extra, 1 wrong" --accept-skipped 1
	run -0 compare --accept-skipped 2
}

@test "unreadable input exits 2" {
	local good
	good=$(cat "$records")
	for bad in 'tcplife: oops' '{"type":"session"' '{"pid":1}x' '{"a":{}}' '{"a":"\x"}' '{"a":}'; do
		printf '%s\n%s\n' "$good" "$bad" >"$records"
		run -2 compare
	done
	printf '%s' "$good" >"$records"
	run -2 compare
	sed -i '/scope/d' "$truth"
	printf '%s\n' "$good" >"$records"
	run -2 compare
}

@test "CSV: KB, MS and quotes" {
	swap "$truth" comm=client 'comm=a "b", c'
	cat >"$records" <<-'END'
		PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,MS
		1000,"a ""b"", c",4,127.5.0.1,40000,127.5.0.2,80,1,1,1.50
		1001,server,4,127.5.0.2,80,127.5.0.1,40000,1,1,2.00
	END
	run -0 compare --format csv
	swap "$records" '1,1,1.50' '2,1,1.50'
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format csv
	swap "$records" '2,1,1.50' '1,1,2.01'
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format csv
	swap "$records" '1,1,2.01' '1,-,1.50'
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format csv
	swap "$records" '1,-,1.50' '1,1,1.50,9'
	run -2 compare --format csv
}

@test "the table: a COMM with blanks, and one that is cut" {
	swap "$truth" comm=client 'comm=a b'
	swap "$truth" comm=server comm=server-long-name
	cat >"$records" <<-'END'
		PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS
		1000  a b        127.5.0.1       40000 127.5.0.2       80        1     1 1.50
		1001  server-lon 127.5.0.2       80    127.5.0.1       40000     1     1 1.50
	END
	run -0 compare --format table
	swap "$records" 'a b  ' 'a c  '
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format table
	swap "$records" 'a c  ' 'a    '
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format table
	swap "$records" 'server-lon' 'server    '
	says "0 matched, 0 missing, 0 extra, 2 wrong" --format table
}

@test "names of any bytes are compared in their escaped form" {
	swap "$truth" comm=client 'comm=\xff\x5cx41\x7c{'
	swap "$truth" comm=server 'comm=\xe2\x86\x92\x0axy|server'
	swap "$records" '"client"' '"\\xff\\x5cx41|{"'
	swap "$records" '"server"' '"→\u000axy"'
	run -0 compare
	swap "$records" '→\u000axy' '→\u000bxy'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	swap "$records" '→\u000bxy' '→\u000ax'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	swap "$records" '→\u000ax' server
	run -0 compare
	swap "$records" 'xff' 'xfe'
	says "1 matched, 0 missing, 0 extra, 1 wrong"
	cat >"$records" <<-'END'
		PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB MS
		1000  \xff\x5cx  127.5.0.1       40000 127.5.0.2       80        1     1 1.50
		1001  →\x0axy    127.5.0.2       80    127.5.0.1       40000     1     1 1.50
	END
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format table
	swap "$records" '\xff\x5cx ' '\xff\x5cx4'
	run -0 compare --format table
	swap "$records" '\x0axy ' '\x0a   '
	says "1 matched, 0 missing, 0 extra, 1 wrong" --format table
}

@test "--records compares two tracers" {
	truth=$BATS_TEST_TMPDIR/other
	cp "$records" "$truth"
	run -0 compare --records
	swap "$truth" '"duration_ns":1500000' '"duration_ns":2500000'
	run -0 compare --records
	swap "$truth" '"duration_ns":2500000' '"duration_ns":2500001'
	says "1 matched, 0 missing, 0 extra, 1 wrong" --records
	swap "$truth" '"duration_ns":2500001' '"duration_ns":1500000'
	swap "$truth" '"uid":0' '"uid":null'
	says "1 matched, 0 missing, 0 extra, 1 wrong" --records
	run -0 compare --records --unknown uid
	sed -i 1d "$truth"
	says "1 matched, 0 missing, 1 extra, 0 wrong" --records
	cp "$records" "$truth"
	sed -i 2d "$records"
	says "1 matched, 1 missing, 0 extra, 0 wrong" --records
}
