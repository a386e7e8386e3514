-- What people ask of all machines. In a sample of 1/N, multiply counts and sums by N.

-- Which ports are busy, and how do their sessions end?
SELECT port, direction, how, countMerge(sessions) AS n FROM tcplife.minutes GROUP BY port, direction, how ORDER BY n DESC LIMIT 20;

-- Who resets us?
SELECT raddr, count() AS n FROM tcplife.sessions WHERE ending = 'rst-remote' GROUP BY raddr ORDER BY n DESC LIMIT 20;

-- Whom can we not reach, and from how many machines?
SELECT raddr, rport, ending, count() AS n, uniq(host) AS machines FROM tcplife.sessions WHERE ending IN ('timeout', 'refused', 'unreachable') GROUP BY raddr, rport, ending ORDER BY n DESC LIMIT 20;

-- How long do sessions last?
SELECT if(ifNull(dir, '') = 'in', lport, rport) AS port, count() AS n, quantile(0.5)(duration_ns) / 1e6 AS p50_ms, quantile(0.99)(duration_ns) / 1e6 AS p99_ms FROM tcplife.sessions WHERE age_known GROUP BY port ORDER BY n DESC LIMIT 20;

-- Which servers accept late?
SELECT host, lport, quantile(0.99)(accept_wait_ns) / 1e6 AS p99_ms FROM tcplife.sessions WHERE accept_wait_ns IS NOT NULL GROUP BY host, lport ORDER BY p99_ms DESC LIMIT 20;

-- Which programs move how much, and to whom?
SELECT comm, raddr, sum(tx_bytes) AS tx, sum(rx_bytes) AS rx FROM tcplife.sessions GROUP BY comm, raddr ORDER BY tx + rx DESC LIMIT 20;

-- Where are segments lost?
SELECT host, raddr, sum(retrans) AS resent, count() AS n FROM tcplife.sessions WHERE retrans > 0 GROUP BY host, raddr ORDER BY resent DESC LIMIT 20;

-- Where are connects slow?
SELECT raddr, rport, count() AS n, quantile(0.99)(connect_ns) / 1e6 AS p99_ms FROM tcplife.sessions WHERE connect_ns IS NOT NULL GROUP BY raddr, rport ORDER BY p99_ms DESC LIMIT 20;

-- What did a container do?
SELECT container_id, comm, raddr, rport, count() AS n FROM tcplife.sessions WHERE container_id IS NOT NULL GROUP BY container_id, comm, raddr, rport ORDER BY n DESC LIMIT 20;

-- How many sessions a minute, how long do they last, and on how many machines?
SELECT minute, countMerge(sessions) AS n, quantileTDigestMergeIf(0.99)(lasted, 1) / 1e6 AS p99_ms, uniq(node) AS machines FROM tcplife.minutes GROUP BY minute ORDER BY minute;
