-- The instance: one row.
CREATE TABLE instance (
  id      {text} NOT NULL PRIMARY KEY,
  profile {text} NOT NULL,
  created {int}  NOT NULL,
  turn    {int}  NOT NULL DEFAULT 0
) {strict};

-- People on the desk. Keys, roles and teams stand in the directory, never here. With
-- the salt, name and address are what the directory vouches for.
CREATE TABLE member (
  id       {text} NOT NULL PRIMARY KEY,
  salt     {bytes} NOT NULL,
  email    {text} NOT NULL UNIQUE,
  name     {text} NOT NULL,
  language {text} NOT NULL,
  active   {int}  NOT NULL CHECK (active IN (0, 1)),
  totp_step {int} NOT NULL DEFAULT 0,
  idle     {int}  NOT NULL DEFAULT 0,
  shortcuts {text} NOT NULL DEFAULT '' CHECK (shortcuts IN ('', 'on')),
  signed_in     {int} NOT NULL DEFAULT 0,
  signed_before {int} NOT NULL DEFAULT 0,
  created  {int}  NOT NULL
) {strict};

-- One row per way in which a member opens their own key; credential says which
-- passkey and is empty for the other kinds.
CREATE TABLE envelope (
  member_id  {text}  NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  kind       {text}  NOT NULL CHECK (kind IN ('password', 'recovery', 'passkey')),
  credential {text}  NOT NULL DEFAULT '',
  params     {text}  NOT NULL,
  salt       {bytes} NOT NULL,
  box        {bytes} NOT NULL,
  changed    {int}   NOT NULL,
  PRIMARY KEY (member_id, kind, credential),
  CHECK ((kind = 'passkey') = (credential <> ''))
) {strict};
CREATE UNIQUE INDEX envelope_passkey ON envelope (credential) WHERE kind = 'passkey';

-- A member's second factors, public keys of passkeys and account at the identity
-- provider, sealed under a key that only an opened envelope gives: whoever writes
-- to the database can plant none.
CREATE TABLE factor (
  member_id {text}  NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  revision  {int}   NOT NULL,
  app       {int}   NOT NULL CHECK (app IN (0, 1)),
  box       {bytes} NOT NULL
) {strict};

-- What the profile page lists about a passkey; its name is sealed for the member.
CREATE TABLE passkey (
  credential {text}  NOT NULL PRIMARY KEY,
  member_id  {text}  NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  box        {bytes} NOT NULL,
  signed     {int}   NOT NULL,
  suspect    {int}   NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1)),
  created    {int}   NOT NULL,
  used       {int}   NOT NULL DEFAULT 0
) {strict};
CREATE INDEX passkey_member ON passkey (member_id);

-- Whose account at the identity provider it is, found by a keyed hash.
CREATE TABLE account (
  lookup    {text} NOT NULL PRIMARY KEY,
  member_id {text} NOT NULL UNIQUE REFERENCES member (id) ON DELETE CASCADE
) {strict};

-- The directory: a chain of signed events.
CREATE TABLE directory_event (
  seq        {int}   NOT NULL PRIMARY KEY,
  body       {bytes} NOT NULL,
  signatures {bytes} NOT NULL,
  hash       {bytes} NOT NULL,
  place      {bytes} NOT NULL
) {strict};

-- A change of the directory that gathers signatures. An entry has the id of its
-- invitation.
CREATE TABLE directory_change (
  id        {text}  NOT NULL PRIMARY KEY,
  statement {bytes} NOT NULL,
  asked_by  {text}  NOT NULL,
  created   {int}   NOT NULL,
  state     {text}  NOT NULL CHECK (state IN ('open', 'placed', 'withdrawn'))
) {strict};
CREATE INDEX directory_change_state ON directory_change (state, created);

CREATE TABLE directory_signature (
  change_id {text}  NOT NULL REFERENCES directory_change (id) ON DELETE CASCADE,
  signer    {text}  NOT NULL,
  value     {bytes} NOT NULL,
  at        {int}   NOT NULL,
  PRIMARY KEY (change_id, signer)
) {strict};

