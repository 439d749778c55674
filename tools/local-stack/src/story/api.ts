import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../stack/services';
import { StartFailure, type Stack } from '../stack/stack.types';

const REQUEST_LIMIT_MS = 30_000;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The public interfaces of a stack, as any client sees them. */
export interface Api {
  get(service: ServiceName, path: string): Promise<JsonObject>;
  post(service: ServiceName, path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<JsonObject>;
}

/** Calls with a token of all scopes; anything but a 2xx answer fails with what the service said. */
export async function apiOf(stack: Stack): Promise<Api> {
  const authorization = `Bearer ${await stack.token()}`;
  const send = async (service: ServiceName, path: string, init: RequestInit): Promise<JsonObject> => {
    const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const response = await fetch(new URL(path, stack.urls[service]), { ...init, signal });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as JsonObject;
    const log = stack.service(service).logFile;
    throw new StartFailure(`${service} answered ${path} with ${String(response.status)}: ${text}\nIts log: ${log}`);
  };
  return {
    get: (service, path) => send(service, path, { headers: { authorization } }),
    post: (service, path, body, headers = {}) => {
      const all = { authorization, 'content-type': 'application/json', ...headers };
      return send(service, path, { method: 'POST', headers: all, body: JSON.stringify(body) });
    },
  };
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

/** Reads until it is done; fails with the last state when the time is over. */
export async function waitFor<T>(waiting: Waiting<T>): Promise<T> {
  const deadline = Date.now() + waiting.limitMs;
  for (;;) {
    const value = await waiting.read();
    if (waiting.done(value)) return value;
    const shown = `${waiting.what}: ${waiting.show(value)}`;
    waiting.onProgress(shown);
    if (Date.now() > deadline) {
      throw new StartFailure(`Waited ${String(waiting.limitMs / 1000)} s in vain for ${shown}`);
    }
    await sleep(waiting.everyMs);
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
  return new Map(list(object, member).map((part) => [text(part, 'asset'), BigInt(text(part, 'amount') || '0')]));
}
