-- Appends one batch in one transaction and one round trip. Answers (status, position):
--   appended  position = the new head
--   fenced    another owner holds a newer epoch
--   behind    the head is not where the caller decided from; position = the head
-- and raises, so that nothing is written:
--   KU007     streams are not at the version they were decided from; named in the detail, one a line
--   23505     on log_command: a command id has an outcome already
-- Generic plans with the nested loop as the only way: a plan made on empty tables is still right on large ones, and
-- planning anew would cost a light batch more than its work.
create function append_batch(
  p_epoch bigint, p_after bigint, p_frontier bytea,
  p_command_ids text[], p_fingerprints bytea[], p_stream_ids text[], p_stream_versions bigint[],
  p_kinds text[], p_payloads bytea[], p_traceparents text[], p_recorded_at_us bigint[], p_leaf_hashes bytea[],
  -- For each entry the index of its stream among p_state_ids, from 1; 0 without a stream.
  p_streams integer[],
  p_state_ids text[], p_state_before bigint[], p_state_versions bigint[], p_state_positions bigint[],
  p_states bytea[], p_state_due_at_us bigint[], p_state_pages integer[],
  p_page_streams text[], p_page_nos integer[], p_pages bytea[],
  p_total_keys text[], p_total_amounts numeric[],
  p_topics text[], p_partitions integer[], p_next_offsets bigint[],
  out status text, out at_position bigint
) language plpgsql security definer
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
set enable_mergejoin = off set enable_bitmapscan = off set jit = off as $$
declare
  head log_head%rowtype;
  size constant integer := cardinality(p_command_ids);
  written integer;
  inserted integer;
begin
  select * into strict head from log_head for update;
  at_position := head.position;
  if head.epoch <> p_epoch then status := 'fenced'; return; end if;
  if head.position <> p_after then status := 'behind'; return; end if;
  if head.covered_to < p_after + size then perform cover_position(p_after + size); end if;

  -- The version of an entry is the one its stream was decided from, plus its place among the stream's entries; its
  -- time is later than that of the entry before.
  if exists (
    select from (
      select e.stream, e.version - row_number() over (partition by e.stream order by e.n) as before,
             e.at, lag(e.at, 1, head.recorded_at_us) over (order by e.n) as previous
        from unnest(p_streams, p_stream_versions, p_recorded_at_us) with ordinality as e (stream, version, at, n)
    ) as v where v.at <= v.previous or v.stream > 0 and v.before <> p_state_before[v.stream]
  ) then
    raise exception 'KUDA-LOG-1012: versions are not contiguous, or recorded_at does not strictly increase'
      using errcode = 'KU012';
  end if;

  update stream_state t
     set version = s.version, position = s.position, state = s.state, due_at_us = s.due_at_us,
         paged = t.paged or s.pages > 0
    from (select unnest(p_state_ids) as stream_id, unnest(p_state_before) as before,
                 unnest(p_state_versions) as version, unnest(p_state_positions) as position,
                 unnest(p_states) as state, unnest(p_state_due_at_us) as due_at_us,
                 unnest(p_state_pages) as pages) as s
   where t.stream_id = s.stream_id and t.version = s.before;
  get diagnostics written = row_count;
  if written < cardinality(p_state_ids) then
    insert into stream_state (stream_id, version, position, state, due_at_us, paged)
    select s.stream_id, s.version, s.position, s.state, s.due_at_us, s.pages > 0
      from unnest(p_state_ids, p_state_before, p_state_versions, p_state_positions, p_states, p_state_due_at_us,
                  p_state_pages) as s (stream_id, before, version, position, state, due_at_us, pages)
     where s.before = 0
    on conflict (stream_id) do nothing;
    get diagnostics inserted = row_count;
    if written + inserted < cardinality(p_state_ids) then
      raise exception 'KUDA-LOG-1007: streams have moved' using errcode = 'KU007', detail = (
        select string_agg(s.stream_id, e'\n')
          from unnest(p_state_ids, p_state_positions) as s (stream_id, position)
          left join stream_state t on t.stream_id = s.stream_id
         -- What this batch wrote has a position that nothing else can have.
         where t.position is distinct from s.position);
    end if;
  end if;

  if cardinality(p_page_streams) > 0 then
    delete from stream_page g using unnest(p_page_streams, p_page_nos, p_pages) as p (stream_id, page_no, bytes)
     where g.stream_id = p.stream_id and g.page_no = p.page_no and p.bytes is null;
    insert into stream_page (stream_id, page_no, bytes)
    select * from unnest(p_page_streams, p_page_nos, p_pages) as p (stream_id, page_no, bytes)
     where p.bytes is not null
    on conflict (stream_id, page_no) do update set bytes = excluded.bytes;
  end if;

  -- Arrays side by side in the select list are read in step, without a copy in between.
  insert into log_entry (position, command_id, fingerprint, stream_id, stream_version, kind, payload,
                         traceparent, recorded_at_us, leaf_hash)
  select generate_series(p_after + 1, p_after + size), unnest(p_command_ids), unnest(p_fingerprints),
         unnest(p_stream_ids), unnest(p_stream_versions), unnest(p_kinds), unnest(p_payloads),
         unnest(p_traceparents), unnest(p_recorded_at_us), unnest(p_leaf_hashes);

  insert into log_command (command_id, position)
  select unnest(p_command_ids), generate_series(p_after + 1, p_after + size);

  insert into log_total as t (key, amount) select * from unnest(p_total_keys, p_total_amounts)
  on conflict (key) do update set amount = t.amount + excluded.amount;

  insert into input_offset as i (topic, partition, next_offset)
  select * from unnest(p_topics, p_partitions, p_next_offsets)
  on conflict (topic, partition) do update set next_offset = excluded.next_offset
   where i.next_offset < excluded.next_offset;

  if size > 0 then
    perform set_config('kuda.log_function', 'on', true);
    update log_head h set position = p_after + size, recorded_at_us = p_recorded_at_us[size], frontier = p_frontier
     returning h.position into at_position;
  end if;
  status := 'appended';
end
$$;
