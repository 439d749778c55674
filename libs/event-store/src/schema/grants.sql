-- The service's role may read and call; only the functions, which run as the owner, write.
do $$
declare
  app constant text := current_setting('kuda.app_role');
  place constant text := quote_ident(current_schema());
  routine record;
begin
  execute format('grant usage on schema %s to %I', place, app);
  execute format('grant select on log_head, log_entry, log_command, stream_state, stream_page, log_total, input_offset, '
                 'log_partition, relay_cursor, projection_checkpoint to %I', app);
  for routine in
    select p.oid::regprocedure as signature from pg_proc p
     where p.pronamespace = current_schema()::regnamespace
       and p.proname in ('append_batch', 'acquire_epoch', 'cover_position', 'first_outcomes', 'stream_states', 'advance_relay',
                         'advance_projection')
  loop
    -- A definer's function must not find another one's tables first.
    execute format('alter function %s set search_path = %s, pg_temp', routine.signature, place);
    execute format('revoke all on function %s from public', routine.signature);
    execute format('grant execute on function %s to %I', routine.signature, app);
  end loop;
  revoke all on function make_insert_only(regclass), refuse_change(), refuse_head_change() from public;
end
$$;
