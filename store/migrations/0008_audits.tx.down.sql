ALTER TABLE versions DROP COLUMN "attestors";
--bun:split
ALTER TABLE versions DROP COLUMN "attested";
--bun:split
ALTER TABLE versions DROP COLUMN "audits_passed";
--bun:split
ALTER TABLE versions DROP COLUMN "audits";
--bun:split
ALTER TABLE providers DROP COLUMN "audits_passed";
--bun:split
ALTER TABLE providers DROP COLUMN "audits";
--bun:split
DROP TABLE auditors;
--bun:split
DROP TABLE attestations;
--bun:split
DROP TABLE audit_points;
--bun:split
DROP TABLE audits;
