export { BEHAVIOUR_ANNOTATIONS, type BehaviourRule } from './controllers/pod-behaviour';
export type { PodBehaviour } from './controllers/controller';
export { DEFAULT_NODES, parseNodeGroups, type NodeGroup } from './nodes';
export { startClusterSimulator, type ClusterSimulator, type SimulatorOptions } from './simulator';
