export { startChildServer, type ChildServer, type ChildServerOptions } from './child-server';
export { eventually, type Patience } from './eventually';
export { freePort } from './free-port';
export { kafkaDistribution, type KafkaDistribution } from './kafka.distribution';
export { startKafka, type KafkaOptions, type KafkaServer } from './kafka.server';
export { loseAnswer } from './lose-answer';
export { MissingToolError } from './missing-tool.error';
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.server';
export { createServiceDatabase, dropServiceDatabase, type ServiceDatabase } from './service-database';
export { testDatabase, testKafka, type TestDatabase } from './test-servers';
export {
  startTokenIssuer,
  type TokenClaims,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './token-issuer';
