import type { CapUse } from './cap-use';
import type { Explanation, Phrases } from './explanation';
import type { RuleVersion } from './rule-set';
import type { Operator, Shortfall, Subject } from './shortfall';
import type { WindowSource } from './rule-source';

const LIMITS: Readonly<Record<Operator, string>> = {
  '<=': 'limit',
  '<': 'wanted below',
  '>=': 'wanted at least',
  '>': 'wanted above',
  '==': 'wanted',
  '!=': 'must differ from',
};

const UNIT_NAMES: Readonly<Record<string, string>> = { POINT: 'points', 'GPU_SECOND/any': 'GPU seconds' };

export const ENGLISH: Phrases = {
  language: 'en',
  sentence(explanation, rule) {
    const { rule: id, paid, wanted, outcome, reason } = explanation;
    const unit = UNIT_NAMES[explanation.asset] ?? explanation.asset;
    const why = reasonOf(explanation, rule, unit);
    switch (outcome) {
      case 'awarded': {
        const over = explanation.best === null || explanation.best === 0 ? '' : `: ${why}`;
        return `${id} paid ${String(paid)} ${unit}${over}.`;
      }
      case 'trimmed':
        return `${id} paid ${String(paid)} of ${String(wanted - (explanation.best ?? 0))} ${unit}: ${why}.`;
      case 'suppressed':
        return `${id} paid nothing: ${why}.`;
      case 'not_matched':
        return `${id} does not apply: ${why}.`;
      case 'shadow':
        return `${id} is on trial and pays nothing${reason === '' ? '' : `: ${why}`}.`;
    }
  },
};

function reasonOf(explanation: Omit<Explanation, 'text'>, rule: RuleVersion, unit: string): string {
  const { shortfall, cap, best, wanted } = explanation;
  if (explanation.reason === 'evaluation' && shortfall === null)
    return 'its amount cannot be computed for this event';
  if (shortfall !== null) return shortfallText(shortfall);
  if (explanation.outcome === 'not_matched') return 'its amount is 0';
  if (cap !== null) return capText(cap, rule, unit);
  if (best !== null) return `${String(wanted)} ${unit} against a best of ${String(best)} before`;
  return 'nothing was in the way';
}

function shortfallText(shortfall: Shortfall): string {
  switch (shortfall.kind) {
    case 'compared': {
      const { subject, operator, actual, limit, limitOf } = shortfall;
      const bound =
        limitOf === null ? quantity(limit, subject) : `${quantity(limit, subject)} (${limitOf.label})`;
      return `${subject.label} ${quantity(actual, subject)}, ${LIMITS[operator]} ${bound}`;
    }
    case 'absent':
      return `${shortfall.subject.label} is not given`;
    case 'flag':
      return `${shortfall.subject.label} is ${String(!shortfall.wanted)}, wanted ${String(shortfall.wanted)}`;
    case 'any_of':
      return shortfall.of.map(shortfallText).join('; or ');
    case 'expression':
      return `${shortfall.text} does not hold`;
  }
}

function quantity(value: string, { unit }: Subject): string {
  return unit === '' ? value : `${value} ${unit}`;
}

function capText(cap: CapUse, rule: RuleVersion, unit: string): string {
  if (cap.kind === 'claim') return 'it is given once to a person, whatever the account';
  const limit = cap.limit ?? 0n;
  const many =
    cap.kind === 'count' ? `${String(limit)} award${limit === 1n ? '' : 's'}` : amountText(limit, rule, unit);
  const by = cap.key.map((path) => path.slice(path.indexOf('.') + 1).replaceAll('_', ' ')).join(' and ');
  const whose = cap.kind === 'daily' ? 'the daily cap of ' : 'the limit of ';
  const per = by === '' ? '' : ` for this ${by}`;
  return `${whose}${many} ${windowText(cap.window)}${per} is used up${resetText(cap)}`;
}

function amountText(units: bigint, rule: RuleVersion, unit: string): string {
  return `${String(Number(units) / Number(rule.unitsPerWhole))} ${unit}`;
}

function windowText(window: WindowSource): string {
  switch (window.kind) {
    case 'day':
      return 'a day';
    case 'rolling':
      return `in ${String(window.days)} days`;
    case 'lookback':
      return `in ${String(window.hours)} hours`;
    case 'ever':
      return 'for ever';
  }
}

function resetText({ resetsAtUs, window, zone }: CapUse): string {
  if (window.kind === 'ever') return '';
  if (resetsAtUs === null) return '';
  return `, free again from ${localText(resetsAtUs, zone)}`;
}

function localText(atUs: bigint, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return `${format.format(new Date(Number(atUs / 1000n)))} ${zone}`;
}
