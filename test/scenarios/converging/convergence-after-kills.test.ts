import { expect, test } from 'vitest';
import type { RequestKind } from '../../../src/emulator/control/counters.ts';
import type { RequestHook, RequestPhase } from '../../../src/emulator/request-info.ts';
import { handEdited, QUIETLY, removes, type Hand } from '../../support/trees/hand-edited.ts';
import { NIGHTLY } from '../../support/cli/nightly.ts';

const CHANGING: ReadonlySet<RequestKind> = new Set(['putFile', 'putFolder', 'move', 'remove']);

/** Names that change hands, of every kind, and where something may be removed, a folder that becomes a file and one that goes. */
function edit(hand: Hand, flags: readonly string[]): void {
  hand.rotate('a.csv', 'dir').rotate('b.csv', 'c.csv', 'd.csv').mv('third', 't').mv('t', 'third/third');
  hand.write('new/sub/new.csv', 'new').write('b.csv', 'edited');
  if (removes(flags)) hand.mv('fourth/sub', 'moved').rm('fourth').rm('other').write('other', 'a file now');
  else hand.rotate('fourth', 'other');
}

const MODES: Readonly<Record<string, readonly string[]>> = {
  '--delete': ['--delete'],
  'no flags': [],
  '--mirror --atomic': ['--mirror', '--atomic'],
  '--delete --atomic --publish-set': ['--delete', '--atomic', '--publish-set'],
};

/** Requests that a run in the middle of these edits sends at least; beyond the last nothing is killed. */
const AT_MOST = 40;
const POINTS: readonly (readonly [RequestPhase, number])[] = NIGHTLY
  ? Array.from({ length: AT_MOST }, (_, i) => i + 1).flatMap((nth) => [
      ['received', nth] as const,
      ['committed', nth] as const,
    ])
  : [
      ['committed', 1],
      ['received', 4],
      ['committed', 8],
      ['received', 13],
    ];

test.each(Object.keys(MODES).flatMap((mode) => POINTS.map(([phase, nth]) => [mode, phase, nth] as const)))(
  '%s, killed when changing request %s %i: one more run converges, and the next has nothing to do',
  async (mode, phase, nth) => {
    const flags = MODES[mode]!;
    let hook: RequestHook | undefined;
    await using pair = await handEdited({ onRequest: (now, info) => hook?.(now, info) });
    edit(pair.hand, flags);
    let seen = 0;
    const ended = await pair.sync(flags, {
      running(child) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        hook = async (now, { kind }) => {
          if (now !== phase || !CHANGING.has(kind) || ++seen !== nth) return;
          child.kill('SIGKILL');
          await gone;
        };
      },
    });
    hook = undefined;
    await pair.emulator.settled();
    if (NIGHTLY && seen < nth) expect(ended).toEqual(QUIETLY);
    else expect(ended.status).toBe(128 + 9);
    expect(await pair.sync(flags, 'inside')).toEqual(QUIETLY);
    await pair.expectEqual(flags);
    await pair.expectAtRest(flags);
  },
);