-- How far the directory had come when a member last signed in, under their own key,
-- which the fingerprint names.
CREATE TABLE directory_pin (
  member_id   {text}  NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  fingerprint {text}  NOT NULL,
  box         {bytes} NOT NULL
) {strict};

-- That an operator accepted an older database, and why; signed by the installation.
CREATE TABLE acceptance (
  at        {int}   NOT NULL PRIMARY KEY,
  record    {bytes} NOT NULL,
  signature {bytes} NOT NULL
) {strict};

-- An invitation to enrol; its secret travels by link, only the hash is kept.
CREATE TABLE invitation (
  id         {text} NOT NULL PRIMARY KEY,
  kind       {text} NOT NULL CHECK (kind IN ('entry', 'reset')),
  lookup     {text} NOT NULL UNIQUE,
  email      {text} NOT NULL,
  name       {text} NOT NULL,
  language   {text} NOT NULL,
  assignments {text} NOT NULL,
  invited_by {text} NOT NULL,
  created    {int}  NOT NULL,
  expires    {int}  NOT NULL,
  member_id  {text} NOT NULL DEFAULT '',
  request    {bytes} NOT NULL,
  stamp      {bytes} NOT NULL,
  state      {text} NOT NULL CHECK (state IN ('open', 'enrolled', 'vouched', 'cancelled'))
) {strict};

CREATE TABLE session (
  id        {text}  NOT NULL PRIMARY KEY,
  member_id {text}  NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  box       {bytes} NOT NULL,
  pending   {bytes} NOT NULL,
  way       {text}  NOT NULL,
  standing  {text}  NOT NULL,
  created   {int}   NOT NULL,
  seen      {int}   NOT NULL,
  idle      {int}   NOT NULL,
  expires   {int}   NOT NULL
) {strict};
CREATE INDEX session_member ON session (member_id);

-- What a member's browser finds again shortly, sealed under a token of its own:
-- text that was typed when the session had ended, codes that are shown once.
CREATE TABLE held (
  id      {text}  NOT NULL PRIMARY KEY,
  kind    {text}  NOT NULL,
  box     {bytes} NOT NULL,
  expires {int}   NOT NULL
) {strict};
CREATE INDEX held_expires ON held (expires);

-- What can be used once and was: challenges and answers of the identity provider.
CREATE TABLE spent (
  id      {text} NOT NULL PRIMARY KEY,
  expires {int}  NOT NULL
) {strict};
CREATE INDEX spent_expires ON spent (expires);

-- How often something was tried, by a keyed hash of who and what: when its whole
-- allowance is back.
CREATE TABLE attempt (
  id    {text} NOT NULL PRIMARY KEY,
  whole {int}  NOT NULL
) {strict};
CREATE INDEX attempt_whole ON attempt (whole);

-- An unfinished complaint. Either wrapping opens its key: the browser's cookie or
-- the resume code.
CREATE TABLE draft (
  id         {text}  NOT NULL PRIMARY KEY,
  session_id {text}  NOT NULL UNIQUE,
  key_box    {bytes} NOT NULL,
  resume_id  {text}  UNIQUE,
  resume_box {bytes},
  box        {bytes} NOT NULL,
  revision   {int}   NOT NULL,
  created    {int}   NOT NULL,
  expires    {int}   NOT NULL
) {strict};
CREATE INDEX draft_expires ON draft (expires);

CREATE TABLE draft_file (
  id       {text}  NOT NULL PRIMARY KEY,
  draft_id {text}  NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
  box      {bytes} NOT NULL,
  size     {int}   NOT NULL,
  created  {int}   NOT NULL
) {strict};
CREATE INDEX draft_file_draft ON draft_file (draft_id);

-- A file that comes in pieces, for a draft or a mailbox: the parts that are here, sealed.
CREATE TABLE upload (
  id       {text}  NOT NULL PRIMARY KEY,
  owner_id {text}  NOT NULL,
  size     {int}   NOT NULL,
  received {int}   NOT NULL,
  revision {int}   NOT NULL,
  box      {bytes} NOT NULL,
  expires  {int}   NOT NULL
) {strict};
CREATE INDEX upload_owner ON upload (owner_id);
CREATE INDEX upload_expires ON upload (expires);

