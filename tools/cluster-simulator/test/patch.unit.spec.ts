import { applyPatch } from '../src/api/patch';

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

test('a merge patch sets, removes and replaces lists', () => {
  const object = { spec: { a: 1, b: 2, list: [1, 2] }, keep: true };
  expect(applyPatch(MERGE, object, { spec: { a: null, b: 3, list: [9] } })).toEqual({
    spec: { b: 3, list: [9] },
    keep: true,
  });
});

test('a strategic merge patch merges conditions by type and replaces unknown lists', () => {
  const object = { status: { conditions: [{ type: 'Ready', status: 'True' }], list: [1] } };
  const patch = { status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'New' }], list: [2] } };
  expect(applyPatch(STRATEGIC, object, patch)).toEqual({
    status: { conditions: [{ type: 'Ready', status: 'False' }, { type: 'New' }], list: [2] },
  });
});

test('a JSON patch adds, replaces, removes and tests', () => {
  const operations = [
    { op: 'test', path: '/a/b~1c', value: 1 },
    { op: 'replace', path: '/a/b~1c', value: 2 },
    { op: 'add', path: '/list/-', value: 'z' },
    { op: 'remove', path: '/gone' },
  ];
  expect(applyPatch(JSON_PATCH, { a: { 'b/c': 1 }, list: ['y'], gone: 1 }, operations)).toEqual({
    a: { 'b/c': 2 },
    list: ['y', 'z'],
  });
  const failing = [{ op: 'test', path: '/a', value: 2 }];
  expect(() => applyPatch(JSON_PATCH, { a: 1 }, failing)).toThrow('the test at /a failed');
});

test('a patch needs its content type', () => {
  expect(() => applyPatch('application/json', {}, {})).toThrow('unsupported patch type');
});
