import type { Entry } from '@kuda/ledger-core';
import { dayOf } from '@kuda/rules';
import { writeRows, type JsonRow, type LedgerProjection, type ProjectedRecord } from './ledger-projection';

const INSERT_ORIGINS = `
  insert into lot_origin_v{v} (lot_id, origin)
  select r.lot_id, r.origin from json_to_recordset($1::json) as r (lot_id text, origin text)
  on conflict (lot_id) do nothing`;

/** A lot that nobody has said the origin of is one of an operator's adjustment: its own account tells where it is from. */
const ADD_FLOWS = `
  insert into flow_v{v} as f (day, flow, rule, counterpart, asset, amount)
  select r.day, r.flow, coalesce(nullif(r.rule, ''), o.origin, ''), r.counterpart, r.asset, sum(r.amount)::bigint
    from json_to_recordset($1::json) as r
      (day date, flow text, rule text, lot_id text, counterpart text, asset text, amount bigint)
    left join lot_origin_v{v} o on o.lot_id = r.lot_id
   group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (day, flow, rule, counterpart, asset) do update set amount = f.amount + excluded.amount`;

/**
 * What came to users and went from them, by calendar day of ledger time, by the rule (or other origin) of the lots, and
 * by the platform's account on the other side. The flow is named after that account: `issued` and `reversed` from and
 * to `issuance/<rule>`, `goodwill` and the like; `spent` to `consumed/<sku>`; `expired` to `breakage`; `clawed_back`.
 */
export const flows: LedgerProjection = {
  name: 'flows',
  tables: [
    { name: 'flow', key: ['day', 'flow', 'rule', 'counterpart', 'asset'] },
    { name: 'lot_origin', key: ['lot_id'] },
  ],
  create: `
    create table flow_v{v} (
      day date,
      flow text collate "C",
      rule text collate "C",
      counterpart text collate "C",
      asset text collate "C",
      amount bigint not null
    );
    create table lot_origin_v{v} (lot_id text collate "C", origin text collate "C" not null)`,
  keys: `
    alter table flow_v{v} add primary key (day, flow, rule, counterpart, asset);
    alter table lot_origin_v{v} add primary key (lot_id)`,
  apply: async (target, records) => {
    const origins = new Map<string, JsonRow>();
    const moved: JsonRow[] = [];
    for (const record of records) {
      for (const { lotId, origin } of record.lots) addOrigin(origins, lotId, origin);
      const day = new Date(dayOf(target.calendar, record.recordedAtUs) * MS_PER_DAY).toISOString();
      for (const [index, entry] of record.entries.entries()) {
        if (entry.account.startsWith('user/')) continue;
        const flow = flowOf(record, index, entry);
        if (flow.rule !== '') addOrigin(origins, flow.lot_id, flow.rule);
        moved.push({ day: day.slice(0, 'YYYY-MM-DD'.length), ...flow });
      }
    }
    await writeRows(target, INSERT_ORIGINS, [...origins.values()]);
    await writeRows(target, ADD_FLOWS, moved);
  },
};

const MS_PER_DAY = 86_400_000;
const ISSUANCE = 'issuance/';

function addOrigin(origins: Map<string, JsonRow>, lotId: string, origin: string): void {
  if (lotId !== '' && origin !== '' && !origins.has(lotId)) origins.set(lotId, { lot_id: lotId, origin });
}

/** Entries come in pairs that are one move: the user's side names the lot. */
function flowOf({ entries }: ProjectedRecord, index: number, { account, asset, amount }: Entry) {
  const other = entries[index % 2 === 0 ? index + 1 : index - 1];
  const rule = account.startsWith(ISSUANCE) ? account.slice(ISSUANCE.length) : '';
  const flow = { rule, lot_id: other?.lotId ?? '', counterpart: account, asset };
  if (account.startsWith('consumed/')) return { ...flow, flow: 'spent', amount };
  if (account === 'breakage') return { ...flow, flow: 'expired', amount };
  if (account === 'clawback') return { ...flow, flow: 'clawed_back', amount };
  return amount < 0n ? { ...flow, flow: 'issued', amount: -amount } : { ...flow, flow: 'reversed', amount };
}
