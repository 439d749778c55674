import { packMemory, unpackMemory, type PackedMemory, type RuleAccount, type TrustFacts } from '@kuda/rules';

type Memory = RuleAccount['memory'];

/** What the rules remember, as it was stored: read when a rule asks for it, which holds and captures never do. */
export class StoredRules implements RuleAccount {
  private read: Memory | null = null;

  constructor(
    readonly trust: TrustFacts,
    readonly packed: Buffer,
  ) {}

  get memory(): Memory {
    this.read ??= unpackMemory(JSON.parse(this.packed.toString('utf8')) as PackedMemory);
    return this.read;
  }
}

/** Packed before: most records leave the memory as it is. */
const known = new WeakMap<Memory, Buffer>();

/** The memory as it is stored. */
export function packedMemory(rules: RuleAccount): Buffer {
  if (rules instanceof StoredRules) return rules.packed;
  const before = known.get(rules.memory);
  if (before !== undefined) return before;
  const packed = Buffer.from(JSON.stringify(packMemory(rules.memory)));
  known.set(rules.memory, packed);
  return packed;
}
