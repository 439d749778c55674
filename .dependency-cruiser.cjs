/** Import rules inside a project; between projects Nx tags hold (eslint.config.mjs). */
const only = (name, driver, allowed) => ({
  name,
  comment: `${driver} has one owner; everybody else uses that library's port (DESIGN: one owner per driver).`,
  severity: 'error',
  from: { path: '^(libs|services|tools)/', pathNot: allowed },
  to: { path: `node_modules/${driver}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle hides the way of an event.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'Domain code imports no framework, driver, clock or random source.',
      from: { path: '^services/[^/]+/src/domain/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          '^services/[^/]+/src/(?!domain/)',
          '^libs/(event-store|messaging|service-kit|kube|testing|tracing)/',
          'node_modules/(@nestjs|typeorm|pg|kafkajs|@kubernetes|@opentelemetry|fastify)/',
          '^(fs|net|http|https|child_process|timers|timers/promises|os)$',
        ],
        // The shape of what a driver library reads is data, and a type leaves nothing at run time.
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'Core libraries import nothing with a driver in it.',
      from: { path: '^libs/(rules|ledger-core|contracts|transparency-log)/src/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          '^libs/(event-store|messaging|service-kit|kube|testing|tracing)/',
          'node_modules/(@nestjs|typeorm|pg|kafkajs|@kubernetes|@opentelemetry|fastify)/',
          '^(net|http|https|child_process|timers|timers/promises|os)$',
        ],
      },
    },
    {
      name: 'no-service-imports-another',
      severity: 'error',
      comment: 'Services talk only over topics.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      comment: 'A library may be tested against the simulated cluster, but does not know it.',
      from: { path: '^libs/', pathNot: '/test/|\\.spec\\.ts$' },
      to: { path: '^(services|tools)/' },
    },
    only('kafkajs-in-messaging', 'kafkajs', '^libs/messaging/'),
    only('pg-in-event-store', 'pg', '^(libs/(event-store|testing)|tools/bench)/|\\.spec\\.ts$|/test/'),
    only('kubernetes-in-kube', '@kubernetes/client-node', '^libs/kube/|\\.spec\\.ts$|/test/'),
    only(
      'otel-sdk-in-service-kit',
      '@opentelemetry/(sdk|exporter)[^/]*',
      '^libs/service-kit/|\\.spec\\.ts$|/test/',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|out-tsc|\\.kuda)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@kuda/source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
