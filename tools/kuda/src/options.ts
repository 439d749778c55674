import { type Command, InvalidArgumentError } from 'commander';
import type { Io } from './io';
import { loadProfile, type ProfileReader } from './profile';

/** What every command has at hand. */
export interface Context {
  readonly io: Io;
  readonly json: boolean;
  readonly profile: ProfileReader;
}

/** Adds the options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on standard output')
    .option('--state <dir>', 'state folder of the stack to talk to (default: .kuda)');
}

/** Common options count before and after the command's name. */
export function contextOf(io: Io, command: Command): Context {
  const options: { json?: boolean; state?: string } = command.optsWithGlobals();
  return { io, json: options.json === true, profile: loadProfile(io, options.state) };
}

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${String(least)} to ${String(most)}.`);
    }
    return number;
  };
}

/** A duration in hours, a decimal part allowed, as whole seconds. */
export function hoursAsSeconds(value: string): number {
  const seconds = Number(value) * 3600;
  if (!/^\d+(\.\d+)?$/.test(value) || seconds < 1 || !Number.isInteger(seconds)) {
    throw new InvalidArgumentError(
      'It must be a positive number of hours that is a whole number of seconds.',
    );
  }
  return seconds;
}
