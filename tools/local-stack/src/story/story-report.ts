import { relative } from 'node:path';
import { amountText, table } from '../console/table';
import { REPOSITORY, SERVICES } from '../stack/services';
import type { Stack } from '../stack/stack.types';
import { balanceText, POINT } from './earn';
import type { Redeemed } from './redeem';
import type { StoryResult } from './story.types';

/** Prints what the story came to, where to look, and what to try next. */
export function printStory(stack: Stack, story: StoryResult): void {
  const parts = [earnedTable(story), redeemedTable(story), addresses(stack), next(stack, story)];
  console.log(`\n${parts.join('\n\n')}\n`);
}

function earnedTable({ user, awards, earned }: StoryResult): string {
  const rows = awards.map(({ rule, asset, times, amount }) => [
    rule,
    `${String(times)} ×`,
    `${amountText(asset, amount)} ${asset === POINT ? 'points' : 'GPU seconds'}`,
  ]);
  return `${user} earned ${balanceText(earned)}\n\n${table(['rule', 'paid', 'together'], rows)}`;
}

function redeemedTable({ redemptions, balances }: StoryResult): string {
  const rows = redemptions.map((redeemed) => [
    `${String(redeemed.wish.gpuCount)} × ${redeemed.wish.sku}`,
    totals(redeemed.held),
    redeemed.session.node,
    `${clock(redeemed.session.startedAt)} – ${clock(redeemed.session.endedAt)}`,
    `${redeemed.session.meteredSeconds.toLocaleString('en-US')} s`,
    `${totals(redeemed.captured)} (${redeemed.reason})`,
    totals(redeemed.released),
  ]);
  const head = ['redeemed', 'reserved', 'node', 'ran (cluster time)', 'metered', 'captured', 'released'];
  return `Redeemed and settled\n\n${table(head, rows)}\n\nLeft: ${balanceText(balances)}`;
}

/** The hour and minute of a stamp; with the day, because simulated time runs ahead. */
function clock(stamp: string): string {
  return stamp.slice(5, 19).replace('T', ' ');
}

function totals(amounts: Redeemed['held']): string {
  const parts = [...amounts].filter(([, amount]) => amount !== 0n);
  if (parts.length === 0) return 'nothing';
  return parts
    .map(([asset, amount]) => `${amountText(asset, amount)} ${asset === POINT ? 'points' : 'GPU seconds'}`)
    .join(' + ');
}

function addresses(stack: Stack): string {
  const rows = SERVICES.map((name) => [name, stack.urls[name], `${stack.urls[name]}/health/ready`]);
  const cluster = stack.simulated
    ? `simulated, ${String(stack.timeScale)} s in one (${stack.kubeconfig})`
    : stack.kubeconfig;
  return [
    `Where to look\n\n${table(['service', 'address', 'health'], rows)}`,
    '',
    `  Kafka       ${stack.brokers}`,
    `  Kubernetes  ${cluster}`,
    `  logs        ${stack.stateDir}/logs`,
    '  HTTP APIs   docs/api (OpenAPI 3.1), topics docs/api/asyncapi.json',
  ].join('\n');
}

function next(stack: Stack, { user }: StoryResult): string {
  const folder = relative(REPOSITORY, stack.stateDir);
  const state = folder === '.kuda' ? '' : ` --state ${stack.stateDir}`;
  const commands = [
    `balance ${user}`,
    `history ${user} --decisions`,
    `sessions ${user}`,
    `events send --type ai.kuda.session.login.v1 --subject ${user}`,
    `redeem ${user} gpu.t4 --hours 1 --wait`,
    'events tail --limit 5',
  ];
  return `Try next\n\n${commands.map((command) => `  npm run -s kuda -- ${command}${state}`).join('\n')}`;
}
