-- One undo row for a block, not for each row that it changed. What is kept so far goes:
-- blocks that are there can then be taken back by folding the log anew.
DROP TABLE undo;
--bun:split
CREATE TABLE undo (
    network_id {{.Int}} NOT NULL,
    block {{.Int}} NOT NULL,
    changes {{.JSON}} NOT NULL,
    PRIMARY KEY (network_id, block)
);
--bun:split
{{if eq .Dialect "postgres"}}-- It is read once in a thousand writes: not worth compressing.
ALTER TABLE undo ALTER COLUMN changes SET STORAGE EXTERNAL;
--bun:split
{{end}}UPDATE cursors SET undo_from = number + 1 WHERE number > 0;
