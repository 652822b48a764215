-- The event log, the cursor and the projections. See rows.go for what each
-- projection column means; {{.Dialect}} spells the types.

CREATE TABLE networks (
    id {{.Serial}},
    chain_id {{.Uint64}} NOT NULL,
    market {{.Bytes}} NOT NULL,
    deployment {{.JSON}} NOT NULL,
    UNIQUE (chain_id, market)
);
--bun:split
-- One row per network: how far the tables reach, and the heads last seen.
CREATE TABLE cursors (
    network_id {{.Int}} PRIMARY KEY REFERENCES networks (id),
    start_block {{.Int}} NOT NULL,
    number {{.Int}} NOT NULL,
    hash {{.Bytes}} NOT NULL,
    time {{.Int}} NOT NULL,
    undo_from {{.Int}} NOT NULL,
    latest {{.Int}} NOT NULL,
    latest_hash {{.Bytes}} NOT NULL,
    latest_time {{.Int}} NOT NULL,
    safe {{.Int}} NOT NULL,
    finalized {{.Int}} NOT NULL,
    halted {{.Text}} NOT NULL
);
--bun:split
CREATE TABLE blocks (
    network_id {{.Int}} NOT NULL,
    number {{.Int}} NOT NULL,
    hash {{.Bytes}} NOT NULL,
    parent_hash {{.Bytes}} NOT NULL,
    time {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, number)
);
--bun:split
-- The log as the chain wrote it; topics are concatenated 32-byte words.
CREATE TABLE events (
    network_id {{.Int}} NOT NULL,
    block {{.Int}} NOT NULL,
    log_index {{.Int}} NOT NULL,
    block_hash {{.Bytes}} NOT NULL,
    tx_hash {{.Bytes}} NOT NULL,
    tx_index {{.Int}} NOT NULL,
    address {{.Bytes}} NOT NULL,
    topics {{.Bytes}} NOT NULL,
    data {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, block, log_index)
);
--bun:split
CREATE INDEX events_tx ON events (network_id, tx_hash);
--bun:split
-- What a block overwrote: the row as it was before, or nothing if the block made it.
CREATE TABLE undo (
    network_id {{.Int}} NOT NULL,
    block {{.Int}} NOT NULL,
    tbl {{.Text}} NOT NULL,
    id {{.Text}} NOT NULL,
    prev {{.JSON}} NOT NULL,
    PRIMARY KEY (network_id, block, tbl, id)
);
--bun:split
CREATE TABLE versions (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "creator" {{.Bytes}} NOT NULL,
    "publisher" {{.Bytes}} NOT NULL,
    "parent" {{.Bytes}} NOT NULL,
    "kind" {{.Int}} NOT NULL,
    "class" {{.Int}} NOT NULL,
    "spec_version" {{.Int}} NOT NULL,
    "weights_root" {{.Bytes}} NOT NULL,
    "tokenizer_hash" {{.Bytes}} NOT NULL,
    "royalty_bps" {{.Int}} NOT NULL,
    "parent_royalty_bps" {{.Int}} NOT NULL,
    "min_child_royalty_bps" {{.Int}} NOT NULL,
    "name" {{.Text}} NOT NULL,
    "metadata_uri" {{.Text}} NOT NULL,
    "header" {{.Bytes}},
    "children" {{.Int}} NOT NULL,
    "providers" {{.Int}} NOT NULL,
    "receipts" {{.Uint64}} NOT NULL,
    "jobs" {{.Int}} NOT NULL,
    "fees" {{.Amount}} NOT NULL,
    "royalties" {{.Amount}} NOT NULL,
    "parent_royalties" {{.Amount}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX versions_order ON versions (network_id, block, log_index);
--bun:split
CREATE INDEX versions_creator ON versions (network_id, creator);
--bun:split
CREATE INDEX versions_parent ON versions (network_id, parent);
--bun:split
CREATE INDEX versions_fees ON versions (network_id, fees);
--bun:split
CREATE INDEX versions_name ON versions (network_id, name);
--bun:split
CREATE TABLE providers (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "stake" {{.Amount}} NOT NULL,
    "free_stake" {{.Amount}} NOT NULL,
    "unbonding" {{.Amount}} NOT NULL,
    "exit_at" {{.Uint64}} NOT NULL,
    "dispute_hold" {{.Amount}} NOT NULL,
    "dispute_until" {{.Uint64}} NOT NULL,
    "operators" {{.Int}} NOT NULL,
    "models" {{.Int}} NOT NULL,
    "slashes" {{.Int}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "penalties" {{.Int}} NOT NULL,
    "penalized" {{.Amount}} NOT NULL,
    "forfeited" {{.Bool}} NOT NULL,
    "forfeit_through" {{.Uint64}} NOT NULL,
    "forfeit_time" {{.Uint64}} NOT NULL,
    "held_until" {{.Uint64}} NOT NULL,
    "pending" {{.Amount}} NOT NULL,
    "redeemed" {{.Amount}} NOT NULL,
    "earned" {{.Amount}} NOT NULL,
    "burned" {{.Amount}} NOT NULL,
    "redeems" {{.Int}} NOT NULL,
    "receipts" {{.Uint64}} NOT NULL,
    "rejections" {{.Int}} NOT NULL,
    "jobs_accepted" {{.Int}} NOT NULL,
    "jobs_delivered" {{.Int}} NOT NULL,
    "jobs_missed" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX providers_order ON providers (network_id, block, log_index);
--bun:split
CREATE INDEX providers_stake ON providers (network_id, stake);
--bun:split
CREATE INDEX providers_redeemed ON providers (network_id, redeemed);
--bun:split
CREATE TABLE operators (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "operator" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "active" {{.Bool}} NOT NULL,
    "retired_at" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX operators_provider ON operators (network_id, provider);
--bun:split
CREATE TABLE stake_changes (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "amount" {{.Amount}} NOT NULL,
    "burned" {{.Amount}} NOT NULL,
    "stake" {{.Amount}} NOT NULL,
    "cause" {{.Bytes}} NOT NULL,
    "exit_at" {{.Uint64}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX stake_changes_provider_block ON stake_changes (network_id, provider, block);
--bun:split
CREATE INDEX stake_changes_kind_block ON stake_changes (network_id, kind, block);
--bun:split
CREATE TABLE channels (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "channel" {{.Bytes}} NOT NULL,
    "requester" {{.Bytes}} NOT NULL,
    "delegate" {{.Bytes}} NOT NULL,
    "retiring" {{.Bytes}} NOT NULL,
    "retires_at" {{.Uint64}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "deposit" {{.Amount}} NOT NULL,
    "paid" {{.Amount}} NOT NULL,
    "remaining" {{.Amount}} NOT NULL,
    "refunded" {{.Amount}} NOT NULL,
    "expiry" {{.Uint64}} NOT NULL,
    "closes_at" {{.Uint64}} NOT NULL,
    "lines" {{.Int}} NOT NULL,
    "redeems" {{.Int}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX channels_order ON channels (network_id, block, log_index);
--bun:split
CREATE INDEX channels_requester_block ON channels (network_id, requester, block);
--bun:split
CREATE INDEX channels_delegate ON channels (network_id, delegate);
--bun:split
CREATE TABLE lines (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "channel" {{.Bytes}} NOT NULL,
    "requester" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "relayer" {{.Bytes}} NOT NULL,
    "total" {{.Amount}} NOT NULL,
    "paid" {{.Amount}} NOT NULL,
    "count" {{.Uint64}} NOT NULL,
    "receipts_root" {{.Bytes}} NOT NULL,
    "checkpoints" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX lines_order ON lines (network_id, block, log_index);
--bun:split
CREATE INDEX lines_channel ON lines (network_id, channel);
--bun:split
CREATE INDEX lines_provider_block ON lines (network_id, provider, block);
--bun:split
CREATE TABLE redeems (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "checkpoint" {{.Int}} NOT NULL,
    "channel" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "relayer" {{.Bytes}} NOT NULL,
    "amount" {{.Amount}} NOT NULL,
    "paid" {{.Amount}} NOT NULL,
    "total" {{.Amount}} NOT NULL,
    "count" {{.Uint64}} NOT NULL,
    "receipts_root" {{.Bytes}} NOT NULL,
    "epoch" {{.Int}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX redeems_order ON redeems (network_id, block, log_index);
--bun:split
CREATE INDEX redeems_provider_block ON redeems (network_id, provider, block);
--bun:split
CREATE TABLE rejections (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "channel" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "voucher_hash" {{.Bytes}} NOT NULL,
    "reason" {{.Bytes}},
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX rejections_provider_block ON rejections (network_id, provider, block);
--bun:split
CREATE TABLE credits (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "relayer" {{.Bytes}} NOT NULL,
    "epoch" {{.Int}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "amount" {{.Amount}} NOT NULL,
    "redeems" {{.Int}} NOT NULL,
    "forfeited" {{.Bool}} NOT NULL,
    "part_provider" {{.Amount}} NOT NULL,
    "part_creator" {{.Amount}} NOT NULL,
    "part_parent" {{.Amount}} NOT NULL,
    "part_relayer" {{.Amount}} NOT NULL,
    "part_auditors" {{.Amount}} NOT NULL,
    "part_protocol" {{.Amount}} NOT NULL,
    "matured_at" {{.Int}} NOT NULL,
    "matured_tx" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX credits_order ON credits (network_id, block, log_index);
--bun:split
CREATE INDEX credits_provider_state ON credits (network_id, provider, state);
--bun:split
CREATE INDEX credits_model_version_state ON credits (network_id, model_version, state);
--bun:split
CREATE TABLE jobs (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "job" {{.Bytes}} NOT NULL,
    "requester" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "operator" {{.Bytes}} NOT NULL,
    "relayer" {{.Bytes}} NOT NULL,
    "request" {{.JSON}} NOT NULL,
    "prompt" {{.JSON}} NOT NULL,
    "receipt" {{.JSON}} NOT NULL,
    "output" {{.JSON}} NOT NULL,
    "max_fee" {{.Amount}} NOT NULL,
    "deadline" {{.Uint64}} NOT NULL,
    "callback" {{.Bytes}} NOT NULL,
    "callback_gas" {{.Int}} NOT NULL,
    "callback_at_delivery" {{.Bool}} NOT NULL,
    "callback_done" {{.Bool}} NOT NULL,
    "callback_failures" {{.Int}} NOT NULL,
    "accepted_at" {{.Int}} NOT NULL,
    "delivered_at" {{.Int}} NOT NULL,
    "disputable_until" {{.Uint64}} NOT NULL,
    "closed_at" {{.Int}} NOT NULL,
    "fee" {{.Amount}} NOT NULL,
    "refunded" {{.Amount}} NOT NULL,
    "penalty" {{.Amount}} NOT NULL,
    "forfeited" {{.Bool}} NOT NULL,
    "disproved" {{.Bool}} NOT NULL,
    "part_provider" {{.Amount}} NOT NULL,
    "part_creator" {{.Amount}} NOT NULL,
    "part_parent" {{.Amount}} NOT NULL,
    "part_relayer" {{.Amount}} NOT NULL,
    "part_auditors" {{.Amount}} NOT NULL,
    "part_protocol" {{.Amount}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX jobs_order ON jobs (network_id, block, log_index);
--bun:split
CREATE INDEX jobs_requester_block ON jobs (network_id, requester, block);
--bun:split
CREATE INDEX jobs_provider_block ON jobs (network_id, provider, block);
--bun:split
CREATE INDEX jobs_state ON jobs (network_id, state);
--bun:split
CREATE TABLE balances (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "account" {{.Bytes}} NOT NULL,
    "free" {{.Amount}} NOT NULL,
    "deposited" {{.Amount}} NOT NULL,
    "withdrawn" {{.Amount}} NOT NULL,
    "locked" {{.Amount}} NOT NULL,
    "released" {{.Amount}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE TABLE transfers (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "account" {{.Bytes}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "peer" {{.Bytes}} NOT NULL,
    "amount" {{.Amount}} NOT NULL,
    "free" {{.Amount}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX transfers_account_block ON transfers (network_id, account, block);
--bun:split
CREATE TABLE share_changes (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "in_force" {{.Bool}} NOT NULL,
    "relayer_bps" {{.Int}} NOT NULL,
    "protocol_bps" {{.Int}} NOT NULL,
    "auditors_bps" {{.Int}} NOT NULL,
    "effective_at" {{.Uint64}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE TABLE totals (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "paused" {{.Bool}} NOT NULL,
    "treasury" {{.Bytes}} NOT NULL,
    "relayer_bps" {{.Int}} NOT NULL,
    "protocol_bps" {{.Int}} NOT NULL,
    "auditors_bps" {{.Int}} NOT NULL,
    "sealed" {{.Bool}} NOT NULL,
    "callers" {{.JSON}} NOT NULL,
    "free" {{.Amount}} NOT NULL,
    "burned" {{.Amount}} NOT NULL,
    "fees" {{.Amount}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE TABLE services (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "fees" {{.Amount}} NOT NULL,
    "receipts" {{.Uint64}} NOT NULL,
    "redeems" {{.Int}} NOT NULL,
    "jobs" {{.Int}} NOT NULL,
    "last_paid_at" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX services_order ON services (network_id, block, log_index);
--bun:split
CREATE INDEX services_model_version_fees ON services (network_id, model_version, fees);
--bun:split
CREATE INDEX services_provider ON services (network_id, provider);
