ALTER TABLE versions DROP COLUMN "faults";
--bun:split
ALTER TABLE versions DROP COLUMN "small_faults";
--bun:split
ALTER TABLE versions DROP COLUMN "questions";
--bun:split
ALTER TABLE providers DROP COLUMN "faults";
--bun:split
ALTER TABLE providers DROP COLUMN "small_faults";
--bun:split
ALTER TABLE providers DROP COLUMN "questions";
--bun:split
ALTER TABLE providers DROP COLUMN "open_questions";
--bun:split
ALTER TABLE providers DROP COLUMN "silences";
--bun:split
DROP TABLE verifiers;
--bun:split
DROP TABLE claims;
--bun:split
DROP TABLE questions;
--bun:split
DROP TABLE faults;
--bun:split
DROP TABLE receipts;
