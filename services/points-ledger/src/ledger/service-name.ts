import { CONSUMER_GROUPS } from '@kuda/contracts';

/** The name of the service, of its consumer group and of its connections. */
export const SERVICE_NAME = CONSUMER_GROUPS[1];
