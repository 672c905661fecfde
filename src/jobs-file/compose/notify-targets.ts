import type { NotifyEvent, NotifyTarget } from '../jobs-file.ts';
import type { TargetData } from '../shape/file-shape.ts';
import { pathInFile, type Folders } from './paths.ts';
import { isWebAddress } from './profiles.ts';

const USUAL: readonly NotifyEvent[] = ['failure', 'recovery', 'halted'];

/** What is wrong with one target that has the right shape: the name within it, and why. */
export function targetProblems(target: TargetData): (readonly [string, string])[] {
  const ways = WAYS.filter((way) => target[way] !== undefined);
  const problems: (readonly [string, string])[] = [];
  if (ways.length === 0) problems.push(['', `needs one of ${WAYS.join(', ')}`]);
  if (ways.length > 1)
    problems.push([ways[1]!, `${ways.join(' and ')} are two ways: write a target for each`]);
  if (target.secret_file !== undefined && target.webhook === undefined)
    problems.push(['secret_file', 'signs a webhook, and there is none']);
  if (target.command?.[0]?.trim() === '')
    problems.push(['command', 'its first word is the program, and may not be empty']);
  for (const way of ['webhook', 'heartbeat'] as const)
    if (target[way] !== undefined && !isWebAddress(target[way]))
      problems.push([
        way,
        'has to be an address that begins with https:// or http://, without a user or a password',
      ]);
  return problems;
}

const WAYS = ['webhook', 'command', 'heartbeat'] as const;

export function targetOf(data: TargetData, folders: Folders): NotifyTarget {
  const { on, webhook, command, heartbeat } = data;
  const secretFile = data.secret_file === undefined ? undefined : pathInFile(data.secret_file, folders);
  const events = on === undefined ? (heartbeat === undefined ? USUAL : (['success'] as const)) : [on].flat();
  if (webhook !== undefined)
    return {
      on: events,
      way: { kind: 'webhook', url: webhook, ...(secretFile !== undefined && { secretFile }) },
    };
  if (command !== undefined) return { on: events, way: { kind: 'command', command } };
  return { on: events, way: { kind: 'heartbeat', url: heartbeat! } };
}
