import { Command } from 'commander';
import { explainCommand, holdsCommand, ledgerBalanceCommand, lotsCommand } from './ledger-reads.command';
import { adjustCommand, approveCommand, freezeCommand, reverseCommand } from './ledger-writes.command';
import { projectionsCommand } from './projections.command';
import { rebuildCommand } from './rebuild.command';
import type { Io } from '../io';

/** `kuda ledger …`: what an operator of the ledger asks for. */
export function ledgerCommand(io: Io): Command {
  return new Command('ledger')
    .description('the ledger: accounts, explanations, an operator’s writes, read models')
    .addCommand(ledgerBalanceCommand(io))
    .addCommand(lotsCommand(io))
    .addCommand(holdsCommand(io))
    .addCommand(explainCommand(io))
    .addCommand(adjustCommand(io))
    .addCommand(approveCommand(io))
    .addCommand(reverseCommand(io))
    .addCommand(freezeCommand(io, 'freeze'))
    .addCommand(freezeCommand(io, 'unfreeze'))
    .addCommand(projectionsCommand(io))
    .addCommand(rebuildCommand(io));
}
