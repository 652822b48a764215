ALTER TABLE questions DROP COLUMN "bond_burned";
