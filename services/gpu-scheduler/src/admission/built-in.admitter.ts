import { LABELS, type NodeView, type PodView } from '@kuda/kube';
import { admitInOrder, type GpuDemand } from '../domain/admission';
import { planOrder, type Catalogue } from '../domain/catalogue';
import type { Admission } from '../domain/observed';
import type { SessionState } from '../domain/session';
import type { Admitter } from './admitter';

/** What the built-in admitter looks at. */
export interface AdmissionSources {
  readonly catalogue: Catalogue;
  readonly live: () => Promise<readonly SessionState[]>;
  readonly nodes: () => readonly NodeView[];
  readonly pods: () => readonly PodView[];
}

function demandOf(state: SessionState, catalogue: Catalogue): readonly GpuDemand[] {
  const { order } = state;
  const plan = order === null ? null : planOrder(order, catalogue).plan;
  if (order === null || plan === null) return [];
  return [
    {
      orderId: order.orderId,
      gpuProducts: plan.gpuProducts,
      gpus: order.gpuCount,
      minDriverMajor: plan.image.minDriverMajor,
      queuedAtUs: state.queuedAtUs,
    },
  ];
}

/** First come, first served by capacity, for clusters without Kueue (docs/adr/0053-fifo-admitter.md). */
export class BuiltInAdmitter implements Admitter {
  readonly name = 'built-in';

  constructor(private readonly sources: AdmissionSources) {}

  async review(): Promise<ReadonlyMap<string, Admission>> {
    const { catalogue, nodes, pods } = this.sources;
    const live = await this.sources.live();
    const demandsIn = (...phases: readonly SessionState['phase'][]): readonly GpuDemand[] =>
      live.filter(({ phase }) => phases.includes(phase)).flatMap((state) => demandOf(state, catalogue));
    return admitInOrder(demandsIn('queued'), {
      nodes: nodes(),
      pods: pods(),
      admitted: demandsIn('admitted', 'running'),
      orderOfPod: (pod) => pod.labels[LABELS.order],
    });
  }
}
