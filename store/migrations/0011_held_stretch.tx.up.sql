-- By how many seconds beyond the longest hold a provider's credit waits.

ALTER TABLE providers ADD COLUMN "held_stretch" {{.Int}} NOT NULL DEFAULT 0;
