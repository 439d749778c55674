import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Imports point one way: service → its domain → libs; nothing with a driver reaches the core. */
const boundaries = [
  { sourceTag: 'layer:core', onlyDependOnLibsWithTags: ['layer:core'] },
  { sourceTag: 'layer:lib', onlyDependOnLibsWithTags: ['layer:core', 'layer:lib', 'layer:testing'] },
  { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: ['layer:core', 'layer:testing'] },
  { sourceTag: 'layer:service', onlyDependOnLibsWithTags: ['layer:core', 'layer:lib', 'layer:testing'] },
  {
    sourceTag: 'layer:tool',
    onlyDependOnLibsWithTags: ['layer:core', 'layer:lib', 'layer:testing', 'layer:tool', 'layer:service'],
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/out-tsc/',
      '**/gen/',
      '.nx/',
      '.kuda/',
      '**/*.cjs',
      '**/*.mjs',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          depConstraints: boundaries,
          banTransitiveDependencies: true,
          // A process of the crash tests that needs no bus does not spend its life on loading one.
          checkDynamicDependenciesExceptions: ['@kuda/messaging'],
        },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // A row type named by the caller of a query is clearer than a cast at each call.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest modules are classes that carry only a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    // Dependency injection reads constructor types at run time: they must be value imports.
    files: ['services/**/*.ts', 'libs/messaging/**/*.ts', 'libs/service-kit/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The Kubernetes client declares the shapes of the wire as classes; what crosses it are plain objects.
    files: ['libs/kube/**/*.ts', 'tools/cluster-simulator/**/*.ts', 'services/gpu-scheduler/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  {
    // One parameter a decorated part of the request.
    files: ['**/*.controller.ts'],
    rules: { 'max-params': ['error', 7] },
  },
  { files: ['tools/**/*.ts'], rules: { 'no-console': 'off' } },
);
