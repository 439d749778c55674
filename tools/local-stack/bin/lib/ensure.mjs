/** What `npm start`, `npm test` and `kuda` share before any package can be relied on: no dependencies, any Node ≥ 20. */
export { ensureBuilt } from './build.mjs';
export { ensureInstalled } from './install.mjs';
export { ensureKafkaTools } from './kafka-tools.mjs';
export { repositoryRoot, say, Unready } from './process.mjs';
export { runNode24 } from './run.mjs';
