import type { SyncEvent } from '../../model/events.ts';
import { parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

/** What happens when the source changes while a pass looks at it: another look finds what is true then. */
const MOVING: ReadonlySet<string> = new Set([
  'entry_gone',
  'entry_changed',
  'vanished',
  'changed_while_listed',
]);

/** True for trouble that only says that the source is being changed. */
export const isMoving = (code: string): boolean => MOVING.has(code);

/** The paths that a pass could not settle. The path '' stands for all that it was about. */
export class UnsettledPaths {
  /** Still being changed. */
  readonly moving = new Set<RelPath>();
  readonly failed = new Set<RelPath>();

  hear(event: SyncEvent): void {
    if (event.type === 'action' && event.outcome === 'failed') this.#add(event.path, event.error?.code ?? '');
    else if (event.type !== 'problem') return;
    else if (event.code === 'removals_skipped') {
      // put off because of what came before; another look does them together with that
      if (this.failed.size === 0) this.moving.add('');
      else this.failed.add('');
    } else if (event.severity === 'failure' || isMoving(event.code)) this.#add(event.path, event.code);
  }

  #add(path: RelPath, code: string): void {
    (isMoving(code) ? this.moving : this.failed).add(path);
  }
}

/** The folders to look at for these paths; `scope`, the very set, where one of them stands for all of it. */
export function foldersOfAll(paths: ReadonlySet<RelPath>, scope: ReadonlySet<RelPath>): ReadonlySet<RelPath> {
  return paths.has('') ? scope : new Set([...paths].map(parentOf));
}
