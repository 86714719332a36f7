"""The tables. Remote facts, overwritten by each sync, and the user's own state, keyed by canonical URI, stand apart.

Times are integers: microseconds since 1970 in UTC. Steps are append-only; each commits together with its number.
"""

from __future__ import annotations

FIRST = """
-- Remote facts -------------------------------------------------------------------------------------
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  platform TEXT NOT NULL,
  own_uid TEXT NOT NULL,
  name TEXT NOT NULL,              -- its key in the config when last seen there
  configured INTEGER NOT NULL DEFAULT 1,
  facts TEXT NOT NULL DEFAULT '{}',
  first_synced_at INTEGER,         -- end of the first whole sync: nothing waits before it
  last_good_at INTEGER,
  next_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  health TEXT NOT NULL DEFAULT 'fine',
  words TEXT NOT NULL DEFAULT '',
  UNIQUE (platform, own_uid)
) STRICT;

CREATE TABLE channel (
  account_id INTEGER NOT NULL REFERENCES account,
  name TEXT NOT NULL,
  cursor TEXT NOT NULL DEFAULT '',
  looked_at INTEGER,
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  platform TEXT NOT NULL,
  uid TEXT NOT NULL,
  handle TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  bot INTEGER NOT NULL DEFAULT 0,
  is_me INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0, -- the user wrote to or answered them, on any account
  hidden INTEGER NOT NULL DEFAULT 0, -- blocked or muted on the platform: some account's `hidden` names them
  UNIQUE (platform, uid)
) STRICT;

-- Where on the web a person is: kind is handle, server, page (from handle and url), link or verified (profile links).
CREATE TABLE place (
  person_id INTEGER NOT NULL REFERENCES person,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,             -- host and path, without scheme
  PRIMARY KEY (person_id, kind, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_shared ON place (place, kind, person_id);

CREATE TABLE person_word (          -- what persons are found by: see convo.store.words.person_words
  word TEXT NOT NULL,
  person_id INTEGER NOT NULL,
  PRIMARY KEY (word, person_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER person_came AFTER INSERT ON person BEGIN
  INSERT OR IGNORE INTO person_word SELECT value, new.id FROM json_each(person_words(new.handle, new.name));
END;
CREATE TRIGGER person_renamed AFTER UPDATE OF handle, name ON person BEGIN
  DELETE FROM person_word WHERE person_id = old.id
    AND word IN (SELECT value FROM json_each(person_words(old.handle, old.name)));
  INSERT OR IGNORE INTO person_word SELECT value, new.id FROM json_each(person_words(new.handle, new.name));
END;
CREATE TRIGGER person_went AFTER DELETE ON person BEGIN
  DELETE FROM person_word WHERE person_id = old.id
    AND word IN (SELECT value FROM json_each(person_words(old.handle, old.name)));
END;

CREATE TABLE hidden (               -- whom the user blocked or muted there; the whole list, per account
  account_id INTEGER NOT NULL REFERENCES account,
  uid TEXT NOT NULL,
  PRIMARY KEY (account_id, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_uid ON hidden (uid);

CREATE TABLE thread (
  id INTEGER PRIMARY KEY,          -- the id of the first message that came of it: never given twice
  root_id INTEGER NOT NULL,        -- derived, as all below: the topmost message that is stored
  title TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  platform TEXT NOT NULL DEFAULT '',
  account_id INTEGER REFERENCES account, -- the one a reply would use
  account_ids TEXT NOT NULL DEFAULT '', -- all that saw it, with blanks between
  partial TEXT NOT NULL DEFAULT '', -- what is missing, in one sentence (not derived: from the last load)
  state TEXT NOT NULL DEFAULT 'history',
  woken_state TEXT,                -- the state from wakes_at on
  wakes_at INTEGER,                -- end of the snooze; NULL: none, or until they reply
  waiting_since INTEGER,
  circle INTEGER NOT NULL DEFAULT 0,
  finished INTEGER NOT NULL DEFAULT 0,
  reminder INTEGER NOT NULL DEFAULT 0,
  reopened INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  lead_id INTEGER,                 -- the message whose words the row shows
  waiting_for TEXT NOT NULL DEFAULT '[]', -- person ids, longest first
  held INTEGER NOT NULL DEFAULT 0,
  state_since INTEGER,
  last_at INTEGER NOT NULL DEFAULT 0,
  last_is_me INTEGER NOT NULL DEFAULT 0,
  arrival INTEGER NOT NULL DEFAULT 0,
  looked INTEGER NOT NULL DEFAULT 0 -- the highest arrival in `looked` for one of its messages
) STRICT;
CREATE INDEX thread_waiting ON thread (finished, circle DESC, waiting_since, id) WHERE state = 'waiting';
CREATE INDEX thread_state ON thread (state, last_at DESC, id DESC);
CREATE INDEX thread_settled ON thread (state, state_since DESC, id DESC) WHERE state IN ('done', 'muted');
CREATE INDEX thread_snoozed ON thread (ifnull(wakes_at, 9223372036854775807), id) WHERE state = 'snoozed';
CREATE INDEX thread_last ON thread (last_at DESC, id DESC);
CREATE INDEX thread_wakes ON thread (wakes_at) WHERE wakes_at IS NOT NULL;

CREATE TABLE merged (               -- a thread that joined another: its row is gone, its id still resolves
  id INTEGER PRIMARY KEY,
  into_id INTEGER NOT NULL REFERENCES thread DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX merged_into ON merged (into_id);

CREATE TABLE absent (               -- a parent or root that is named but not stored, and the thread it belongs to
  uri TEXT PRIMARY KEY,
  thread_id INTEGER NOT NULL       -- may have joined another since
) STRICT, WITHOUT ROWID;

CREATE TABLE arrival (last INTEGER NOT NULL) STRICT; -- one row: the highest number given so far
INSERT INTO arrival VALUES (0);

-- What the waiting rules read stands first, so that long texts are not read over.
CREATE TABLE message (
  id INTEGER PRIMARY KEY,          -- its first arrival number: ids grow as messages come
  uri TEXT NOT NULL UNIQUE,
  thread_id INTEGER NOT NULL REFERENCES thread DEFERRABLE INITIALLY DEFERRED,
  parent_uri TEXT NOT NULL DEFAULT '',
  author_id INTEGER NOT NULL REFERENCES person,
  arrival INTEGER NOT NULL,        -- renewed when an edit first addresses the user
  created_at INTEGER NOT NULL,
  since INTEGER NOT NULL,          -- what waiting_since may say of it: fixed when it first arrived
  addressed TEXT,                  -- derived: a Reason, NULL when it does not speak to the user
  addressed_at INTEGER NOT NULL DEFAULT 0, -- when an edit first made it address the user, 0 when it did from the start
  orphan INTEGER NOT NULL DEFAULT 0, -- its parent is named, but not stored
  unjudged INTEGER NOT NULL DEFAULT 0, -- an orphan whose parent must be loaded before it can be judged
  quiet TEXT NOT NULL DEFAULT '',  -- derived: rule and what it saw; the user's choice about the person comes on top
  thanks INTEGER NOT NULL DEFAULT 0,
  print INTEGER,                   -- a number for the words of somebody unknown: the same to many?
  flat INTEGER NOT NULL DEFAULT 0,
  branch TEXT NOT NULL DEFAULT '',
  resolved INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  history INTEGER NOT NULL DEFAULT 0, -- came before the time in which anything can wait
  waits INTEGER NOT NULL DEFAULT 0, -- derived: waits now (snooze and mute aside)
  account_ids TEXT NOT NULL,       -- accounts that saw it, with blanks between, the one a reply would use first
  names TEXT NOT NULL DEFAULT '',  -- own messages only: ids of persons it names or quotes, with blanks between
  root_uri TEXT NOT NULL DEFAULT '',
  edited_at INTEGER,
  visibility TEXT NOT NULL DEFAULT 'public',
  language TEXT NOT NULL DEFAULT '',
  claim TEXT,
  filtered TEXT NOT NULL DEFAULT '',
  more_below INTEGER NOT NULL DEFAULT 0,
  url TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  content_warning TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL,
  extra TEXT NOT NULL DEFAULT ''   -- mentions, attachments, links, quotes, refusals: see convo.store.packing
) STRICT;
CREATE INDEX message_thread ON message (thread_id, created_at);
CREATE INDEX message_author ON message (author_id, created_at);
CREATE INDEX message_addressed ON message (arrival) WHERE addressed IS NOT NULL;
CREATE INDEX message_said ON message (created_at) WHERE addressed IS NOT NULL;
CREATE INDEX message_orphan ON message (parent_uri) WHERE orphan;
CREATE INDEX message_unjudged ON message (id) WHERE unjudged;
CREATE INDEX message_print ON message (print) WHERE print IS NOT NULL;
CREATE INDEX message_held ON message (id) WHERE held;

CREATE TABLE talk (                 -- derived: what the user and a person said to each other in a thread
  thread_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  quiet INTEGER NOT NULL,          -- all that the person said to the user in it is quiet
  settled INTEGER NOT NULL,        -- the user spoke last, or closed what was said: going on is with the person
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  theirs_id INTEGER,               -- the last message that each said to the other
  theirs_at INTEGER,
  mine_id INTEGER,
  mine_at INTEGER,
  late INTEGER,                    -- while the person waits: 0 now, 1 sounds finished, 2 put off by a snooze
  waiting_since INTEGER,
  PRIMARY KEY (thread_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX talk_person ON talk (person_id, quiet, last_at DESC, thread_id, settled);
CREATE INDEX talk_waiting ON talk (person_id, late, waiting_since) WHERE waiting_since IS NOT NULL;

CREATE TABLE turn (                 -- derived: whose turn it is with a human
  person_id INTEGER PRIMARY KEY,   -- the lowest of all that are joined
  circle INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  settled INTEGER NOT NULL,        -- of the talk that was last
  late INTEGER,                    -- of the talk in which they wait longest; NULL when they do not
  waiting_since INTEGER
) STRICT;
CREATE INDEX turn_mine ON turn (late, circle DESC, waiting_since, person_id) WHERE waiting_since IS NOT NULL;
CREATE INDEX turn_theirs ON turn (settled, last_at DESC, person_id DESC) WHERE waiting_since IS NULL;
CREATE INDEX turn_circle ON turn (last_at, person_id) WHERE circle AND waiting_since IS NULL;

-- A message as one account's server knows it.
CREATE TABLE sighting (
  message_id INTEGER NOT NULL REFERENCES message,
  account_id INTEGER NOT NULL REFERENCES account,
  local_id TEXT NOT NULL DEFAULT '',
  parent_local_id TEXT NOT NULL DEFAULT '', -- set while the parent is not stored yet
  data TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (message_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_local ON sighting (account_id, local_id) WHERE local_id <> '';
CREATE INDEX sighting_orphan ON sighting (account_id, parent_local_id) WHERE parent_local_id <> '';

CREATE TABLE gone (                 -- whose server said when that a message is deleted, until it shows it again
  message_id INTEGER NOT NULL REFERENCES message,
  account_id INTEGER NOT NULL REFERENCES account,
  at INTEGER NOT NULL,
  PRIMARY KEY (message_id, account_id)
) STRICT, WITHOUT ROWID;

-- The user's own state, never touched by a sync -----------------------------------------------------
CREATE TABLE done (
  uri TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  arrival INTEGER                  -- the highest one seen in its thread then: an edit that comes later reopens it
) STRICT, WITHOUT ROWID;
CREATE TABLE mute (uri TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID; -- any message of the thread
CREATE TABLE snooze (
  uri TEXT PRIMARY KEY,            -- any message of the thread
  at INTEGER NOT NULL,
  until INTEGER,                   -- NULL: until they reply
  arrival INTEGER NOT NULL,        -- the highest one seen: a later addressed one wakes it
  reminder INTEGER NOT NULL DEFAULT 0 -- nothing waited when it was set
) STRICT, WITHOUT ROWID;
CREATE TABLE looked (               -- any message of the thread; the highest counts
  uri TEXT PRIMARY KEY,
  arrival INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE contact (id INTEGER PRIMARY KEY, note TEXT NOT NULL DEFAULT '', circle INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE contact_person (
  platform TEXT NOT NULL,
  uid TEXT NOT NULL,
  contact_id INTEGER NOT NULL REFERENCES contact,
  PRIMARY KEY (platform, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_persons ON contact_person (contact_id);
CREATE TABLE person_choice (       -- what the user decided about a person
  platform TEXT NOT NULL,
  uid TEXT NOT NULL,
  quiet INTEGER,                   -- 1 into Quiet, 0 out of it for good, NULL by the rules
  muted INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL,
  PRIMARY KEY (platform, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE apart (               -- two persons of whom the user said that they are not one human; smaller pair first
  platform TEXT NOT NULL,
  uid TEXT NOT NULL,
  other_platform TEXT NOT NULL,
  other_uid TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (platform, uid, other_platform, other_uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX apart_other ON apart (other_platform, other_uid);
CREATE TABLE draft (
  account_id INTEGER NOT NULL REFERENCES account,
  uri TEXT NOT NULL,               -- the message it answers
  text TEXT NOT NULL,
  options TEXT NOT NULL DEFAULT '{}',
  touched_at INTEGER NOT NULL,
  seen_arrival INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, uri)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  account_id INTEGER NOT NULL REFERENCES account,
  uri TEXT NOT NULL,               -- the message it answers
  text TEXT NOT NULL,
  options TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  leaves_at INTEGER,               -- held: end of the undo window; queued: the next try; unsure: the last look for it
  request TEXT,                    -- the exact request, from the first `sending` on
  first_sent_at INTEGER,
  last_sent_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  sent_uri TEXT NOT NULL DEFAULT '',
  sent_url TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_open ON outbox (state, leaves_at) WHERE state <> 'sent';
CREATE INDEX outbox_message ON outbox (uri);
CREATE UNIQUE INDEX outbox_proof ON outbox (sent_uri) WHERE sent_uri <> '';
CREATE TABLE journal (             -- undo: what an act changed, to be put back
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  act TEXT NOT NULL,               -- what it was, for the sentence
  words TEXT NOT NULL,             -- whom it was about
  before TEXT NOT NULL,            -- rows of user state before it, as JSON
  after TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE errand (              -- what triage does on the platform, after the undo window
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account,
  verb TEXT NOT NULL,
  argument TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  journal_id INTEGER REFERENCES journal,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX errand_due ON errand (due_at);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

TWINS = """
CREATE TABLE copy (                 -- a message that a bridge made of one elsewhere, as its adapter vouches for it
  message_id INTEGER PRIMARY KEY REFERENCES message,
  original TEXT NOT NULL,          -- canonical URI or web address of what it is a copy of
  author TEXT NOT NULL,            -- who wrote it, there: a uid, or a handle in the form of a domain
  original_id INTEGER REFERENCES message -- once both are stored and the same person wrote them
) STRICT;
CREATE INDEX copy_original ON copy (original);
CREATE INDEX copy_original_id ON copy (original_id) WHERE original_id IS NOT NULL;

