-- The entries that these commands made; of an entry in a detached partition only the position. One index seek an id,
-- whatever the planner believes about the tables' sizes: this runs before every batch.
create function first_outcomes(p_command_ids text[]) returns table (
  known_id text, known_position bigint, "position" bigint, "commandId" text, fingerprint bytea, "streamId" text,
  "streamVersion" bigint, kind text, payload bytea, traceparent text, "recordedAtUs" bigint
) language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
set enable_mergejoin = off set enable_bitmapscan = off set jit = off as $$
begin
  return query
    select c.command_id, c.position, e.position, e.command_id, e.fingerprint, e.stream_id, e.stream_version, e.kind,
           e.payload, e.traceparent, e.recorded_at_us
      from unnest(p_command_ids) as i (id)
      join log_command c on c.command_id = i.id
      left join log_entry e on e.position = c.position;
end
$$;
