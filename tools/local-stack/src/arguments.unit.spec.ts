import { parseArguments } from './arguments';

const parse = (...argv: string[]) => parseArguments(argv, '/called/from');

describe('the arguments of npm start', () => {
  it('are all optional', () => {
    expect(parse()).toMatchObject({ once: false, fresh: false, json: false, help: false });
    expect(parse().stateDir).toMatch(/\.kuda$/);
  });

  it('start relative paths where npm was called', () => {
    expect(parse('--state', 'here', '--replay', '../events.jsonl')).toMatchObject({
      stateDir: '/called/from/here',
      replay: '/called/events.jsonl',
    });
  });

  it.each([
    [['--port-base', 'x'], 'whole number'],
    [['--port-base', '70000'], 'whole number'],
    [['--time-scale', '0'], 'whole number'],
    [['--shards', '0'], 'whole number'],
    [['--shards', '65'], 'whole number'],
    [['--json'], '--replay'],
    [['--onec'], '--once'],
    [['story'], '--once'],
  ])('refuse %j and say why', (argv, reason) => {
    expect(() => parse(...argv)).toThrow(reason);
  });
});