CREATE TABLE twin (                 -- derived from `copy`: messages that are not shown, and the one in their stead
  message_id INTEGER PRIMARY KEY REFERENCES message,
  shown_id INTEGER NOT NULL REFERENCES message,
  original_id INTEGER NOT NULL REFERENCES message -- which of them says what it says
) STRICT;
CREATE INDEX twin_shown ON twin (shown_id);
CREATE INDEX person_me ON person (is_me, platform, uid) WHERE is_me = 1;
"""

RARE_THINGS = ("poll", "video", "sound", "file")
RARE = " OR ".join(f"""instr(extra, '["{kind}",')""" for kind in RARE_THINGS)
"""True of messages with a thing that few have, as `store.packing` writes it: no string there holds a bare quote."""

THINGS = f"CREATE INDEX message_rare ON message (id) WHERE {RARE};"

MIGRATIONS: tuple[str, ...] = (FIRST, TWINS, THINGS)
"""Every step ever made, in order; the last one's number is the version of the store."""

VIEWS = """
CREATE VIEW message_words AS SELECT id, index_words(title, content_warning, text) AS words FROM message;
CREATE VIRTUAL TABLE message_fts USING fts5(
  words, content='message_words', content_rowid='id', columnsize=0, prefix='2',
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
INSERT INTO message_fts (message_fts, rank) VALUES ('automerge', 8);
"""
"""The search index and the view it reads; `index_words` is registered by the connection (convo.store.words).

They are made anew whenever this text or the function changes, and the index is filled beside all else (store.indexing).
"""
