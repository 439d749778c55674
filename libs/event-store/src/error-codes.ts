/** What can go wrong with a log: stable codes, searchable in logs, dead letters and problem details. */
export const LOG_ERROR_CODES = {
  'KUDA-LOG-1001': {
    title: 'The log has a newer owner',
    cause: 'Another process of this service acquired the epoch of the log; this one may not write any more.',
    remedy: 'None: this process ends. Run one process per log; a rolling update does this on purpose.',
  },
  'KUDA-LOG-1003': {
    title: 'A command cannot be stored',
    cause:
      'PostgreSQL refused the data of this one command (length, encoding, a constraint); the others went on.',
    remedy:
      'Read the detail, mend the sender or the limit, and send the command again from the dead-letter topic.',
  },
  'KUDA-LOG-1004': {
    title: 'A decision threw',
    cause: 'The service’s decision function threw for this command instead of answering with an outcome.',
    remedy: 'A defect of the service, named in the detail. Send the command again once it is mended.',
  },
  'KUDA-LOG-1005': {
    title: 'The log’s database is unavailable',
    cause: 'The database could not be reached, or kept aborting, for longer than the committer waits.',
    remedy:
      'Bring the database back; senders repeat their commands, and what was recorded is not recorded twice.',
  },
  'KUDA-LOG-1006': {
    title: 'Too many commands wait',
    cause: 'More commands are queued in front of the committer than its bound.',
    remedy: 'Send again later; if it lasts, look at the database’s commit latency.',
  },
  'KUDA-LOG-1007': {
    title: 'A batch could not be decided on fresh state',
    cause: 'The streams’ states kept changing beneath the committer although it is the only writer.',
    remedy: 'Look for somebody who changes stream_state by hand.',
  },
  'KUDA-LOG-1008': {
    title: 'Time asks without end',
    cause: 'The service’s due() kept answering with another command for one stream.',
    remedy: 'It is a defect of the service’s due(): deciding a due command must take away what was due.',
  },
  'KUDA-LOG-1009': {
    title: 'A topic is ahead of the log',
    cause:
      'A target topic holds positions beyond the log: it belongs to another log, or this one is an older copy.',
    remedy: 'Restore the newest copy of the log, or give the relay topics of its own.',
  },
  'KUDA-LOG-1010': {
    title: 'A projection is not contiguous',
    cause: 'The entries at hand do not follow the projection’s checkpoint without a gap.',
    remedy: 'Do not run two projectors of one name and version; else check the log.',
  },
  'KUDA-LOG-1011': {
    title: 'A tail gave up',
    cause: 'A relay, projector or ticker failed more often in a row than its bound.',
    remedy: 'The process ends and is restarted; the cause is in the detail.',
  },
  'KUDA-LOG-1012': {
    title: 'An invariant of the log is broken',
    cause:
      'What the code excludes: an unknown status, ledger time going back, a relay with an undeclared topic.',
    remedy: 'Stop the service; mend the defect, and verify the log before going on.',
  },
  'KUDA-LOG-1013': {
    title: 'The committer has stopped',
    cause: 'A command was submitted before the start, during or after the shutdown.',
    remedy: 'Send again to the running process.',
  },
  'KUDA-LOG-1014': {
    title: 'Migrations are locked',
    cause: 'Another process held the migration lock of this database for longer than the bound.',
    remedy: 'Wait for it to end, or end it, and start again.',
  },
  'KUDA-LOG-1015': {
    title: 'The log is append-only',
    cause: 'Somebody tried to UPDATE, DELETE or TRUNCATE entries, commands or another insert-only table.',
    remedy: 'Correct by appending a compensating entry.',
  },
  'KUDA-LOG-1016': {
    title: 'The log has another layout',
    cause: 'The database was created by a version of this program whose tables differ; nothing was written.',
    remedy: 'Start the version that created it, or begin with a new database.',
  },
  'KUDA-LOG-1017': {
    title: 'The entries are in a segment file',
    cause: 'What was asked for lies in a partition that was written to a segment file and detached.',
    remedy: 'Read the segment file that covers the position named in the detail, or ask above it.',
  },
  'KUDA-LOG-1018': {
    title: 'A segment file is not whole',
    cause: 'The file is cut off, changed, of an unknown format, or does not hold the entries it should.',
    remedy: 'Take another copy. A partition is never detached before its file has been read back.',
  },
  'KUDA-LOG-1019': {
    title: 'A partition cannot be detached yet',
    cause: 'It is not full, or a relay or projection named in the detail has not passed it.',
    remedy: 'Wait until it is full and everybody who tails the log is past its last position.',
  },
  'KUDA-LOG-1020': {
    title: 'No such projection',
    cause: 'A projection, or a version of one, was named that this log does not have.',
    remedy: 'List the projections; names and versions are there.',
  },
  'KUDA-LOG-1021': {
    title: 'A projection is being rebuilt',
    cause: 'One projection is rebuilt at a time, and another rebuild holds the lease.',
    remedy: 'Wait for it to end. A rebuild whose process died loses its lease within a minute.',
  },
  'KUDA-LOG-1022': {
    title: 'The rebuild lost its lease or could not swap',
    cause: 'Another process took the rebuild over, or readers held the views for longer than the bound.',
    remedy: 'Start the rebuild again; the version that is read has not changed.',
  },
} as const;

export type LogErrorCode = keyof typeof LOG_ERROR_CODES;
