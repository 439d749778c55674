import { classifySqlError, hasSqlState } from './sql-state';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('what an SQL error asks for', () => {
  test.each([
    ['08006', 'transient'],
    ['57P01', 'transient'],
    ['57014', 'transient'],
    ['40P01', 'transient'],
    ['53100', 'transient'],
    ['55P03', 'transient'],
    ['25006', 'transient'],
    ['ECONNREFUSED', 'transient'],
    ['22021', 'data'],
    ['23505', 'data'],
    ['23514', 'data'],
    ['54000', 'data'],
    ['42883', 'fault'],
    ['42501', 'fault'],
    ['KU012', 'fault'],
    ['KU015', 'fault'],
    ['25001', 'fault'],
  ])('%s is %s', (code, expected) => {
    expect(classifySqlError(withCode(code))).toBe(expected);
  });

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('“%s” has no code and is transient', (message) => {
    expect(classifySqlError(new Error(message))).toBe('transient');
  });

  test('anything else is a fault', () => {
    expect([classifySqlError(new TypeError('x')), classifySqlError('x'), classifySqlError(null)]).toEqual([
      'fault',
      'fault',
      'fault',
    ]);
  });

  test('only the server’s own errors have an SQL state', () => {
    expect(hasSqlState(Object.assign(withCode('23505'), { severity: 'ERROR' }))).toBe(true);
    expect(hasSqlState(withCode('EPIPE'))).toBe(false);
  });
});
