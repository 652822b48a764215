DROP TABLE services;
--bun:split
DROP TABLE totals;
--bun:split
DROP TABLE share_changes;
--bun:split
DROP TABLE transfers;
--bun:split
DROP TABLE balances;
--bun:split
DROP TABLE jobs;
--bun:split
DROP TABLE credits;
--bun:split
DROP TABLE rejections;
--bun:split
DROP TABLE redeems;
--bun:split
DROP TABLE lines;
--bun:split
DROP TABLE channels;
--bun:split
DROP TABLE stake_changes;
--bun:split
DROP TABLE operators;
--bun:split
DROP TABLE providers;
--bun:split
DROP TABLE versions;
--bun:split
DROP TABLE undo;
--bun:split
DROP TABLE events;
--bun:split
DROP TABLE blocks;
--bun:split
DROP TABLE cursors;
--bun:split
DROP TABLE networks;
