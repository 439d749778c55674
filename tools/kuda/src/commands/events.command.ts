import { Command } from 'commander';
import type { Io } from '../io';
import { sendCommand } from './events-send.command';
import { tailCommand } from './events-tail.command';

/** `kuda events …`: put activity in, watch what comes of it. */
export function eventsCommand(io: Io): Command {
  return new Command('events')
    .description('put activity events in, watch what comes of them')
    .addCommand(sendCommand(io))
    .addCommand(tailCommand(io));
}
