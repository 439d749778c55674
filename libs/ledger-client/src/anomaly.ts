/**
 * What the feed did that it must not do. Account versions count 1, 2, 3, … per user, and positions per shard, so that a
 * consumer sees it alone:
 * - `lost`: a version did not come within the grace. The view is read again from the compacted topic.
 * - `position_lost`: the same for a position, when nothing later of the same user has come.
 * - `duplicated`: a version came again.
 * - `reordered`: a version came after a later one.
 */
export type Anomaly =
  | {
      readonly kind: 'lost' | 'duplicated' | 'reordered';
      readonly userId: string;
      /** The version that was lost, came again, or came late. */
      readonly version: bigint;
      /** The newest version of the user that had come before it was found. */
      readonly newest: bigint;
      readonly partition: number;
      /** Offset of the record at which it was found. */
      readonly offset: bigint;
    }
  | { readonly kind: 'position_lost'; readonly shard: number; readonly position: bigint };

/** An anomaly of one user's versions. */
export type VersionAnomaly = Exclude<Anomaly, { readonly kind: 'position_lost' }>;
