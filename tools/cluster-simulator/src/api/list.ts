import type { KubeObject } from '../objects';
import { badRequest, expired } from '../store/api-error';
import type { ObjectStore } from '../store/object-store';
import { apiVersionOf } from '../store/resource-kinds';
import { fieldMatcher, labelMatcher, type Matcher } from '../store/selectors';
import type { ResourceRequest } from './request';

interface ContinueToken {
  readonly resourceVersion: number;
  readonly after: string;
}

const sortKey = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** Both selectors of a request. */
export function matcherOf(query: URLSearchParams): Matcher {
  const byLabel = labelMatcher(query.get('labelSelector') ?? '');
  const byField = fieldMatcher(query.get('fieldSelector') ?? '');
  return (object) => byLabel(object) && byField(object);
}

function parseToken(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<ContinueToken>;
    if (typeof token.resourceVersion === 'number' && typeof token.after === 'string') {
      return { resourceVersion: token.resourceVersion, after: token.after };
    }
  } catch {
    // Falls through to the refusal below: a token that cannot be read is a token that is not valid.
  }
  throw badRequest('continue key is not valid');
}

/** One page of a list; all pages of it carry the first one's resource version. */
export function listObjects(store: ObjectStore, request: ResourceRequest): object {
  const { kind, namespace, query } = request;
  const tokenText = query.get('continue') ?? '';
  const token = tokenText === '' ? null : parseToken(tokenText);
  if (token !== null && token.resourceVersion < store.oldestVersion) {
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  }
  const matches = matcherOf(query);
  const found = store
    .list(kind.plural, namespace)
    .filter((object) => matches(object) && (token === null || sortKey(object) > token.after));
  const limit = Number(query.get('limit') ?? 0);
  const items = limit > 0 ? found.slice(0, limit) : found;
  const resourceVersion = token?.resourceVersion ?? store.resourceVersion;
  const last = items.at(-1);
  const rest = found.length - items.length;
  const next: ContinueToken | null =
    rest > 0 && last !== undefined ? { resourceVersion, after: sortKey(last) } : null;
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: {
      resourceVersion: String(resourceVersion),
      ...(next === null
        ? {}
        : { continue: Buffer.from(JSON.stringify(next)).toString('base64url'), remainingItemCount: rest }),
    },
    items,
  };
}
