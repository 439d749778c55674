import type { CelProgram, CelType } from './cel';

/** One thing wrong with a rule set. */
export interface RuleSetProblem {
  /** JSON pointer into the file. */
  readonly pointer: string;
  /** Line and column in the file, from 1; null where the file holds no such place. */
  readonly line: number | null;
  readonly column: number | null;
  /** Line and column inside the expression, from 1, for a fault of CEL. */
  readonly expression: { readonly line: number; readonly column: number } | null;
  readonly message: string;
}

/** A problem that is not yet placed in the file. */
export type UnplacedProblem = Omit<RuleSetProblem, 'line' | 'column'>;

/** Tells of a problem with a member of a rule; `at` is inside the member's expression. */
export type Report = (
  member: string,
  message: string,
  at?: { readonly line: number; readonly column: number },
) => void;

/** Compiles an expression of a rule; a fault is reported, and the program given instead matches nothing. */
export type CompileMember = (member: string, text: string, type: CelType) => CelProgram;
