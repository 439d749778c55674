-- Read models in versions. A projection owns tables of one version each (`balance_v3`); what readers see are views of the
-- tables' names without the version (`balance`). A rebuild fills the next version beside the one that is read and moves
-- the views in one transaction. The service's role calls the functions; only the owner's text is ever executed.

create table projection (
  name text collate "C" primary key,
  current_version integer not null check (current_version > 0),
  -- Kept for a rollback until it is dropped.
  previous_version integer,
  tables text[] not null,
  -- Tables whose rows never change, guarded by the trigger of the log.
  insert_only text[] not null,
  -- `{v}` stands for a version's number; create_sql makes the tables, fill_sql their rows, keys_sql keys and indexes.
  create_sql text not null,
  keys_sql text not null,
  fill_sql text,
  app_role text not null
);

create table projection_rebuild (
  id bigint generated always as identity primary key,
  name text collate "C" not null references projection (name),
  from_version integer not null,
  to_version integer not null,
  phase text not null check (phase in
    ('filling', 'tailing', 'comparing', 'swapping', 'swapped', 'refused', 'failed', 'abandoned')),
  position bigint not null default 0,
  target bigint not null default 0,
  -- The last position that all shares of a fill by SQL take in.
  fill_to bigint,
  -- What the gate saw: the position, both digests, the first row that differs.
  report jsonb,
  started_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);

-- One rebuild at a time.
create unique index projection_rebuild_one on projection_rebuild ((true)) where ended_at is null;

-- At which position each projection is read.
create view projection_position as
select p.name, p.current_version as version, coalesce(c.position, 0) as position
  from projection p
  left join projection_checkpoint c on c.name = p.name and c.version = p.current_version;

-- The tables of a version, empty and without keys.
create function projection_make(p_name text, p_version integer) returns void
language plpgsql as $$
declare
  made constant projection := (select p from projection p where p.name = p_name);
  base text;
begin
  execute replace(made.create_sql, '{v}', p_version::text);
  insert into projection_checkpoint (name, version, position) values (p_name, p_version, 0);
  foreach base in array made.tables loop
    if base = any (made.insert_only) then
      execute format('grant select, insert on %I to %I', base || '_v' || p_version, made.app_role);
      perform make_insert_only(format('%I', base || '_v' || p_version)::regclass);
    else
      execute format('grant select, insert, update, delete on %I to %I', base || '_v' || p_version, made.app_role);
    end if;
  end loop;
end
$$;

create function projection_add_keys(p_name text, p_version integer) returns void
language plpgsql as $$
begin
  execute replace((select p.keys_sql from projection p where p.name = p_name), '{v}', p_version::text);
end
$$;

create function projection_show(p_name text, p_version integer) returns void
language plpgsql as $$
declare
  shown constant projection := (select p from projection p where p.name = p_name);
  base text;
begin
  foreach base in array shown.tables loop
    begin
      execute format('create or replace view %I as select * from %I', base, base || '_v' || p_version);
    exception when invalid_table_definition then
      -- The version has other columns.
      execute format('drop view %I', base);
      execute format('create view %I as select * from %I', base, base || '_v' || p_version);
    end;
    execute format('grant select on %I to %I', base, shown.app_role);
  end loop;
end
$$;

create function projection_remove(p_name text, p_version integer) returns void
language plpgsql as $$
declare
  base text;
begin
  for base in select unnest(tables) from projection where name = p_name loop
    execute format('drop table if exists %I', base || '_v' || p_version);
  end loop;
  delete from projection_checkpoint where name = p_name and version = p_version;
end
$$;

-- Run by migrations: installs a projection with its version 1, or changes what later versions look like.
create function projection_install(
  p_name text, p_tables text[], p_insert_only text[], p_create_sql text, p_keys_sql text, p_fill_sql text
) returns void language plpgsql as $$
begin
  insert into projection (name, current_version, tables, insert_only, create_sql, keys_sql, fill_sql, app_role)
  values (p_name, 1, p_tables, p_insert_only, p_create_sql, p_keys_sql, p_fill_sql, current_setting('kuda.app_role'))
  on conflict (name) do update
    set create_sql = excluded.create_sql, keys_sql = excluded.keys_sql, fill_sql = excluded.fill_sql;
  if not exists (select from pg_class where relname = p_tables[1] and relnamespace = current_schema()::regnamespace) then
    perform projection_make(p_name, 1);
    perform projection_add_keys(p_name, 1);
    perform projection_show(p_name, 1);
  end if;
