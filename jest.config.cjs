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

module.exports = {
  projects: [project('unit'), project('prop'), project('int'), project('e2e')],
  maxWorkers: 2,
};
