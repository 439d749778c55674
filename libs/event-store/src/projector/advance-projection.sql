-- Moves a projection's checkpoint over the entries (p_from, p_to]; false when it does not stand at p_from.
create function advance_projection(p_name text, p_version integer, p_from bigint, p_to bigint) returns boolean
language plpgsql security definer set plan_cache_mode = force_custom_plan as $$
begin
  insert into projection_checkpoint (name, version, position) values (p_name, p_version, 0)
  on conflict (name, version) do nothing;
  update projection_checkpoint set position = p_to
   where name = p_name and version = p_version and position = p_from and p_to > p_from;
  return found;
end
$$;
