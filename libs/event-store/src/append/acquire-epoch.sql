-- Makes the caller the log's only writer: every older epoch is fenced from this commit on. Refuses another layout.
create function acquire_epoch(
  p_owner text, p_layout integer,
  out at_epoch bigint, out at_position bigint, out at_recorded_at_us bigint, out log_name text,
  out at_frontier bytea, out covered bigint, out partition_size bigint
) language plpgsql security definer as $$
declare
  found_layout integer;
begin
  perform set_config('kuda.log_function', 'on', true);
  update log_head set epoch = epoch + 1, owner = p_owner
   where layout = p_layout
   returning epoch, position, recorded_at_us, name, frontier, covered_to, partition_entries
        into at_epoch, at_position, at_recorded_at_us, log_name, at_frontier, covered, partition_size;
  if not found then
    select layout into found_layout from log_head;
    raise exception 'KUDA-LOG-1016: the log has layout %, this program reads layout %', found_layout, p_layout
      using errcode = 'KU016';
  end if;
end
$$;
