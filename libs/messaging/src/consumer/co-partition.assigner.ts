import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const VERSION = 1;
const NO_USER_DATA = Buffer.alloc(0);

/**
 * Partition n of every topic goes to the same member, which kafkajs's own assigner does not do: a user's activity and a
 * user's commands must reach the owner of that user's shard. Pure, for the protocol below.
 */
export function assignTogether(
  members: readonly string[],
  partitionsOf: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, Readonly<Record<string, number[]>>> {
  const sorted = [...members].sort();
  const result = new Map<string, Record<string, number[]>>(sorted.map((member) => [member, {}]));
  for (const [topic, partitions] of partitionsOf) {
    for (const partition of partitions) {
      const own = result.get(sorted[partition % sorted.length] ?? '');
      if (own !== undefined) (own[topic] ??= []).push(partition);
    }
  }
  return result;
}

/** kafkajs's port to `assignTogether`. */
export const coPartitionAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'KudaCoPartitionAssigner',
  version: VERSION,
  assign({ members, topics }) {
    const partitionsOf = new Map(
      topics.map((topic) => [
        topic,
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
      ]),
    );
    const assigned = assignTogether(
      members.map(({ memberId }) => memberId),
      partitionsOf,
    );
    return Promise.resolve(
      [...assigned].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment,
          userData: NO_USER_DATA,
        }),
      })),
    );
  },
  protocol({ topics }) {
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: VERSION,
      topics,
      userData: NO_USER_DATA,
    });
    return { name: this.name, metadata };
  },
});
