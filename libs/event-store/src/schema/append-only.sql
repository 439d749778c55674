-- What is written once stays: statement triggers cost nothing per row and bind the owner's sessions too.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'KUDA-LOG-1015: % on % is refused, it is insert-only', tg_op, tg_table_name
    using errcode = 'KU015';
end
$$;

-- Makes a table insert-only; for the log's tables and for those of a service's own migrations.
create function make_insert_only(p_table regclass) returns void language plpgsql as $$
begin
  execute format('create trigger insert_only before update or delete or truncate on %s '
                 'for each statement execute function refuse_change()', p_table);
end
$$;

select make_insert_only('log_entry'), make_insert_only('log_command');
create trigger head_kept before delete or truncate on log_head
  for each statement execute function refuse_change();

-- The head moves, but only by the log's own functions: they say so in their transaction.
create function refuse_head_change() returns trigger language plpgsql as $$
begin
  if current_setting('kuda.log_function', true) is distinct from 'on' then
    raise exception 'KUDA-LOG-1015: % on % is refused, only the log''s functions move it', tg_op, tg_table_name
      using errcode = 'KU015';
  end if;
  return null;
end
$$;
create trigger head_moved_by_functions before insert or update on log_head
  for each statement execute function refuse_head_change();
