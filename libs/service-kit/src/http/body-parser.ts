import type { FastifyInstance } from 'fastify';

/** Bodies are JSON, whatever the content type calls it; anything else is 415. */
export const JSON_CONTENT_TYPES = ['application/json'] as const;

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as they came, for what must be kept unaltered (Nest's `@RawBody()` reads it). */
    rawBody?: Buffer;
  }
}

/** Takes these content types as JSON, refusing keys that would reach an object's prototype. */
export function parseJsonBodies(server: FastifyInstance, contentTypes: readonly string[]): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser([...contentTypes], { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    // Fastify's parser answers through `done`; what it may return instead is not used by it for text.
    void parse(request, body.toString('utf8'), done);
  });
}
