import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../stack/services';
import { StartFailure, type Stack } from '../stack/stack.types';

const REQUEST_LIMIT_MS = 30_000;
/** Every call here may be repeated: reads, events with their ids, quotes, redemptions with their key. */
const REPEAT_LIMIT_MS = 20_000;
const REPEAT_EVERY_MS = 200;

/** Not now, but perhaps in a moment: a service that is starting, or a read model that is behind. */
export class NotYet extends StartFailure {}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The public interfaces of a stack, as any client sees them. */
export interface Api {
  get(service: ServiceName, path: string): Promise<JsonObject>;
  post(
    service: ServiceName,
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<JsonObject>;
}

/** Calls with a token of all scopes; anything but a 2xx answer fails with what the service said. */
export async function apiOf(stack: Stack): Promise<Api> {
  const authorization = `Bearer ${await stack.token()}`;
  const once = async (service: ServiceName, path: string, init: RequestInit): Promise<JsonObject> => {
    const log = stack.service(service).logFile;
    const response = await request(new URL(path, stack.urls[service]), init).catch((error: unknown) => {
      throw new NotYet(`${service} does not answer (${reasonOf(error)}). Its log: ${log}`);
    });
    if (response.status < 300) return JSON.parse(response.text) as JsonObject;
    const detail = `${service} answered ${path} with ${String(response.status)}: ${response.text}\nIts log: ${log}`;
    throw response.isTemporary ? new NotYet(detail) : new StartFailure(detail);
  };
  const send = async (service: ServiceName, path: string, init: RequestInit): Promise<JsonObject> => {
    const deadline = Date.now() + REPEAT_LIMIT_MS;
    for (;;) {
      try {
        return await once(service, path, init);
      } catch (error) {
        if (!(error instanceof NotYet) || Date.now() > deadline) throw error;
        await sleep(REPEAT_EVERY_MS);
      }
    }
  };
  return {
    get: (service, path) => send(service, path, { headers: { authorization } }),
    post: (service, path, body, headers = {}) => {
      const all = { authorization, 'content-type': 'application/json', ...headers };
      return send(service, path, { method: 'POST', headers: all, body: JSON.stringify(body) });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** The service says when to ask again. */
  readonly isTemporary: boolean;
}

async function request(url: URL, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  const isTemporary = response.headers.has('retry-after');
  return { status: response.status, text: await response.text(), isTemporary };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

export interface Waiting<T> {
  /** What is waited for, in words: "the balance". */
  readonly what: string;
  readonly limitMs: number;
  readonly everyMs: number;
  read(): Promise<T>;
  done(value: T): boolean;
  /** The present state, shown while waiting and when the time is over. */
  show(value: T): string;
  onProgress(text: string): void;
}

/** Reads until it is done, also over a restart of the service; fails with the last state when the time is over. */
export async function waitFor<T>(waiting: Waiting<T>): Promise<T> {
  const deadline = Date.now() + waiting.limitMs;
  for (;;) {
    const shown = await attempt(waiting);
    if (typeof shown !== 'string') return shown.value;
    waiting.onProgress(`${waiting.what}: ${shown}`);
    if (Date.now() > deadline) {
      throw new StartFailure(
        `Waited ${String(waiting.limitMs / 1000)} s in vain for ${waiting.what}: ${shown}`,
      );
    }
    await sleep(waiting.everyMs);
  }
}

/** The value when it is done, else what to show. */
async function attempt<T>(waiting: Waiting<T>): Promise<string | { readonly value: T }> {
  try {
    const value = await waiting.read();
    return waiting.done(value) ? { value } : waiting.show(value);
  } catch (error) {
    if (error instanceof NotYet) return error.message;
    throw error;
  }
}

/** Text of a member that a service promises; an absent one reads as empty. */
export function text(object: JsonObject, member: string): string {
  const value = object[member];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function list(object: JsonObject, member: string): readonly JsonObject[] {
  const value = object[member];
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** Amounts of a member that lists `{asset, amount}`, by asset. */
export function amounts(object: JsonObject, member: string): ReadonlyMap<string, bigint> {
  return new Map(
    list(object, member).map((part) => [text(part, 'asset'), BigInt(text(part, 'amount') || '0')]),
  );
}
