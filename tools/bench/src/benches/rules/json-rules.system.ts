import type { RuleEvent } from '@kuda/rules';
import { Engine } from 'json-rules-engine';
import { engineRule, PEER_RULES, type PaidParams, type PeerRule } from './json-rules.rules';
import { PeerCounters } from './peer-counters';
import { add, type RulesSystem } from './system';

/** What the engine's dynamic fact reads: the event at hand. */
interface AtHand {
  event: RuleEvent | null;
  counters: PeerCounters;
}

/** One engine an event type, so that it too looks only at rules that concern the event. */
export function jsonRulesEngine(): RulesSystem {
  const at: AtHand = { event: null, counters: new PeerCounters() };
  const engines = new Map(
    [...Map.groupBy(PEER_RULES, ({ event }) => event)].map(([type, rules]) => [
      `ai.kuda.${type}.v1`,
      engineOf(rules, at),
    ]),
  );
  return {
    name: 'json-rules-engine',
    note: 'the same rules, counters in plain maps beside it',
    async pass(events) {
      at.counters = new PeerCounters();
      const paid: Record<string, number> = {};
      for (const event of events) {
        const engine = engines.get(event.type);
        if (engine === undefined) continue;
        at.event = event;
        const { events: fired } = await engine.run({ data: event.data, subject: event.subject });
        for (const { type, params } of fired) {
          add(paid, type, Number(params?.['amount']));
          at.counters.pay(type, event);
        }
      }
      return paid;
    },
  };
}

function engineOf(rules: readonly PeerRule[], at: AtHand): Engine {
  const engine = new Engine(rules.map(engineRule));
  engine.addFact('paid', (params) =>
    at.event === null ? 0 : at.counters.paid(params as PaidParams, at.event),
  );
  return engine;
}
