#!/usr/bin/env node
/** `npm run docs:…`: compiles what changed, then runs the task on Node 24. */
import { join } from 'node:path';
import { ensureInstalled, root, runNode24 } from '../../local-stack/bin/lib/bootstrap.mjs';

await ensureInstalled();
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const built = await runNode24([tsc, '--build', join(root, 'tools', 'docs', 'tsconfig.lib.json')], {});
process.exitCode =
  built === 0
    ? await runNode24([join(root, 'tools', 'docs', 'dist', 'main.js'), ...process.argv.slice(2)], {})
    : built;
