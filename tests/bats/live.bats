#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Sessions that are told of while they are open.

load tracer.bash
load truth.bash
load mover.bash

# shellcheck disable=SC2034 # tracer.bash reads it
setup() {
	bats_require_minimum_version 1.5.0
	tracer=''
}

teardown() {
	tracers_end
	mover_end
}

# has CONDITION: whether some record of the mover's client end meets a condition of jq.
has() {
	# The last line may not be whole yet.
	jq -e -n -R "[inputs | fromjson? | select(.comm == \"mover\" and .rport == 7801) | select($1)] | length > 0" \
		"$records" >/dev/null
}

# The value of a jq expression over the list of records of the mover's client end.
of_client() {
	jq -s "map(select(.rport == 7801)) | $1" "$records"
}

@test "--open --interval: what the interim records and the last one tell adds up" {
	tracer_start -j --open --interval 0.1
	mover_start
	move open a 127.78.0.1 7801
	move send a 1000
	await has '.type == "interim" and .tx_bytes == 1000'
	move back a 70000
	await has '.type == "interim" and .rx_bytes == 70000'
	move send a 500
	move close a
	await has '.type == "session"'
	tracer_stop
	[ "$(of_client 'map(select(.type == "session")) | length')" = 1 ]
	[ "$(of_client '.[-1] | [.type, .tx_bytes, .rx_bytes, .ending] == ["session", 1500, 70000, "fin-local"]')" = true ]
	[ "$(of_client 'map(.tx_delta_bytes) | add')" = 1500 ]
	[ "$(of_client 'map(.rx_delta_bytes) | add')" = 70000 ]
	[ "$(of_client 'map(select(.type == "interim")) | all(.ending == "open" and .ended == null and .state != null)')" = true ]
	# They tell of the same session, and time goes on.
	[ "$(of_client 'map([.id, .pid, .lport, .started, .owner]) | unique | length')" = 1 ]
	[ "$(of_client 'map(.time) | . == (sort | unique)')" = true ]
}

@test "--open --interval: of an older session, what it moves while traced" {
	mover_start
	move open a 127.78.0.1 7801
	move send a 12345
	tracer_start -j --open --existing --interval 0.1
	await has '.type == "interim" and .tx_delta_bytes == 0'
	move send a 1000
	await has '.type == "interim" and .tx_bytes == 13345'
	tracer_stop
	[ "$(of_client 'map(.tx_delta_bytes) | add')" = 1000 ]
	[ "$(of_client '.[-1] | [.type, .ending, .tx_bytes, .age_known] == ["session", "open", 13345, false]')" = true ]
}

@test "--open --interval: all records of an older session have one id, and it grows older" {
	mover_start
	move open a 127.78.0.1 7801
	move send a 10
	tracer_start -j --open --existing --interval 0.1
	await has '.type == "interim"'
	move close a
	await has '.type == "session"'
	tracer_stop
	[ "$(of_client '.[-1] | [.type, .ending, .age_known] == ["session", "fin-local", false]')" = true ]
	[ "$(of_client 'map(.id) | unique | length')" = 1 ]
	[ "$(of_client 'map(.duration_ns) | . == sort and .[0] > 0')" = true ]
}

@test "--open --interval: a session that ends between two looks has all its bytes in one record" {
	tracer_start -j --open --interval 1h
	mover_start
	move open a 127.78.0.1 7801
	move send a 4321
	move close a
	await has true
	tracer_stop
	[ "$(of_client 'map([.type, .tx_bytes, .tx_delta_bytes]) == [["session", 4321, 4321]]')" = true ]
}

@test "--open --interval: the table and CSV have a column of what was moved since the last line" {
	tracer_start --open --interval 0.1 -s --comm mover -D 7801
	mover_start
	move open a 127.78.0.1 7801
	move send a 102400
	await grep -q ',100,0,100,0,' "$records"
	await grep -q ',100,0,0,0,' "$records"
	tracer_stop
	head -n 1 "$records" | grep -qx 'PID,COMM,IP,LADDR,LPORT,RADDR,RPORT,TX_KB,RX_KB,+TX_KB,+RX_KB,MS,END'
	run -0 --separate-stderr "$programs/tcplife" --open --interval 1 -d 0.1
	[[ ${lines[0]} == 'PID   COMM       LADDR           LPORT RADDR           RPORT TX_KB RX_KB +TX_KB +RX_KB MS        END' ]]
}

@test "--open --interval: records match the schema" {
	tracer_start -j --open --existing --interval 0.1
	mover_start
	move open a 127.78.0.1 7801
	await has '.type == "interim"'
	tracer_stop
	python3 - "$BATS_TEST_DIRNAME/../../docs/records.schema.json" "$records" <<-'END'
		import json, jsonschema, sys
		schema = json.load(open(sys.argv[1]))
		for line in open(sys.argv[2]):
		    jsonschema.validate(json.loads(line), schema)
	END
}
