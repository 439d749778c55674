import { badRequest, invalid } from '../store/api-error';

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Lists that a strategic merge patch merges by this key; all other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  containerStatuses: 'name',
  ownerReferences: 'uid',
};

function mergeList(key: string, current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const merged = [...current];
  for (const item of patch) {
    const index = merged.findIndex((other) => isObject(other) && isObject(item) && other[key] === item[key]);
    if (index === -1) merged.push(item);
    else merged[index] = strategicMergePatch(merged[index], item);
  }
  return merged;
}

/** Strategic merge for the lists above; directives (`$patch`, `$retainKeys`) are not supported. */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const mergeKey = MERGE_KEYS[key];
    const current = result[key];
    if (value === null) Reflect.deleteProperty(result, key);
    else if (mergeKey !== undefined && Array.isArray(value) && Array.isArray(current)) {
      result[key] = mergeList(mergeKey, current, value);
    } else result[key] = strategicMergePatch(current, value);
  }
  return result;
}

interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applyOperation(document: unknown, steps: readonly string[], operation: JsonPatchOperation): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return operation.value;
  if (Array.isArray(document)) {
    const list: unknown[] = document.slice();
    const index = step === '-' ? list.length : Number(step);
    if (rest.length > 0) list[index] = applyOperation(list[index], rest, operation);
    else if (operation.op === 'remove') list.splice(index, 1);
    else if (operation.op === 'add') list.splice(index, 0, operation.value);
    else list[index] = operation.value;
    return list;
  }
  if (!isObject(document)) throw invalid(`the path ${operation.path} does not exist`);
  const result: Record<string, unknown> = { ...document };
  if (rest.length > 0) result[step] = applyOperation(result[step], rest, operation);
  else if (operation.op === 'remove') Reflect.deleteProperty(result, step);
  else result[step] = operation.value;
  return result;
}

function valueAt(document: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return (value as readonly unknown[])[Number(step)];
    return isObject(value) ? value[step] : undefined;
  }, document);
}

/** RFC 6902: add, replace, remove and test. */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  return (patch as readonly JsonPatchOperation[]).reduce<unknown>((result, operation) => {
    const steps = stepsOf(operation.path);
    switch (operation.op) {
      case 'add':
      case 'replace':
      case 'remove':
        return applyOperation(result, steps, operation);
      case 'test':
        if (JSON.stringify(valueAt(result, steps)) === JSON.stringify(operation.value)) return result;
        throw invalid(`the test at ${operation.path} failed`);
      default:
        throw badRequest(`unknown operation ${operation.op}`);
    }
  }, document);
}

/** Applies a patch by its content type. */
export function applyPatch(contentType: string, document: unknown, patch: unknown): unknown {
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/merge-patch+json':
      return mergePatch(document, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMergePatch(document, patch);
    case 'application/json-patch+json':
      return jsonPatch(document, patch);
    default:
      throw badRequest(`unsupported patch type ${contentType}`);
  }
}
