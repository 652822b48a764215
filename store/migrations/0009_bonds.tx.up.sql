-- The part of an answered question's bond that burned.

ALTER TABLE questions ADD COLUMN "bond_burned" {{.Amount}} NOT NULL DEFAULT {{if eq .Dialect "sqlite"}}'000000000000000000000000000000000000000000000000000000000000000000000000000000'{{else}}0{{end}};
