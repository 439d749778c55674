-- Creates partitions until one exists for p_position. A table is made apart and then attached, which locks nobody
-- who reads or appends.
create function cover_position(p_position bigint) returns bigint
language plpgsql security definer as $$
declare
  covered bigint;
  size bigint;
  part text;
begin
  select covered_to, partition_entries, least(p_position, position + 2 * partition_entries)
    into strict covered, size, p_position from log_head for update;
  while covered < p_position loop
    part := 'log_entry_' || lpad((covered / size + 1)::text, 6, '0');
    execute format('create table %I (like log_entry including all)', part);
    perform make_insert_only(part::regclass);
    execute format('alter table log_entry attach partition %I for values from (%s) to (%s)',
                   part, covered + 1, covered + size + 1);
    insert into log_partition (first_position, last_position, table_name) values (covered + 1, covered + size, part);
    covered := covered + size;
  end loop;
  perform set_config('kuda.log_function', 'on', true);
  update log_head set covered_to = covered where covered_to <> covered;
  return covered;
end
$$;

select cover_position(1);
