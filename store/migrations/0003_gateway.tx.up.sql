CREATE TABLE gateway_keys (
  id {{.Text}} PRIMARY KEY,
  name {{.Text}} NOT NULL,
  account {{.Bytes}} NOT NULL,
  channel {{.Bytes}} NOT NULL,
  token_hash {{.Bytes}} NOT NULL UNIQUE,
  hint {{.Text}} NOT NULL,
  scopes {{.JSON}} NOT NULL,
  concurrency {{.Int}} NOT NULL,
  token_limit {{.Int}} NOT NULL,
  spend_limit {{.Text}} NOT NULL,
  tokens_used {{.Int}} NOT NULL,
  tokens_held {{.Int}} NOT NULL,
  spent {{.Text}} NOT NULL,
  held {{.Text}} NOT NULL,
  running {{.Int}} NOT NULL,
  created_at {{.Int}} NOT NULL,
  expires_at {{.Int}} NOT NULL,
  revoked_at {{.Int}} NOT NULL
);

--bun:split

CREATE INDEX gateway_keys_account ON gateway_keys (account, created_at);

--bun:split

CREATE TABLE gateway_sessions (
  token_hash {{.Bytes}} PRIMARY KEY,
  account {{.Bytes}} NOT NULL,
  created_at {{.Int}} NOT NULL,
  expires_at {{.Int}} NOT NULL
);

--bun:split

CREATE TABLE gateway_idempotency (
  key_id {{.Text}} NOT NULL,
  name {{.Text}} NOT NULL,
  body_hash {{.Bytes}} NOT NULL,
  request_hash {{.Bytes}} NOT NULL,
  state {{.Text}} NOT NULL,
  created_at {{.Int}} NOT NULL,
  expires_at {{.Int}} NOT NULL,
  PRIMARY KEY (key_id, name)
);

--bun:split

CREATE TABLE gateway_channels (
  channel {{.Bytes}} PRIMARY KEY,
  spent {{.Text}} NOT NULL,
  held {{.Text}} NOT NULL
);

--bun:split

CREATE TABLE gateway_lines (
  id {{.Bytes}} PRIMARY KEY,
  channel {{.Bytes}} NOT NULL,
  provider {{.Bytes}} NOT NULL,
  model_version {{.Bytes}} NOT NULL,
  relayer {{.Bytes}} NOT NULL,
  tree {{.JSON}} NOT NULL,
  count {{.Int}} NOT NULL,
  total {{.Text}} NOT NULL,
  signature {{.Bytes}} NOT NULL,
  held_count {{.Int}} NOT NULL,
  refusal {{.Text}} NOT NULL,
  updated_at {{.Int}} NOT NULL
);

--bun:split

CREATE TABLE gateway_generations (
  hash {{.Bytes}} PRIMARY KEY,
  public_id {{.Text}} NOT NULL UNIQUE,
  kind {{.Text}} NOT NULL,
  account {{.Bytes}} NOT NULL,
  key_id {{.Text}} NOT NULL,
  idempotency {{.Text}} NOT NULL,
  body_hash {{.Bytes}} NOT NULL,
  channel {{.Bytes}} NOT NULL,
  model {{.Text}} NOT NULL,
  model_version {{.Bytes}} NOT NULL,
  class {{.Text}} NOT NULL,
  provider {{.Bytes}} NOT NULL,
  line {{.Bytes}} NOT NULL,
  leaf {{.Int}} NOT NULL,
  state {{.Text}} NOT NULL,
  ask {{.JSON}} NOT NULL,
  plan {{.JSON}} NOT NULL,
  max_fee {{.Text}} NOT NULL,
  prompt_tokens {{.Int}} NOT NULL,
  max_tokens {{.Int}} NOT NULL,
  output {{.JSON}} NOT NULL,
  output_text {{.Text}} NOT NULL,
  answer_text {{.Text}} NOT NULL,
  finish_reason {{.Text}} NOT NULL,
  receipt {{.JSON}} NOT NULL,
  receipt_hash {{.Bytes}} NOT NULL,
  receipt_signature {{.Bytes}} NOT NULL,
  operator {{.Bytes}} NOT NULL,
  fee {{.Text}} NOT NULL,
  output_tokens {{.Int}} NOT NULL,
  error_code {{.Text}} NOT NULL,
  error_detail {{.Text}} NOT NULL,
  route {{.JSON}} NOT NULL,
  created_at {{.Int}} NOT NULL,
  ended_at {{.Int}} NOT NULL
);

--bun:split

CREATE INDEX gateway_generations_body ON gateway_generations (key_id, body_hash, created_at);

--bun:split

CREATE INDEX gateway_generations_line ON gateway_generations (line, state, leaf);

--bun:split

CREATE INDEX gateway_generations_state ON gateway_generations (state, leaf);

--bun:split

CREATE INDEX gateway_generations_account ON gateway_generations (account, created_at);
