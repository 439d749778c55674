import { VersionWatch } from './version-watch';

const GRACE_MS = 100;

function marks(...versions: readonly bigint[]) {
  return versions.map((version, index) => ({ userId: 'ada', version, partition: 0, offset: BigInt(index) }));
}

/** Takes the versions at time 0; the kinds and versions of what is found, and of what is lost after the grace. */
function found(watch: VersionWatch, ...versions: readonly bigint[]) {
  const taken = marks(...versions).map((mark) => watch.take(mark, 0));
  const anomalies = [...taken.filter((anomaly) => anomaly !== null), ...watch.expired(GRACE_MS)];
  return anomalies.map(({ kind, version }) => [kind, version]);
}

describe('the watch over versions', () => {
  test('is content with one after the other, from the first or from the snapshot', () => {
    expect(found(new VersionWatch(GRACE_MS), 1n, 2n, 3n)).toEqual([]);
    const watch = new VersionWatch(GRACE_MS);
    watch.baseline('ada', 5n);
    expect(found(watch, 6n, 7n)).toEqual([]);
  });

  test('does not mind events that the snapshot has already', () => {
    const watch = new VersionWatch(GRACE_MS);
    watch.baseline('ada', 5n);
    expect(found(watch, 4n, 5n, 6n)).toEqual([]);
  });

  test('calls late what comes within the grace, lost what does not, and repeated what comes again', () => {
    expect(found(new VersionWatch(GRACE_MS), 1n, 4n, 3n, 4n)).toEqual([
      ['reordered', 3n],
      ['duplicated', 4n],
      ['lost', 2n],
    ]);
  });

  test('loses nothing before the grace is over', () => {
    const watch = new VersionWatch(GRACE_MS);
    for (const mark of marks(1n, 3n)) watch.take(mark, 0);
    expect(watch.expired(GRACE_MS - 1)).toEqual([]);
    expect(watch.expired(GRACE_MS)).toMatchObject([{ kind: 'lost', version: 2n, newest: 3n }]);
    expect(watch.expired(10 * GRACE_MS)).toEqual([]);
  });

  test('misses the first event after the snapshot', () => {
    const watch = new VersionWatch(GRACE_MS);
    watch.baseline('ada', 5n);
    expect(found(watch, 7n)).toEqual([['lost', 6n]]);
  });
});
