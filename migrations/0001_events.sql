-- The projection of all logs. The Durable Objects' own logs are the truth; this copy is append-only and
-- defends itself: nothing is changed or deleted, no event is skipped, and no event stands beside another
-- of its number.
CREATE TABLE events (
  stream TEXT NOT NULL,
  stream_kind TEXT NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  actor TEXT NOT NULL,
  correlation_id TEXT,
  causation_id TEXT NOT NULL,
  step TEXT,
  key_id TEXT NOT NULL,
  payload BLOB NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (stream, seq)
);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_type ON events (type, at);

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'tamma: events are never changed'); END;

CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'tamma: events are never deleted'); END;

CREATE TRIGGER events_never_fork BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND seq = NEW.seq AND hash <> NEW.hash)
BEGIN SELECT RAISE(ABORT, 'tamma: fork, another event has this number'); END;

CREATE TRIGGER events_never_skip BEFORE INSERT ON events
WHEN NEW.seq > 1 + COALESCE((SELECT MAX(seq) FROM events WHERE stream = NEW.stream), 0)
BEGIN SELECT RAISE(ABORT, 'tamma: gap, the event before this one is missing'); END;

CREATE TRIGGER events_follow BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND seq = NEW.seq - 1 AND hash <> NEW.prev_hash)
BEGIN SELECT RAISE(ABORT, 'tamma: fork, the event before this one is another'); END;

-- One row per loop for lists; rebuilt from the logs at any time.
CREATE TABLE loops (
  id TEXT NOT NULL PRIMARY KEY,
  repository TEXT NOT NULL,
  issue INTEGER NOT NULL,
  active INTEGER NOT NULL,
  word TEXT NOT NULL,
  step TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX loops_by_time ON loops (updated_at);
CREATE INDEX loops_by_repository ON loops (repository, updated_at);
