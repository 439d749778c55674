import { Command } from 'commander';
import type { Io } from '../io';
import { sendCommand } from './events-send.command';

/** `kuda events …`: put activity in, watch what comes of it. */
export function eventsCommand(io: Io): Command {
  return new Command('events').description('put activity events in').addCommand(sendCommand(io));
}
