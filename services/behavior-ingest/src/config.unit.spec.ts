import { readConfig } from './config';

const COMPLETE = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  DATABASE_URL: 'postgres://app:secret@127.0.0.1:5432/behavior_ingest',
  AUTH_ISSUER: 'kuda-local',
  AUTH_JWKS_URL: 'http://127.0.0.1:4000/jwks',
};

describe('the configuration', () => {
  it('listens on port 3001 of this machine unless told otherwise', () => {
    expect(readConfig(COMPLETE)).toMatchObject({ PORT: 3001, HOST: '127.0.0.1', AUTH_AUDIENCE: 'kuda' });
    expect(readConfig({ ...COMPLETE, PORT: '4001' })).toMatchObject({ PORT: 4001 });
  });

  it('names every bad variable at once, and no secret', () => {
    const read = (): unknown =>
      readConfig({ ...COMPLETE, PORT: 'x', DATABASE_URL: 'hunter2', AUTH_ISSUER: '' });
    expect(read).toThrow(/AUTH_ISSUER.*DATABASE_URL.*PORT/s);
    expect(read).not.toThrow(/hunter2/);
  });
});
