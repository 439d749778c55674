import { defaultRules } from './test/default-rules';
import { replayedFile } from './test/replayed-file';
import { tally } from './test/tally';

const STREAMS = ['activity-events', 'activity-events-dirty', 'activity-all-rules'];
const rules = defaultRules();

describe('the default rules over recorded activity', () => {
  it.each(STREAMS)('give for %s exactly what is expected, by rule, outcome and user', (name) => {
    const file = replayedFile(name);
    if (file === null) return void process.stderr.write(`skipped: no data file ${name}\n`);
    const given = tally(rules, file.events);
    expect(file.events.length).toBe(file.expected.events);
    expect(given.by_rule).toEqual(file.expected.by_rule);
    expect(given.outcomes).toEqual(file.expected.outcomes);
    expect(given.by_user).toEqual(file.expected.by_user);
    expect(given.points).toBe(file.expected.points);
    expect(given.users_paid).toBe(file.expected.users_paid);
  });
});
