import { ApiException } from '@kubernetes/client-node';
import { KubeError } from '../src/index';
import { calling, findOrNull, toKubeError } from '../src/errors';

const status = (reason: string) => JSON.stringify({ kind: 'Status', reason, message: `because ${reason}` });

test.each([
  [409, 'AlreadyExists', 'already_exists'],
  [409, 'Conflict', 'conflict'],
  [404, 'NotFound', 'not_found'],
  [410, 'Expired', 'gone'],
  [422, 'Invalid', 'invalid'],
  [403, 'Forbidden', 'forbidden'],
  [429, 'TooManyRequests', 'throttled'],
  [503, 'ServiceUnavailable', 'unavailable'],
])('HTTP %i %s is %s', (code, reason, kind) => {
  const error = toKubeError(new ApiException(code, 'x', status(reason), {}));
  expect(error).toMatchObject({ kind, statusCode: code, reason, message: `because ${reason}` });
});

test('a network fault is unavailable, an answer that is no Status keeps its beginning', () => {
  expect(toKubeError(new TypeError('fetch failed'))).toMatchObject({ kind: 'unavailable', statusCode: 0 });
  expect(toKubeError(new ApiException(502, 'x', '<html>', {}))).toMatchObject({ message: '<html>' });
});

test('only "not found" becomes null', async () => {
  const failing = (code: number) => () => Promise.reject(new ApiException(code, 'x', '', {}));
  await expect(findOrNull(failing(404))).resolves.toBeNull();
  await expect(findOrNull(failing(500))).rejects.toBeInstanceOf(KubeError);
  await expect(calling(failing(404))).rejects.toMatchObject({ kind: 'not_found' });
});
