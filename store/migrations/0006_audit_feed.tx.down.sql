DROP INDEX gateway_generations_receipt;

--bun:split

DROP INDEX gateway_generations_feed;
