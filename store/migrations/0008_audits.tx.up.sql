-- What auditors were drawn for and said: see rows_audits.go for what each column means.

CREATE TABLE audits (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "audit" {{.Bytes}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "checkpoint" {{.Int}} NOT NULL,
    "channel" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "relayer" {{.Bytes}} NOT NULL,
    "paid_before" {{.Amount}} NOT NULL,
    "sum" {{.Amount}} NOT NULL,
    "stretch" {{.Amount}} NOT NULL,
    "beacon" {{.Uint64}} NOT NULL,
    "roster" {{.Int}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "seed" {{.Bytes}} NOT NULL,
    "lost" {{.Bool}} NOT NULL,
    "points" {{.Int}} NOT NULL,
    "opened" {{.Int}} NOT NULL,
    "passed" {{.Int}} NOT NULL,
    "silent" {{.Int}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "drawn_at" {{.Int}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX audits_order ON audits (network_id, block, log_index);
--bun:split
CREATE INDEX audits_provider_block ON audits (network_id, provider, block);
--bun:split
CREATE INDEX audits_line ON audits (network_id, line);
--bun:split
CREATE INDEX audits_model_version_block ON audits (network_id, model_version, block);
--bun:split
CREATE INDEX audits_state ON audits (network_id, state);
--bun:split
CREATE TABLE audit_points (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "point" {{.Bytes}} NOT NULL,
    "audit" {{.Bytes}} NOT NULL,
    "number" {{.Int}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "place" {{.Amount}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "attest_by" {{.Uint64}} NOT NULL,
    "silences" {{.Int}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "punished" {{.Bool}} NOT NULL,
    "passed" {{.Bool}} NOT NULL,
    "opened_at" {{.Int}} NOT NULL,
    "opened_tx" {{.Bytes}} NOT NULL,
    "settled_at" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX audit_points_order ON audit_points (network_id, block, log_index);
--bun:split
CREATE INDEX audit_points_audit ON audit_points (network_id, audit);
--bun:split
CREATE INDEX audit_points_provider_state ON audit_points (network_id, provider, state);
--bun:split
CREATE INDEX audit_points_receipt ON audit_points (network_id, receipt);
--bun:split
CREATE TABLE attestations (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "auditor" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "audit" {{.Bytes}} NOT NULL,
    "number" {{.Int}} NOT NULL,
    "attest_by" {{.Uint64}} NOT NULL,
    "answer" {{.Text}} NOT NULL,
    "trace_root" {{.Bytes}} NOT NULL,
    "answered_at" {{.Int}} NOT NULL,
    "answered_tx" {{.Bytes}} NOT NULL,
    "owed" {{.Amount}} NOT NULL,
    "taken" {{.Amount}} NOT NULL,
    "settled_at" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX attestations_order ON attestations (network_id, block, log_index);
--bun:split
CREATE INDEX attestations_auditor_answer ON attestations (network_id, auditor, answer);
--bun:split
CREATE INDEX attestations_receipt ON attestations (network_id, receipt);
--bun:split
CREATE INDEX attestations_model_version ON attestations (network_id, model_version);
--bun:split
CREATE TABLE auditors (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "auditor" {{.Bytes}} NOT NULL,
    "stake" {{.Amount}} NOT NULL,
    "seated" {{.Bool}} NOT NULL,
    "seat" {{.Int}} NOT NULL,
    "exit_at" {{.Uint64}} NOT NULL,
    "assigned" {{.Int}} NOT NULL,
    "answered" {{.Int}} NOT NULL,
    "absent" {{.Int}} NOT NULL,
    "versions" {{.Int}} NOT NULL,
    "owed" {{.Amount}} NOT NULL,
    "paid" {{.Amount}} NOT NULL,
    "punished" {{.Amount}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX auditors_stake ON auditors (network_id, stake);
--bun:split
ALTER TABLE providers ADD COLUMN "audits" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE providers ADD COLUMN "audits_passed" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "audits" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "audits_passed" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "attested" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "attestors" {{.Int}} NOT NULL DEFAULT 0;
