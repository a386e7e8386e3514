-- The records of tcplife -j, one row each. Columns have the names of the keys; NULL is null. Times are kept in
-- whole seconds, which is what is asked of a fleet; durations are exact. Other objects, such as losses and records
-- of sessions that are still open, do not belong here.
--
--   clickhouse-client --multiquery <table.sql
--   tcplife -j | grep --line-buffered '^{"type":"session"' | clickhouse-client --date_time_input_format=best_effort --input_format_skip_unknown_fields=1 \
--       --query 'INSERT INTO tcplife.sessions FORMAT JSONEachRow'
--
-- A partition is a day, so that a day goes at once: ALTER TABLE tcplife.sessions DROP PARTITION 20261128. Sessions of
-- one peer are together, so they compress well, and a question about one peer reads little. zstd takes half of the
-- disk that lz4 takes: in the server's configuration,
--   <compression><case><min_part_size>0</min_part_size><min_part_size_ratio>0</min_part_size_ratio><method>zstd</method></case></compression>
--
-- All this is 18.16, which has neither codecs nor expiry. On a newer server, not tested here:
--   ALTER TABLE tcplife.sessions MODIFY TTL ended + INTERVAL 30 DAY;
--   ALTER TABLE tcplife.sessions MODIFY COLUMN ended DateTime CODEC(DoubleDelta, ZSTD);
--   ALTER TABLE tcplife.sessions MODIFY COLUMN duration_ns UInt64 CODEC(T64, ZSTD);
CREATE DATABASE IF NOT EXISTS tcplife;

CREATE TABLE IF NOT EXISTS tcplife.sessions
(
    type String,
    schema UInt8,
    host Nullable(String),
    boot_id Nullable(String),
    id Nullable(String),
    started Nullable(DateTime),
    ended DateTime,
    pid Nullable(UInt32),
    comm Nullable(String),
    uid Nullable(UInt32),
    ip UInt8,
    laddr String,
    lport UInt16,
    raddr String,
    rport UInt16,
    tx_bytes Nullable(UInt64),
    rx_bytes Nullable(UInt64),
    duration_ns UInt64,
    age_known UInt8,
    connect_ns Nullable(UInt64),
    accept_wait_ns Nullable(UInt64),
    dir Nullable(String),
    ending Nullable(String),
    errno Nullable(UInt16),
    rtt_us Nullable(UInt32),
    retrans Nullable(UInt32),
    owner Nullable(String),
    netns Nullable(UInt32),
    scope_id Nullable(UInt32),
    cgroup_id Nullable(UInt64),
    cgroup Nullable(String),
    container_id Nullable(String),
    pod_uid Nullable(String),
    ppid Nullable(UInt32),
    community_id Nullable(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(ended)
ORDER BY (raddr, ended);

-- What is left of weeks: a row for each minute, machine, service and way to end.
CREATE MATERIALIZED VIEW IF NOT EXISTS tcplife.minutes
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, node, direction, port, how)
AS SELECT
    toStartOfMinute(ended) AS minute,
    ifNull(host, '') AS node,
    ifNull(dir, '') AS direction,
    if(ifNull(dir, '') = 'in', lport, rport) AS port,
    ifNull(ending, '') AS how,
    countState() AS sessions,
    sumState(ifNull(tx_bytes, 0)) AS tx,
    sumState(ifNull(rx_bytes, 0)) AS rx,
    sumState(ifNull(retrans, 0)) AS resent,
    quantileTDigestStateIf(0.5)(duration_ns, age_known = 1) AS lasted
FROM tcplife.sessions
WHERE type = 'session'
GROUP BY minute, node, direction, port, how;
