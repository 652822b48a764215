DROP TABLE gateway_generations;

--bun:split

DROP TABLE gateway_lines;

--bun:split

DROP TABLE gateway_channels;

--bun:split

DROP TABLE gateway_idempotency;

--bun:split

DROP TABLE gateway_sessions;

--bun:split

DROP TABLE gateway_keys;
