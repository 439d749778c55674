import type { ClusterClient } from '@kuda/kube';

/** Which of a session's calls that change the cluster fails: `before` it is made, or `after`, when only the answer is lost. */
export interface PlannedFault {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** Calls that change the cluster, counted per session from 1 in the order in which they are made. */
export class FaultyClient {
  private readonly faults = new Map<string, PlannedFault>();
  private readonly calls = new Map<string, number>();
  /** Sessions whose planned fault has happened. */
  readonly struck = new Set<string>();

  plan(jobName: string, fault: PlannedFault): void {
    this.faults.set(jobName, fault);
  }

  wrap(client: ClusterClient): ClusterClient {
    const { jobs, pods, companions } = client;
    return {
      ...client,
      jobs: {
        find: (name) => jobs.find(name),
        create: (manifest) => this.run(manifest.job.metadata?.name, () => jobs.create(manifest)),
        change: (name, uid, change) => this.run(name, () => jobs.change(name, uid, change)),
        remove: (name, uid) => this.run(name, () => jobs.remove(name, uid)),
      },
      pods: {
        ofOrder: (orderId) => pods.ofOrder(orderId),
        dryRun: (manifest) => pods.dryRun(manifest),
      },
      companions: {
        ensure: (made) => this.run(made.secret.metadata?.name, () => companions.ensure(made)),
      },
    };
  }

  private async run<T>(jobName: string | undefined, call: () => Promise<T>): Promise<T> {
    const name = jobName ?? '';
    const count = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, count);
    const fault = this.faults.get(name);
    if (fault?.call !== count) return call();
    this.struck.add(name);
    if (fault.when === 'after') await call();
    throw new Error(`planned fault ${fault.when} call ${String(count)}`);
  }
}
