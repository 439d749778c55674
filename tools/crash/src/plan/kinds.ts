/** What is done to the system; a row of the failure matrix each. */
export const KINDS = [
  'committer-point',
  'relay-point',
  'path-point',
  'any-moment',
  'postgres-killed',
  'connections-cut',
  'kafka-killed',
  'two-committers',
  'sleeper',
  'clock-back',
  'poison',
  'older-copy',
] as const;

export type Kind = (typeof KINDS)[number];

/** One line each, for the summary and the README. */
export const MEANING: Readonly<Record<Kind, string>> = {
  'committer-point': 'killed at named points of the committer',
  'relay-point': 'killed at named points of the relay, which publishes into Kafka',
  'path-point': 'killed at any named point, with commands and entries going through Kafka',
  'any-moment': 'killed from outside at any moment',
  'postgres-killed': 'PostgreSQL killed or stopped at once under load, and started again',
  'connections-cut': 'connections to PostgreSQL ended under load',
  'kafka-killed': 'Kafka killed under load, and started again',
  'two-committers': 'a second process takes over under load',
  sleeper: 'a process is frozen, another takes over, the first wakes',
  'clock-back': 'the clock jumps back and forth, within a life and over kills',
  poison: 'many commands that cannot be decided or stored, and kills among them',
  'older-copy': 'the database is replaced by an older copy of itself',
};

/** How often a kind comes up, of the sum: those that restart a server take seconds. */
export const WEIGHTS: Readonly<Record<Kind, number>> = {
  'committer-point': 70,
  'relay-point': 28,
  'path-point': 14,
  'any-moment': 20,
  'postgres-killed': 12,
  'connections-cut': 14,
  'kafka-killed': 4,
  'two-committers': 10,
  sleeper: 8,
  'clock-back': 10,
  poison: 8,
  'older-copy': 2,
};
