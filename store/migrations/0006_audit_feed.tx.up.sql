CREATE INDEX gateway_generations_feed ON gateway_generations (class, state, ended_at, hash);

--bun:split

CREATE INDEX gateway_generations_receipt ON gateway_generations (receipt_hash);