end
$$;

-- Takes the lease and makes the next version, empty and without keys. A lease not renewed for p_lease_ms is
-- lost: its rebuild is abandoned and its version removed. Raises KU020 while another rebuild holds it, or while the
-- database still runs a statement of the one that has lost it.
create function projection_begin(
  p_name text, p_lease_ms integer, out id bigint, out from_version integer, out to_version integer
) language plpgsql security definer set lock_timeout = '5s' as $$
declare
  known projection%rowtype;
  other projection_rebuild%rowtype;
begin
  select * into known from projection p where p.name = p_name for update;
  if not found then raise exception 'KUDA-LOG-1020: no projection %', p_name using errcode = 'KU021'; end if;
  select * into other from projection_rebuild r where r.ended_at is null for update;
  if found then
    if other.seen_at > clock_timestamp() - p_lease_ms * interval '1 millisecond' then
      raise exception 'KUDA-LOG-1021: % is being rebuilt', other.name using errcode = 'KU020';
    end if;
    perform projection_remove(other.name, other.to_version);
    update projection_rebuild r set phase = 'abandoned', ended_at = clock_timestamp() where r.id = other.id;
  end if;
  from_version := known.current_version;
  to_version := greatest(known.current_version, known.previous_version,
    (select max(r.to_version) from projection_rebuild r where r.name = p_name)) + 1;
  insert into projection_rebuild as r (name, from_version, to_version, phase)
  values (p_name, from_version, to_version, 'filling') returning r.id into id;
  perform projection_make(p_name, to_version);
exception
  when unique_violation then
    raise exception 'KUDA-LOG-1021: a rebuild has just begun' using errcode = 'KU020';
  when lock_not_available or deadlock_detected then
    raise exception 'KUDA-LOG-1021: the last rebuild has not ended yet' using errcode = 'KU020';
end
$$;

-- Renews the lease; false when it was lost.
create function projection_note(p_id bigint, p_phase text, p_position bigint, p_target bigint) returns boolean
language plpgsql security definer as $$
begin
  update projection_rebuild
     set phase = p_phase, position = p_position, target = p_target, seen_at = clock_timestamp()
   where id = p_id and ended_at is null;
  return found;
end
$$;

-- The position up to which the shares of a fill by SQL go, 0 where there is no such fill; null when the lease was lost.
-- The log must be whole.
create function projection_begin_fill(p_id bigint) returns bigint
language plpgsql security definer as $$
declare
  upto bigint;
begin
  update projection_rebuild r
     set fill_to = case when p.fill_sql is null then 0 else (select h.position from log_head h) end
    from projection p
   where r.id = p_id and r.ended_at is null and p.name = r.name
  returning r.fill_to into upto;
  if upto > 0 and (select min(e.position) from log_entry e) is distinct from 1 then
    raise exception 'KUDA-LOG-1017: the first entries are in a segment file' using errcode = 'KU017';
  end if;
  return upto;
end
$$;

-- Folds one share of the log, in a session of its own; false when the lease was lost. Sorting is off because the planner
-- takes generate_series for a thousand rows. One process, since processes below it would only hand it the rows that it
-- hashes. No asynchronous reads: what is in the system's cache is copied sooner than it is asked of an I/O worker, and
-- for what is not, the system reads ahead.
create function projection_fill(p_id bigint, p_share integer, p_shares integer) returns boolean
language plpgsql security definer set jit = off set enable_sort = off set work_mem = '256MB' set hash_mem_multiplier = 1
  set max_parallel_workers_per_gather = 0 set effective_io_concurrency = 0 as $$
declare
  wanted constant projection_rebuild := (select r from projection_rebuild r where r.id = p_id and r.ended_at is null);
  folded text := (select p.fill_sql from projection p where p.name = wanted.name);
begin
  if wanted.id is null then return false; end if;
  folded := replace(replace(folded, '{v}', wanted.to_version::text), '{upto}', wanted.fill_to::text);
  execute replace(replace(folded, '{share}', p_share::text), '{shares}', p_shares::text);
  return true;
end
$$;

-- After the shares, or without any: the keys, and the position that the version stands at; false when the lease was lost.
create function projection_end_fill(p_id bigint) returns boolean
language plpgsql security definer set maintenance_work_mem = '256MB' as $$
declare
  filled projection_rebuild%rowtype;
