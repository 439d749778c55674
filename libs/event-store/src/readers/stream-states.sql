-- The packed states of those of the streams that have an entry, with their pages, all of one instant.
create function stream_states(p_stream_ids text[]) returns table (
  "streamId" text, version bigint, "position" bigint, state bytea, "dueAtUs" bigint, "pageNos" integer[],
  "pageBytes" bytea[]
) language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
set enable_mergejoin = off set enable_bitmapscan = off set jit = off as $$
begin
  return query
    select s.stream_id, s.version, s.position, s.state, s.due_at_us,
           case when s.paged then
             array(select p.page_no from stream_page p where p.stream_id = s.stream_id order by p.page_no)
           end,
           case when s.paged then
             array(select p.bytes from stream_page p where p.stream_id = s.stream_id order by p.page_no)
           end
      from unnest(p_stream_ids) as i (id)
      join stream_state s on s.stream_id = i.id;
end
$$;
