import { apiVersionOf, RESOURCE_KINDS } from '../store/resource-kinds';

/** What the simulator calls itself; the suffix tells that no real cluster is behind it. */
export const SIMULATED_VERSION = 'v1.36.3-kuda-simulator';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const GROUPS = [...new Set(RESOURCE_KINDS.map((kind) => kind.group))].filter((group) => group !== '');

function groupOf(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

function resourcesOf(group: string): object {
  const kinds = RESOURCE_KINDS.filter((kind) => kind.group === group);
  const resources = kinds.map(({ plural, kind, namespaced }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    kind,
    namespaced,
    verbs: VERBS,
  }));
  const groupVersion = kinds[0] === undefined ? 'v1' : apiVersionOf(kinds[0]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** Answers the discovery paths and the health probes; null for any other path. */
export function discover(path: string): object | string | null {
  switch (path) {
    case '/version':
      return { major: '1', minor: '36', gitVersion: SIMULATED_VERSION, platform: 'simulator/none' };
    case '/healthz':
    case '/livez':
    case '/readyz':
      return 'ok';
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'] };
    case '/api/v1':
      return resourcesOf('');
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) };
    default: {
      const [, apis, group = '', version] = path.split('/');
      if (apis !== 'apis' || !GROUPS.includes(group)) return null;
      if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
      return version === 'v1' && path === `/apis/${group}/v1` ? resourcesOf(group) : null;
    }
  }
}
