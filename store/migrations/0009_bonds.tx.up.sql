-- The part of an answered question's bond that burned.

ALTER TABLE questions ADD COLUMN "bond_burned" {{.Amount}} NOT NULL DEFAULT 0;
