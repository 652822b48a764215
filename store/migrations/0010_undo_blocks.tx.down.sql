DROP TABLE undo;
--bun:split
CREATE TABLE undo (
    network_id {{.Int}} NOT NULL,
    block {{.Int}} NOT NULL,
    tbl {{.Text}} NOT NULL,
    id {{.Text}} NOT NULL,
    prev {{.JSON}} NOT NULL,
    PRIMARY KEY (network_id, block, tbl, id)
);
--bun:split
UPDATE cursors SET undo_from = number + 1 WHERE number > 0;
