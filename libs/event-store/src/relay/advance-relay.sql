-- Moves a relay's cursor. Answers 'advanced', 'fenced' (a newer epoch) or 'moved' (not where the caller thought).
create function advance_relay(p_epoch bigint, p_name text, p_from bigint, p_to bigint) returns text
language plpgsql security definer set plan_cache_mode = force_custom_plan as $$
begin
  if (select epoch from log_head) <> p_epoch then return 'fenced'; end if;
  insert into relay_cursor (name, position) values (p_name, 0) on conflict (name) do nothing;
  update relay_cursor set position = p_to where name = p_name and position = p_from and p_to >= p_from;
  return case when found then 'advanced' else 'moved' end;
end
$$;
