import type { FastifyInstance } from 'fastify';

/** Bodies are JSON, whatever the content type calls it; anything else is 415. */
export const JSON_CONTENT_TYPES = ['application/json'] as const;

declare module 'fastify' {
  interface FastifyRequest {
    /** The body's bytes as they came, for what must be kept unaltered (Nest's `@RawBody()` reads it). */
    rawBody?: Buffer;
  }
}

export interface JsonBodies {
  readonly contentTypes: readonly string[];
  /** Keys that would reach an object's prototype when it is copied: refused, or left as members like any other. */
  readonly prototypeKeys: 'error' | 'ignore';
}

/** Takes these content types as JSON. */
export function parseJsonBodies(server: FastifyInstance, { contentTypes, prototypeKeys }: JsonBodies): void {
  const parse = server.getDefaultJsonParser(prototypeKeys, prototypeKeys);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser([...contentTypes], { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    // Fastify's parser answers through `done`; what it may return instead is not used by it for text.
    void parse(request, body.toString('utf8'), done);
  });
}
