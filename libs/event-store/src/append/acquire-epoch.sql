-- Makes the caller the log's only writer: every older epoch is fenced from this commit on.
create function acquire_epoch(
  p_owner text, out at_epoch bigint, out at_position bigint, out at_recorded_at_us bigint
) language sql security definer as $$
  update log_head set epoch = epoch + 1, owner = p_owner returning epoch, position, recorded_at_us
$$;