-- What a retry of the final submit answers: number and code, sealed under the
-- cookie, until the code is confirmed or a day has passed.
CREATE TABLE submission (
  draft_id   {text}  NOT NULL PRIMARY KEY,
  session_id {text}  NOT NULL,
  box        {bytes} NOT NULL,
  created    {int}   NOT NULL
) {strict};
CREATE INDEX submission_session ON submission (session_id, created);
CREATE INDEX submission_created ON submission (created);

-- A case, with all that stands in the clear about it.
CREATE TABLE case_file (
  id         {text}  NOT NULL PRIMARY KEY,
  number     {text}  NOT NULL UNIQUE,
  route      {text}  NOT NULL CHECK (route IN ('general', 'privacy', 'integrity')),
  team       {text}  NOT NULL,
  state      {text}  NOT NULL,
  language   {text}  NOT NULL,
  channel    {text}  NOT NULL,
  in_charge  {text}  NOT NULL DEFAULT '',
  received   {int}   NOT NULL,
  changed    {int}   NOT NULL,
  closed     {int}   NOT NULL DEFAULT 0,
  erase_after {int}  NOT NULL DEFAULT 0,
  part_after {int}   NOT NULL DEFAULT 0,
  held       {int}   NOT NULL DEFAULT 0,
  barred     {int}   NOT NULL DEFAULT 0,
  next_due   {int}   NOT NULL,
  unreached  {int}   NOT NULL DEFAULT 0 CHECK (unreached IN (0, 1)),
  epoch      {int}   NOT NULL,
  revision   {int}   NOT NULL DEFAULT 0,
  turn       {int}   NOT NULL DEFAULT 0,
  head_count {int}   NOT NULL,
  head_hash  {bytes} NOT NULL,
  head_stamp {bytes} NOT NULL
) {strict};
CREATE INDEX case_file_open ON case_file (closed, next_due, id);
CREATE INDEX case_file_due ON case_file (next_due, id);
CREATE INDEX case_file_charge ON case_file (in_charge, closed, next_due, id);
CREATE INDEX case_file_received ON case_file (received, id, channel);
CREATE INDEX case_file_state ON case_file (state, next_due, id);
CREATE INDEX case_file_erase ON case_file (erase_after) WHERE erase_after > 0;
CREATE INDEX case_file_part ON case_file (part_after) WHERE part_after > 0;

