import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spendable } from './test/readme.example';

test('the example of the README is the compiled one', () => {
  const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  const example = readFileSync(join(__dirname, 'test', 'readme.example.ts'), 'utf8');
  const asInstalled = example.replace("from '..'", "from '@kuda/ledger-client'");
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(asInstalled);
  expect(spendable).toHaveLength(3);
});
