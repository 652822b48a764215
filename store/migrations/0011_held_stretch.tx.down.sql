ALTER TABLE providers DROP COLUMN "held_stretch";
