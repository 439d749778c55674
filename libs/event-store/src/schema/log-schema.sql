-- The log of one service. Written only through the functions beside their typed callers; see README.md.

create table log_head (
  only_row boolean primary key default true check (only_row),
  -- The log's name for ever, part of every leaf: two logs never share one.
  name text collate "C" not null check (octet_length(name) between 1 and 200),
  layout integer not null,
  epoch bigint not null check (epoch >= 0),
  position bigint not null check (position >= 0),
  recorded_at_us bigint not null check (recorded_at_us >= 0),
  owner text not null,
  -- The Merkle tree's right edge over all entries up to position, packed (@kuda/transparency-log).
  frontier bytea not null,
  -- Entries that one partition holds, and the last position that a partition exists for.
  partition_entries bigint not null check (partition_entries > 0),
  covered_to bigint not null check (covered_to >= 0)
) with (fillfactor = 10, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

insert into log_head (name, layout, epoch, position, recorded_at_us, owner, frontier, partition_entries, covered_to)
values (
  coalesce(nullif(current_setting('kuda.log_name', true), ''),
           current_database() || case current_schema() when 'public' then '' else '/' || current_schema() end),
  current_setting('kuda.log_layout')::integer, 0, 0, 0, '', '\x010000000000000000',
  current_setting('kuda.log_partition_entries')::bigint, 0
);

create table log_entry (
  position bigint primary key check (position > 0),
  command_id text collate "C" not null check (octet_length(command_id) between 1 and 1024),
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  stream_id text collate "C" check (octet_length(stream_id) between 1 and 512),
  stream_version bigint not null,
  kind text collate "C" not null check (octet_length(kind) between 1 and 128),
  payload bytea not null,
  traceparent text collate "C" check (octet_length(traceparent) <= 128),
  recorded_at_us bigint not null check (recorded_at_us > 0),
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  check (case when stream_id is null then stream_version = 0 else stream_version > 0 end)
) partition by range (position);

-- Versions are checked while appending; by position, so that "as of a position" is one seek.
create index log_entry_stream on log_entry (stream_id, position) where stream_id is not null;

-- The ranges of log_entry, those included that stand in a segment file instead.
create table log_partition (
  first_position bigint primary key,
  last_position bigint not null check (last_position >= first_position),
  table_name name not null unique,
  -- Set when the entries were written to a segment file and the table detached.
  segment_sha256 bytea check (octet_length(segment_sha256) = 32),
  -- The Merkle tree's right edge behind the last entry, packed: where the next segment goes on.
  frontier_after bytea,
  check ((segment_sha256 is null) = (frontier_after is null))
);

-- Apart from log_entry, so that entries can be range-partitioned by position and ids stay unique over all of them.
create table log_command (
  command_id text collate "C" primary key,
  position bigint not null
);

create table stream_state (
  stream_id text collate "C" primary key,
  version bigint not null check (version > 0),
  position bigint not null check (position > 0),
  state bytea not null,
  due_at_us bigint,
  -- Set with the first page and never unset, so that a stream without pages is not looked up among them.
  paged boolean not null
) with (fillfactor = 70);

-- Parts of large states, so that a batch writes only those that changed.
create table stream_page (
  stream_id text collate "C" not null,
  page_no integer not null check (page_no >= 0),
  bytes bytea not null,
  primary key (stream_id, page_no)
) with (fillfactor = 70);

create index stream_state_due on stream_state (due_at_us) where due_at_us is not null;

create table log_total (
  key text collate "C" primary key,
  amount numeric(38, 0) not null
) with (fillfactor = 50);

create table input_offset (
  topic text collate "C" not null,
  partition integer not null check (partition >= 0),
  next_offset bigint not null check (next_offset >= 0),
  primary key (topic, partition)
) with (fillfactor = 50);

create table relay_cursor (
  name text collate "C" primary key,
  position bigint not null check (position >= 0)
) with (fillfactor = 50);

create table projection_checkpoint (
  name text collate "C" not null,
  version integer not null check (version > 0),
  position bigint not null check (position >= 0),
  primary key (name, version)
) with (fillfactor = 50);
