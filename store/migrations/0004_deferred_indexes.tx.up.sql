-- Indexes that were dropped while an empty database fills, and how to make them again.
CREATE TABLE deferred_indexes (
    name {{.Text}} NOT NULL PRIMARY KEY,
    definition {{.Text}} NOT NULL
);
