import { LOG_ERROR_CODES } from '@kuda/event-store';
import { BUS_ERROR_CODES } from '@kuda/messaging';
import { HTTP_ERROR_CODES } from '@kuda/service-kit';
import { SERVICE_APIS } from './service-apis';

/** What every row of every table has; `code` is there unless the table is keyed by it. */
interface ErrorRow {
  readonly code?: string;
  readonly status?: number;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

type ErrorTable = Readonly<Record<string, ErrorRow>>;

interface Section {
  readonly title: string;
  readonly table: ErrorTable;
}

const LIBRARY_SECTIONS: readonly Section[] = [
  { title: 'Every service, over HTTP', table: HTTP_ERROR_CODES },
  { title: 'The log', table: LOG_ERROR_CODES },
  { title: 'The bus', table: BUS_ERROR_CODES },
];

function linesOf([key, row]: readonly [string, ErrorRow]): readonly string[] {
  const code = row.code ?? key;
  const status = row.status === undefined ? '' : ` — HTTP ${String(row.status)}`;
  return [`### ${code}`, '', `**${row.title}**${status}. ${row.cause}`, '', `*Remedy:* ${row.remedy}`, ''];
}

/** Every code of every package, refused twice and in order. */
export function errorSections(): readonly Section[] {
  return [
    ...LIBRARY_SECTIONS,
    ...SERVICE_APIS.map(({ api, errors }) => ({ title: api.title, table: errors })),
  ];
}

/** All codes, to be looked up by a person or linked to by a problem's `type`. */
export function errorsDocument(): string {
  const sections = errorSections().map(({ title, table }) => {
    const rows = Object.entries(table).sort(([a, one], [b, other]) =>
      (one.code ?? a) < (other.code ?? b) ? -1 : 1,
    );
    return [`## ${title}`, '', ...rows.flatMap(linesOf)].join('\n');
  });
  const head = [
    '# Error codes',
    '',
    'Generated from the `*_ERROR_CODES` table of each package by `npm run docs:generate`. A code keeps its meaning for',
    "ever; it is the same in a problem's `code`, in a dead letter's `kuda-error-code` and in the logs.",
    '',
  ].join('\n');
  return [head, ...sections].join('\n');
}
