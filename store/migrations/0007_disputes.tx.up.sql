-- What disputes did: see rows_disputes.go for what each column means.

CREATE TABLE receipts (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "job" {{.Bytes}} NOT NULL,
    "request_hash" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "fault" {{.Text}} NOT NULL,
    "small_fault" {{.Text}} NOT NULL,
    "proven_at" {{.Int}} NOT NULL,
    "proven_tx" {{.Bytes}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "refunded" {{.Amount}} NOT NULL,
    "bounty" {{.Amount}} NOT NULL,
    "settled_at" {{.Int}} NOT NULL,
    "settled_tx" {{.Bytes}} NOT NULL,
    "extended_until" {{.Uint64}} NOT NULL,
    "questions" {{.Int}} NOT NULL,
    "open_questions" {{.Int}} NOT NULL,
    "silences" {{.Int}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX receipts_order ON receipts (network_id, block, log_index);
--bun:split
CREATE INDEX receipts_provider_block ON receipts (network_id, provider, block);
--bun:split
CREATE INDEX receipts_job ON receipts (network_id, job);
--bun:split
CREATE TABLE faults (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "cause" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "submitter" {{.Bytes}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "rung" {{.Text}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "refunded" {{.Amount}} NOT NULL,
    "bounty" {{.Amount}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "request_hash" {{.Bytes}} NOT NULL,
    "job" {{.Bytes}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX faults_receipt ON faults (network_id, receipt);
--bun:split
CREATE INDEX faults_provider_block ON faults (network_id, provider, block);
--bun:split
CREATE INDEX faults_model_version_block ON faults (network_id, model_version, block);
--bun:split
CREATE INDEX faults_slashed ON faults (network_id, slashed);
--bun:split
CREATE TABLE questions (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "question" {{.Bytes}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "asker" {{.Bytes}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "node" {{.JSON}} NOT NULL,
    "bond" {{.Amount}} NOT NULL,
    "deadline" {{.Uint64}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "asks" {{.Int}} NOT NULL,
    "asked_at" {{.Int}} NOT NULL,
    "asked_tx" {{.Bytes}} NOT NULL,
    "answerer" {{.Bytes}} NOT NULL,
    "answered_at" {{.Int}} NOT NULL,
    "answered_tx" {{.Bytes}} NOT NULL,
    "answer" {{.Bytes}},
    "expired_at" {{.Int}} NOT NULL,
    "slashed" {{.Amount}} NOT NULL,
    "bond_to" {{.Bytes}} NOT NULL,
    "bond_paid" {{.Amount}} NOT NULL,
    "bond_to_provider" {{.Amount}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX questions_order ON questions (network_id, block, log_index);
--bun:split
CREATE INDEX questions_receipt ON questions (network_id, receipt);
--bun:split
CREATE INDEX questions_provider_state ON questions (network_id, provider, state);
--bun:split
CREATE INDEX questions_asker ON questions (network_id, asker);
--bun:split
CREATE INDEX questions_model_version ON questions (network_id, model_version);
--bun:split
CREATE TABLE claims (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "kind" {{.Text}} NOT NULL,
    "provider" {{.Bytes}} NOT NULL,
    "operator" {{.Bytes}} NOT NULL,
    "receipt" {{.Bytes}} NOT NULL,
    "other" {{.Bytes}} NOT NULL,
    "line" {{.Bytes}} NOT NULL,
    "model_version" {{.Bytes}} NOT NULL,
    "cause" {{.Bytes}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
CREATE INDEX claims_provider_block ON claims (network_id, provider, block);
--bun:split
CREATE TABLE verifiers (
    "network_id" {{.Int}} NOT NULL,
    "id" {{.Text}} NOT NULL,
    "block" {{.Int}} NOT NULL,
    "log_index" {{.Int}} NOT NULL,
    "time" {{.Int}} NOT NULL,
    "changed_block" {{.Int}} NOT NULL,
    "spec_version" {{.Int}} NOT NULL,
    "state" {{.Text}} NOT NULL,
    "verifier" {{.Bytes}} NOT NULL,
    "key_hash" {{.Bytes}} NOT NULL,
    "code_hash" {{.Bytes}} NOT NULL,
    "effective_at" {{.Uint64}} NOT NULL,
    "sealed_at" {{.Int}} NOT NULL,
    "tx_hash" {{.Bytes}} NOT NULL,
    PRIMARY KEY (network_id, id)
);
--bun:split
ALTER TABLE providers ADD COLUMN "faults" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE providers ADD COLUMN "small_faults" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE providers ADD COLUMN "questions" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE providers ADD COLUMN "open_questions" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE providers ADD COLUMN "silences" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "faults" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "small_faults" {{.Int}} NOT NULL DEFAULT 0;
--bun:split
ALTER TABLE versions ADD COLUMN "questions" {{.Int}} NOT NULL DEFAULT 0;