-- The public keys of a case's compartments per epoch, fixed by stamp.
CREATE TABLE case_key (
  case_id       {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  epoch         {int}   NOT NULL,
  seq           {int}   NOT NULL,
  identity      {bytes} NOT NULL,
  dialogue      {bytes} NOT NULL,
  investigation {bytes} NOT NULL,
  gate_box      {bytes} NOT NULL,
  created       {int}   NOT NULL,
  stamp         {bytes} NOT NULL,
  PRIMARY KEY (case_id, epoch)
) {strict};

-- Compartment keys wrapped to one person.
CREATE TABLE case_grant (
  case_id        {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  epoch          {int}   NOT NULL,
  recipient_kind {text}  NOT NULL CHECK (recipient_kind IN ('member', 'code', 'recovery')),
  recipient_id   {text}  NOT NULL,
  seq            {int}   NOT NULL,
  fingerprint    {text}  NOT NULL,
  box            {bytes} NOT NULL,
  created        {int}   NOT NULL,
  stamp          {bytes} NOT NULL,
  PRIMARY KEY (case_id, epoch, recipient_kind, recipient_id)
) {strict};
CREATE INDEX case_grant_member ON case_grant (recipient_id, case_id, epoch) WHERE recipient_kind = 'member';

-- The same keys under the member's own keyring key, made at the first opening.
CREATE TABLE keyring (
  member_id {text}  NOT NULL,
  case_id   {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  epoch     {int}   NOT NULL,
  box       {bytes} NOT NULL,
  PRIMARY KEY (member_id, case_id, epoch)
) {strict};
CREATE INDEX keyring_case ON keyring (case_id);

-- A sealed item on the timeline.
CREATE TABLE entry (
  case_id     {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  id          {text}  NOT NULL,
  seq         {int}   NOT NULL,
  epoch       {int}   NOT NULL,
  compartment {int}   NOT NULL CHECK (compartment IN (1, 2, 3)),
  kind        {text}  NOT NULL,
  parent      {text}  NOT NULL DEFAULT '',
  author_kind {text}  NOT NULL CHECK (author_kind IN ('complainant', 'member', 'system')),
  author_id   {text}  NOT NULL,
  appended    {int}   NOT NULL CHECK (appended IN (0, 1)),
  derived     {bytes},
  box         {bytes} NOT NULL,
  gone        {bytes},
  created     {int}   NOT NULL,
  stamp       {bytes} NOT NULL,
  PRIMARY KEY (case_id, id)
) {strict};
CREATE INDEX entry_seq ON entry (case_id, seq);
CREATE INDEX entry_words ON entry (case_id, seq) WHERE kind IN ('message-in', 'withdrawal', 'meeting-request', 'check-in', 'review-request', 'slip-answer', 'data-request');
CREATE INDEX entry_request ON entry (created) WHERE kind = 'request';
CREATE INDEX entry_review ON entry (case_id) WHERE kind = 'review-request';

CREATE TABLE summary (
  case_id {text}  NOT NULL PRIMARY KEY REFERENCES case_file (id) ON DELETE CASCADE,
  epoch   {int}   NOT NULL,
  revision {int}  NOT NULL,
  box     {bytes} NOT NULL,
  stamp   {bytes} NOT NULL
) {strict};

CREATE TABLE case_clock (
  case_id {text} NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  id      {text} NOT NULL,
  kind    {text} NOT NULL,
  started {int}  NOT NULL,
  target  {int}  NOT NULL,
  due     {int}  NOT NULL,
  hard    {int}  NOT NULL CHECK (hard IN (0, 1)),
  met     {int}  NOT NULL DEFAULT 0,
  promised {int} NOT NULL DEFAULT 0,
  paused  {int}  NOT NULL DEFAULT 0,
  again   {int}  NOT NULL DEFAULT 0,
  reminded {int} NOT NULL DEFAULT 0,
  rung    {int}  NOT NULL DEFAULT 0,
  remind  {int}  NOT NULL DEFAULT 0,
  PRIMARY KEY (case_id, id)
) {strict};
CREATE INDEX case_clock_remind ON case_clock (remind) WHERE remind > 0;
CREATE INDEX case_clock_running ON case_clock (due, case_id, id) WHERE met = 0;

-- Who has read up to which item: members by id, the complainant as ''.
CREATE TABLE read_mark (
  case_id   {text} NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  member_id {text} NOT NULL,
  seq       {int}  NOT NULL,
  at        {int}  NOT NULL,
  PRIMARY KEY (case_id, member_id)
) {strict};

-- What a member set for themselves in a case, or is wanted for by a colleague: to be
-- told what happens in it (watch), not to be shown it for a while (snooze), to read a
-- note (mention) or a text (asked), that a text was read (checked). "what" is the entry.
-- Or that they are at it (here): for some minutes, "what" says how.
CREATE TABLE beside (
  case_id   {text} NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  member_id {text} NOT NULL,
  kind      {text} NOT NULL CHECK (kind IN ('watch', 'snooze', 'mention', 'asked', 'checked', 'here')),
  what      {text} NOT NULL DEFAULT '',
  seq       {int}  NOT NULL DEFAULT 0,
  until     {int}  NOT NULL DEFAULT 0,
  at        {int}  NOT NULL,
  PRIMARY KEY (case_id, member_id, kind, what)
) {strict};
CREATE INDEX beside_member ON beside (member_id, kind);

-- Lists of cases under a name, which is sealed with the filter under a subkey of the
-- instance; of one member, or shared.
CREATE TABLE saved_view (
  id        {text}  NOT NULL PRIMARY KEY,
  member_id {text}  NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  shared    {int}   NOT NULL CHECK (shared IN (0, 1)),
  box       {bytes} NOT NULL,
  created   {int}   NOT NULL
) {strict};
CREATE INDEX saved_view_member ON saved_view (member_id);

-- Openings of the identity and of the case, as the complainant sees them.
CREATE TABLE opening (
  case_id   {text} NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  id        {text} NOT NULL,
  member_id {text} NOT NULL,
  what      {text} NOT NULL CHECK (what IN ('case', 'identity', 'file')),
  purpose   {bytes},
  at        {int}  NOT NULL,
  until     {int}  NOT NULL DEFAULT 0,
  shut      {int}  NOT NULL DEFAULT 0 CHECK (shut IN (0, 1)),
  stamp     {bytes} NOT NULL,
  PRIMARY KEY (case_id, id)
) {strict};
CREATE INDEX opening_member ON opening (case_id, member_id, what, at);

-- The complainant's code: look-up, and the public key with which whoever does not
-- hold the code wraps a fresh epoch to it.
CREATE TABLE code (
  lookup  {text}  NOT NULL PRIMARY KEY,
  case_id {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  public_key {bytes} NOT NULL,
  handed  {int}   NOT NULL CHECK (handed IN (0, 1)),
  created {int}   NOT NULL,
  stamp   {bytes} NOT NULL
) {strict};
CREATE INDEX code_case ON code (case_id);

-- A new code on its way to a complainant. The code itself lies under the cookie of the
-- browser that drew it, until the person says that they kept it.
CREATE TABLE code_change (
  case_id    {text}  NOT NULL PRIMARY KEY REFERENCES case_file (id) ON DELETE CASCADE,
  id         {text}  NOT NULL,
  member_id  {text}  NOT NULL,
  started    {int}   NOT NULL,
  ready      {int}   NOT NULL,
  lookup     {text}  NOT NULL,
  public_key {bytes} NOT NULL,
  kept       {int}   NOT NULL,
  box        {bytes} NOT NULL,
  stamp      {bytes} NOT NULL
) {strict};

CREATE TABLE mailbox_session (
  id      {text}  NOT NULL PRIMARY KEY,
  case_id {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  box     {bytes} NOT NULL,
  created {int}   NOT NULL,
  seen    {int}   NOT NULL,
  expires {int}   NOT NULL
) {strict};

-- Where news of a case can be sent, under a subkey of the instance.
-- mark is a keyed hash of it: who reads the database cannot try addresses.
CREATE TABLE notice_address (
  case_id  {text}  NOT NULL PRIMARY KEY REFERENCES case_file (id) ON DELETE CASCADE,
  box      {bytes} NOT NULL,
  mark     {bytes} NOT NULL,
  verified {int}   NOT NULL,
  stamp    {bytes} NOT NULL
) {strict};

-- A link that was sent to the address of a case. Only the hash of its secret is
-- kept; it is good for one purpose and one address, once.
CREATE TABLE link (
  lookup  {text}  NOT NULL PRIMARY KEY,
  case_id {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  purpose {text}  NOT NULL CHECK (purpose IN ('confirm', 'code')),
  mark    {bytes} NOT NULL,
  created {int}   NOT NULL,
  expires {int}   NOT NULL,
  used    {int}   NOT NULL DEFAULT 0,
  box     {bytes} NOT NULL,
  stamp   {bytes} NOT NULL
) {strict};
CREATE INDEX link_case ON link (case_id, purpose);
CREATE INDEX link_expires ON link (expires);

-- A member's unfinished note or message, under the case's own key.
CREATE TABLE desk_draft (
  case_id   {text}  NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  member_id {text}  NOT NULL,
  kind      {text}  NOT NULL,
  epoch     {int}   NOT NULL,
  revision  {int}   NOT NULL,
  box       {bytes} NOT NULL,
  changed   {int}   NOT NULL,
  PRIMARY KEY (case_id, member_id, kind)
) {strict};

-- Which blobs are alive, and for whom. Those of an erased case wait to be deleted.
CREATE TABLE blob_ref (
  name       {text} NOT NULL PRIMARY KEY CHECK (name <> ''),
  owner_kind {text} NOT NULL CHECK (owner_kind IN ('draft', 'case', 'mailbox', 'desk', 'erased')),
  owner_id   {text} NOT NULL,
  object_id  {text} NOT NULL,
  size       {int}  NOT NULL,
  created    {int}  NOT NULL
) {strict};
CREATE INDEX blob_ref_owner ON blob_ref (owner_kind, owner_id, object_id);

-- Mail that waits, sealed under a subkey of the instance.
CREATE TABLE mail (
  id      {text}  NOT NULL PRIMARY KEY,
  case_id {text}  NOT NULL DEFAULT '',
  member_id {text} NOT NULL DEFAULT '',
  kind    {text}  NOT NULL,
  box     {bytes} NOT NULL,
  state   {text}  NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
  error   {text}  NOT NULL DEFAULT '',
  created {int}   NOT NULL,
  sent    {int}   NOT NULL DEFAULT 0,
  failed  {int}   NOT NULL DEFAULT 0
) {strict};
CREATE INDEX mail_state ON mail (state, created);
CREATE INDEX mail_case ON mail (case_id);

-- By which sign a reply finds its case: a keyed hash of what a mail carried, and for which
-- address (mark). Empty are mark and seed of what leads a mail that is brought to its case. Without that and the seed it stays for its time when the case is erased, so
-- that a late reply goes to the same team.
CREATE TABLE mail_thread (
  lookup  {text}  NOT NULL PRIMARY KEY,
  case_id {text}  NOT NULL,
  mark    {bytes} NOT NULL,
  seed    {bytes} NOT NULL,
  period  {int}   NOT NULL,
  until   {int}   NOT NULL,
  stamp   {bytes} NOT NULL
) {strict};
CREATE INDEX mail_thread_case ON mail_thread (case_id, period);
CREATE INDEX mail_thread_until ON mail_thread (until);

-- Mailboxes that are read: how far, when last, and what was the matter then. A mail that
-- could not be taken in is tried again later.
CREATE TABLE mail_source (
  id       {text} NOT NULL PRIMARY KEY,
  validity {int}  NOT NULL DEFAULT 0,
  uid      {int}  NOT NULL DEFAULT 0,
  looked   {int}  NOT NULL DEFAULT 0,
  trouble  {text} NOT NULL DEFAULT ''
) {strict};

CREATE TABLE mail_stuck (
  source_id {text} NOT NULL REFERENCES mail_source (id) ON DELETE CASCADE,
  uid       {int}  NOT NULL,
  tries     {int}  NOT NULL,
  again     {int}  NOT NULL,
  trouble   {text} NOT NULL,
  PRIMARY KEY (source_id, uid)
) {strict};

-- Background work: ids only, never personal data.
CREATE TABLE job (
  id       {text} NOT NULL PRIMARY KEY,
  kind     {text} NOT NULL,
  ref      {text} NOT NULL,
  state    {text} NOT NULL CHECK (state IN ('waiting', 'dead')),
  run_at   {int}  NOT NULL,
  attempts {int}  NOT NULL DEFAULT 0,
  holder   {text} NOT NULL DEFAULT '',
  leased   {int}  NOT NULL DEFAULT 0
) {strict};
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_ref ON job (ref);

-- One holder at a time for work that must not run twice; the fence only grows.
CREATE TABLE lease (
  name   {text} NOT NULL PRIMARY KEY,
  holder {text} NOT NULL,
  fence  {int}  NOT NULL,
  until  {int}  NOT NULL
) {strict};

-- What is left of an erased case: what is counted, and who erased it by which rule.
-- Months instead of days, and nothing that somebody wrote.
CREATE TABLE erased_case (
  case_id      {text} NOT NULL PRIMARY KEY,
  number       {text} NOT NULL,
  route        {text} NOT NULL,
  team         {text} NOT NULL,
  channel      {text} NOT NULL,
  language     {text} NOT NULL,
  topics       {text} NOT NULL,
  outcome      {text} NOT NULL,
  received     {text} NOT NULL,
  closed       {text} NOT NULL,
  days         {int}  NOT NULL,
  acknowledged {text} NOT NULL CHECK (acknowledged IN ('none', 'in-time', 'late')),
  answered     {text} NOT NULL CHECK (answered IN ('none', 'in-time', 'late')),
  apart        {int}  NOT NULL CHECK (apart IN (0, 1)),
  rule         {text} NOT NULL,
  due          {int}  NOT NULL,
  erased       {int}  NOT NULL,
  story_erased {int}  NOT NULL,
  identity_erased {int} NOT NULL,
  member_id    {text} NOT NULL,
  second_id    {text} NOT NULL,
  leaf_id      {text} NOT NULL,
  turn         {int}  NOT NULL
) {strict};
CREATE INDEX erased_case_erased ON erased_case (erased, case_id);

-- The log. A leaf enters without position in the transaction of its change; the
-- sequencer gives positions to those whose stamp holds. record and salt go at
-- erasure, hash and stamp stay.
CREATE TABLE log_leaf (
  id       {text}  NOT NULL,
  position {int}   UNIQUE,
  case_id  {text}  NOT NULL DEFAULT '',
  at       {int}   NOT NULL,
  kind     {text}  NOT NULL,
  record   {bytes},
  salt     {bytes},
  hash     {bytes} NOT NULL,
  stamp    {bytes} NOT NULL,
  PRIMARY KEY (case_id, id) -- the lines of a case lie together: ids are random
) {strict};
CREATE INDEX log_leaf_waiting ON log_leaf (at, id) WHERE position IS NULL;
CREATE INDEX log_leaf_receipt ON log_leaf (case_id, hash) WHERE kind = 'receipt' AND record IS NOT NULL AND position IS NOT NULL;
CREATE INDEX log_leaf_checked ON log_leaf (position) WHERE kind = 'log-checked';

CREATE TABLE log_node (
  id   {int}   NOT NULL PRIMARY KEY,
  hash {bytes} NOT NULL
) {strict};

CREATE TABLE checkpoint (
  size {int}   NOT NULL PRIMARY KEY,
  note {bytes} NOT NULL,
  at   {int}   NOT NULL
) {strict};

-- Which checkpoint went to which witness; the mail has the same id. Addresses stand
-- in the settings, here only what stands for them.
CREATE TABLE witness_mail (
  id      {text}  NOT NULL PRIMARY KEY,
  witness {text}  NOT NULL,
  old     {int}   NOT NULL,
  size    {int}   NOT NULL,
  note    {bytes} NOT NULL,
  at      {int}   NOT NULL
) {strict};
CREATE INDEX witness_mail_witness ON witness_mail (witness, at);

-- The yearly drill: a practice case with tables of its own, so that it is in no list
-- and in no count of cases.
CREATE TABLE drill (
  id            {text}  NOT NULL PRIMARY KEY,
  started       {int}   NOT NULL,
  started_by    {text}  NOT NULL,
  key_seq       {int}   NOT NULL,
  identity      {bytes} NOT NULL,
  dialogue      {bytes} NOT NULL,
  investigation {bytes} NOT NULL,
  gate_box      {bytes} NOT NULL,
  key_stamp     {bytes} NOT NULL,
  entry_id      {text}  NOT NULL,
  entry_seq     {int}   NOT NULL,
  entry_kind    {text}  NOT NULL,
  compartment   {int}   NOT NULL,
  entry_box     {bytes} NOT NULL,
  entry_stamp   {bytes} NOT NULL,
  head_count    {int}   NOT NULL,
  head_hash     {bytes} NOT NULL,
  head_stamp    {bytes} NOT NULL
) {strict};
CREATE INDEX drill_started ON drill (started);

-- Its grants, and when each was opened: by a member on the desk, with the recovery
-- key by command.
CREATE TABLE drill_grant (
  drill_id       {text}  NOT NULL REFERENCES drill (id) ON DELETE CASCADE,
  recipient_kind {text}  NOT NULL CHECK (recipient_kind IN ('member', 'recovery')),
  recipient_id   {text}  NOT NULL,
  seq            {int}   NOT NULL,
  fingerprint    {text}  NOT NULL,
  box            {bytes} NOT NULL,
  stamp          {bytes} NOT NULL,
  opened         {int}   NOT NULL DEFAULT 0,
  PRIMARY KEY (drill_id, recipient_kind, recipient_id)
) {strict};

-- Cases that a member held before their keys were renewed, until a colleague restores
-- the access.
CREATE TABLE lost_access (
  member_id {text} NOT NULL,
  case_id   {text} NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  seq       {int}  NOT NULL,
  stamp     {bytes} NOT NULL,
  PRIMARY KEY (member_id, case_id)
) {strict};
CREATE INDEX lost_access_case ON lost_access (case_id);

-- When a member is away, and who stands in for them.
CREATE TABLE absence (
  member_id {text} NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  deputy_id {text} NOT NULL DEFAULT '',
  away_from {int}  NOT NULL DEFAULT 0,
  away_to   {int}  NOT NULL DEFAULT 0
) {strict};

-- The public key to which mails to a member are encrypted, bound by a stamp to the member.
CREATE TABLE openpgp_key (
  member_id   {text}  NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  fingerprint {text}  NOT NULL,
  public_key  {bytes} NOT NULL,
  added       {int}   NOT NULL,
  stamp       {bytes} NOT NULL
) {strict};

-- At which secret address a calendar reads a member's dates.
CREATE TABLE calendar_address (
  member_id {text} NOT NULL PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  lookup    {text} NOT NULL UNIQUE,
  created   {int}  NOT NULL
) {strict};

-- What a member enters of a year, so that numbers can be measured by it; below nought
-- where it is not known.
CREATE TABLE year_entry (
  year       {int} NOT NULL PRIMARY KEY,
  people     {int} NOT NULL,
  supporters {int} NOT NULL,
  trainings  {int} NOT NULL
) {strict};

-- How often something happened in a month that is no change of a case: the form was
-- opened or begun, and what people said about the handling, without who did.
CREATE TABLE month_count (
  month {text} NOT NULL,
  what  {text} NOT NULL CHECK (what IN ('seen', 'started', 'clear-yes', 'clear-no', 'fair-yes', 'fair-no')),
  n     {int}  NOT NULL,
  PRIMARY KEY (month, what)
) {strict};

-- Which cases said how it went, as keyed hashes: each is counted once, and nothing here
-- tells which it was.
CREATE TABLE survey_mark (
  mark {text} NOT NULL PRIMARY KEY
) {strict};

-- Uses of the organisation's recovery key, as the desk shows them.
CREATE TABLE recovery_use (
  id        {text} NOT NULL PRIMARY KEY,
  at        {int}  NOT NULL,
  member_id {text} NOT NULL
) {strict};
CREATE INDEX recovery_use_at ON recovery_use (at);

-- What an organisation has otherwise than its built-in profile, one row for each version.
-- A row is never changed; the log holds the hash of its body.
CREATE TABLE configuration (
  number    {int}   NOT NULL PRIMARY KEY,
  made      {int}   NOT NULL,
  member_id {text}  NOT NULL,
  why       {text}  NOT NULL,
  body      {bytes} NOT NULL,
  hash      {bytes} NOT NULL
) {strict};

-- The first steps of a new desk: what was confirmed, by whom; and, in "value", what a
-- recovery key that is typed back is held against, until it was.
CREATE TABLE setup_mark (
  step      {text} NOT NULL,
  part      {text} NOT NULL,
  member_id {text} NOT NULL,
  at        {int}  NOT NULL,
  value     {bytes},
  PRIMARY KEY (step, part)
) {strict};
