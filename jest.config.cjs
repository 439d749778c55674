/** Levels are in the file name: .unit .prop .int .e2e (CONTRIBUTING.md). */
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2024',
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  },
];

/** @param {string} level @param {object} [more] */
function project(level, more = {}) {
  return {
    displayName: level,
    rootDir: __dirname,
    testEnvironment: 'node',
    testMatch: [`<rootDir>/{libs,services,tools}/**/*.${level}.spec.ts`],
    testPathIgnorePatterns: ['/node_modules/', '/dist/', '/out-tsc/'],
    modulePathIgnorePatterns: ['/dist/', '/out-tsc/', '/.kuda/'],
    transform: { '^.+\\.ts$': swc },
    testEnvironmentOptions: { customExportConditions: ['@kuda/source', 'node', 'require', 'default'] },
    ...more,
  };
}

/** One PostgreSQL and one Kafka for all files of a run, started by the first that asks (@kuda/testing). */
const sharedServers = {
  globalSetup: '<rootDir>/libs/testing/src/jest.setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/jest.teardown.ts',
};

module.exports = {
  projects: [project('unit'), project('prop'), project('int', sharedServers), project('e2e', sharedServers)],
  maxWorkers: 2,
};
