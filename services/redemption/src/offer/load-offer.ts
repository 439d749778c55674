import { canonicalHash } from '@kuda/rules';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Offer, Policy } from '../domain/offer';
import { catalogSchema, policySchema, priceBookSchema } from './offer.schema';

/** Beside `src` and `dist` alike. */
const DATA_DIRECTORY = join(__dirname, '..', '..', 'data');

/** The offer in force, and every policy that an open redemption may still run under. */
export interface OfferBook {
  readonly current: Offer;
  /** @throws Error when no file has this version */
  policyOf(version: string): Policy;
}

function readVersions<Schema extends z.ZodType<{ readonly version: string }>>(
  directory: string,
  prefix: string,
  schema: Schema,
): (z.output<Schema> & { readonly hash: string })[] {
  const names = readdirSync(directory).filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
  return names.sort().map((name) => {
    const json = z.json().parse(JSON.parse(readFileSync(join(directory, name), 'utf8')));
    const parsed = schema.parse(json);
    if (`${parsed.version}.json` !== name) throw new Error(`${name} says that it is ${parsed.version}`);
    return { ...parsed, hash: canonicalHash(json) };
  });
}

function newest<Version>(versions: readonly Version[], what: string): Version {
  const last = versions.at(-1);
  if (last === undefined) throw new Error(`no ${what} in the data directory`);
  return last;
}

/**
 * Reads catalogue, price book and policies; the newest version by name is in force for new quotes.
 *
 * @throws when a file does not fit its schema, a policy above the outer bound among them
 */
export function loadOfferBook(directory: string = DATA_DIRECTORY): OfferBook {
  const policies = readVersions(directory, 'policy-', policySchema);
  const current = {
    catalog: newest(readVersions(directory, 'catalog-', catalogSchema), 'catalogue'),
    priceBook: newest(readVersions(directory, 'price-book-', priceBookSchema), 'price book'),
    policy: newest(policies, 'policy'),
  };
  const byVersion = new Map(policies.map((policy) => [policy.version, policy]));
  return {
    current,
    policyOf: (version) => {
      const policy = byVersion.get(version);
      if (policy === undefined) throw new Error(`no policy ${version}`);
      return policy;
    },
  };
}