begin
  select * into filled from projection_rebuild r where r.id = p_id and r.ended_at is null;
  if not found then return false; end if;
  perform projection_add_keys(filled.name, filled.to_version);
  -- Renewals go on meanwhile; from here to the commit nobody takes the lease over.
  perform from projection_rebuild r where r.id = p_id and r.ended_at is null for update;
  if not found then return false; end if;
  update projection_checkpoint c set position = filled.fill_to
   where c.name = filled.name and c.version = filled.to_version;
  return true;
end
$$;

-- Keeps a version where it stands until the caller's transaction ends; answers the position.
create function projection_freeze(p_name text, p_version integer) returns bigint
language plpgsql security definer as $$
declare
  stands bigint;
begin
  select c.position into stands from projection_checkpoint c
   where c.name = p_name and c.version = p_version for update;
  return coalesce(stands, 0);
end
$$;

-- Moves the views to the rebuilt version; both versions must stand at one position. A reader that holds a view longer
-- than the lock timeout makes this fail, to be tried again, rather than hold up those behind it.
create function projection_swap(p_id bigint) returns boolean
language plpgsql security definer set lock_timeout = '1s' as $$
declare
  made constant projection_rebuild := (select r from projection_rebuild r where r.id = p_id and r.ended_at is null);
begin
  if made.id is null then return false; end if;
  if projection_freeze(made.name, made.from_version) <> projection_freeze(made.name, made.to_version) then
    return false;
  end if;
  perform projection_show(made.name, made.to_version);
  update projection set previous_version = current_version, current_version = made.to_version where name = made.name;
  update projection_rebuild set phase = 'swapped', ended_at = clock_timestamp() where id = p_id;
  return true;
end
$$;

-- What the gate saw.
create function projection_report(p_id bigint, p_report jsonb) returns void
language sql security definer as $$
  update projection_rebuild set report = p_report where id = p_id and ended_at is null
$$;

-- Ends a rebuild that did not swap. What was refused stays to be looked at, until it is dropped.
create function projection_end(p_id bigint, p_phase text) returns void
language plpgsql security definer as $$
declare
  ended projection_rebuild%rowtype;
begin
  update projection_rebuild set phase = p_phase, ended_at = clock_timestamp()
   where id = p_id and ended_at is null returning * into ended;
  if found and p_phase = 'failed' then perform projection_remove(ended.name, ended.to_version); end if;
end
$$;

-- Moves the views back to the version before; both must stand at one position.
create function projection_rollback(p_name text) returns boolean
language plpgsql security definer set lock_timeout = '1s' as $$
declare
  known projection%rowtype;
begin
  select * into known from projection p where p.name = p_name for update;
  if known.previous_version is null then return false; end if;
  if projection_freeze(p_name, known.current_version) <> projection_freeze(p_name, known.previous_version) then
    return false;
  end if;
  perform projection_show(p_name, known.previous_version);
  update projection set current_version = known.previous_version, previous_version = known.current_version
   where name = p_name;
  return true;
end
$$;

-- Drops a version that nobody reads; false for the one that is read, or one that is being made.
create function projection_drop(p_name text, p_version integer) returns boolean
language plpgsql security definer set lock_timeout = '5s' as $$
begin
  if exists (select from projection p where p.name = p_name and p.current_version = p_version)
     or exists (select from projection_rebuild r where r.name = p_name and r.to_version = p_version and r.ended_at is null)
     or not exists (select from projection_checkpoint c where c.name = p_name and c.version = p_version) then
    return false;
  end if;
  perform projection_remove(p_name, p_version);
  update projection set previous_version = null where name = p_name and previous_version = p_version;
  return true;
end
$$;

do $$
declare
  app constant text := current_setting('kuda.app_role');
  place constant text := quote_ident(current_schema());
  routine record;
begin
  execute format('grant select on projection, projection_rebuild, projection_position to %I', app);
  for routine in
    select p.oid::regprocedure as signature, p.prosecdef as called from pg_proc p
     where p.pronamespace = current_schema()::regnamespace and p.proname like 'projection\_%'
  loop
    execute format('alter function %s set search_path = %s, pg_temp', routine.signature, place);
    execute format('revoke all on function %s from public', routine.signature);
    if routine.called then execute format('grant execute on function %s to %I', routine.signature, app); end if;
  end loop;
end
$$;
