-- Appends one batch in one transaction and one round trip. Answers (status, position, names):
--   appended  position = the new head
--   fenced    another owner holds a newer epoch
--   behind    the head is not where the caller decided from; position = the head
--   known     names = command ids that already have an outcome
--   stale     names = streams that are not at the version they were decided from
-- Every status but 'appended' has written nothing.
create function append_batch(
  p_epoch bigint, p_after bigint,
  p_command_ids text[], p_fingerprints bytea[], p_stream_ids text[], p_stream_versions bigint[],
  p_kinds text[], p_payloads bytea[], p_traceparents text[], p_recorded_at_us bigint[],
  p_state_ids text[], p_state_before bigint[], p_state_versions bigint[], p_state_positions bigint[],
  p_states bytea[], p_state_due_at_us bigint[], p_state_paged boolean[],
  p_page_streams text[], p_page_nos integer[], p_pages bytea[],
  p_total_keys text[], p_total_amounts numeric[],
  p_topics text[], p_partitions integer[], p_next_offsets bigint[],
  out status text, out at_position bigint, out names text[]
) language plpgsql security definer set plan_cache_mode = force_custom_plan as $$
declare
  head log_head%rowtype;
  size constant integer := cardinality(p_command_ids);
begin
  select * into strict head from log_head for update;
  at_position := head.position;
  if head.epoch <> p_epoch then status := 'fenced'; return; end if;
  if head.position <> p_after then status := 'behind'; return; end if;

  select array_agg(c.command_id) into names from log_command c where c.command_id = any (p_command_ids);
  if names is not null then status := 'known'; return; end if;

  select array_agg(s.stream_id) into names
    from unnest(p_state_ids, p_state_before) as s (stream_id, before)
    left join stream_state t on t.stream_id = s.stream_id
   where coalesce(t.version, 0) <> s.before;
  if names is not null then status := 'stale'; return; end if;

  if exists (
    select from (
      select r.at, lag(r.at, 1, head.recorded_at_us) over (order by r.n) as previous
        from unnest(p_recorded_at_us) with ordinality as r (at, n)
    ) as pair where pair.at <= pair.previous
  ) then
    raise exception 'KUDA-LOG-1012: recorded_at does not strictly increase' using errcode = 'KU012';
  end if;

  insert into log_entry (position, command_id, fingerprint, stream_id, stream_version, kind, payload,
                         traceparent, recorded_at_us)
  select p_after + e.n, e.command_id, e.fingerprint, e.stream_id, e.stream_version, e.kind, e.payload,
         e.traceparent, e.recorded_at_us
    from unnest(p_command_ids, p_fingerprints, p_stream_ids, p_stream_versions, p_kinds, p_payloads,
                p_traceparents, p_recorded_at_us) with ordinality
      as e (command_id, fingerprint, stream_id, stream_version, kind, payload, traceparent, recorded_at_us, n);

  insert into log_command (command_id, position)
  select c.command_id, p_after + c.n from unnest(p_command_ids) with ordinality as c (command_id, n);

  insert into stream_state as s (stream_id, version, position, state, due_at_us, paged)
  select * from unnest(p_state_ids, p_state_versions, p_state_positions, p_states, p_state_due_at_us,
                       p_state_paged)
  on conflict (stream_id) do update
    set version = excluded.version, position = excluded.position, state = excluded.state,
        due_at_us = excluded.due_at_us, paged = s.paged or excluded.paged;

  if cardinality(p_page_streams) > 0 then
    delete from stream_page g using unnest(p_page_streams, p_page_nos, p_pages) as p (stream_id, page_no, bytes)
     where g.stream_id = p.stream_id and g.page_no = p.page_no and p.bytes is null;
    insert into stream_page (stream_id, page_no, bytes)
    select * from unnest(p_page_streams, p_page_nos, p_pages) as p (stream_id, page_no, bytes)
     where p.bytes is not null
    on conflict (stream_id, page_no) do update set bytes = excluded.bytes;
  end if;

  insert into log_total as t (key, amount) select * from unnest(p_total_keys, p_total_amounts)
  on conflict (key) do update set amount = t.amount + excluded.amount;

  insert into input_offset as i (topic, partition, next_offset)
  select * from unnest(p_topics, p_partitions, p_next_offsets)
  on conflict (topic, partition) do update set next_offset = excluded.next_offset
   where i.next_offset < excluded.next_offset;

  if size > 0 then
    update log_head h set position = p_after + size, recorded_at_us = p_recorded_at_us[size]
     returning h.position into at_position;
  end if;
  status := 'appended';
end
$$;
