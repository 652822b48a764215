DROP TABLE outbox_attempts;
--bun:split
DROP TABLE outbox_intents;
--bun:split
DROP TABLE outbox_lanes;
