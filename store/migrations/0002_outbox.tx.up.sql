-- Transactions that keys of this deployment want done; see outbox.go.

-- One nonce sequence of one key on one chain.
CREATE TABLE outbox_lanes (
    chain_id {{.Int}} NOT NULL,
    lane {{.Bytes}} NOT NULL,
    next_nonce {{.Int}} NOT NULL,
    PRIMARY KEY (chain_id, lane)
);
--bun:split
-- to_address is empty where a contract is created.
CREATE TABLE outbox_intents (
    seq {{.Serial}},
    id {{.Bytes}} NOT NULL UNIQUE,
    chain_id {{.Int}} NOT NULL,
    lane {{.Bytes}} NOT NULL,
    to_address {{.Bytes}} NOT NULL,
    data {{.Bytes}} NOT NULL,
    value {{.Text}} NOT NULL,
    salt {{.Bytes}} NOT NULL,
    purpose {{.Text}} NOT NULL,
    gas_limit {{.Int}} NOT NULL,
    deadline {{.Int}} NOT NULL,
    state {{.Text}} NOT NULL,
    nonce {{.Int}} NOT NULL,
    retries {{.Int}} NOT NULL,
    cancel {{.Bool}} NOT NULL,
    tx_hash {{.Bytes}} NOT NULL,
    block_number {{.Int}} NOT NULL,
    block_hash {{.Bytes}} NOT NULL,
    status {{.Int}} NOT NULL,
    reason {{.Text}} NOT NULL,
    revert_data {{.Bytes}} NOT NULL
);
--bun:split
-- Only open intents are searched for; the finished ones stay as a record.
CREATE INDEX outbox_intents_open ON outbox_intents (chain_id, lane, seq)
    WHERE state IN ('queued', 'sent', 'mined');
--bun:split
-- Signed bytes, never changed.
CREATE TABLE outbox_attempts (
    tx_hash {{.Bytes}} PRIMARY KEY,
    intent_id {{.Bytes}} NOT NULL REFERENCES outbox_intents (id),
    position {{.Int}} NOT NULL,
    chain_id {{.Int}} NOT NULL,
    lane {{.Bytes}} NOT NULL,
    nonce {{.Int}} NOT NULL,
    raw {{.Bytes}} NOT NULL,
    cancels {{.Bool}} NOT NULL,
    gas_limit {{.Int}} NOT NULL,
    gas_fee_cap {{.Text}} NOT NULL,
    gas_tip_cap {{.Text}} NOT NULL,
    signed_at {{.Int}} NOT NULL,
    signed_sec {{.Int}} NOT NULL,
    UNIQUE (intent_id, position)
);
--bun:split
CREATE INDEX outbox_attempts_gas ON outbox_attempts (chain_id, lane, signed_sec);
