import type { ActionLine } from '../../../src/model/plan.ts';
import { Name } from './name.tsx';
import { ToSign } from './to-sign.tsx';

const VERBS: Readonly<Record<ActionLine['kind'], string>> = {
  createFolder: 'create',
  // to a Stage or from one
  upload: 'copy',
  move: 'move',
  remove: 'remove',
};

/** 'copy data/a.csv', 'move a to b' */
export function ActionName({ action: { kind, path, to } }: { readonly action: ActionLine }) {
  return (
    <>
      <span class={`verb ${kind}`}>{VERBS[kind] ?? kind}</span> <Name text={path} />
      {to !== undefined && (
        <>
          {' '}
          <ToSign /> <Name text={to} />
        </>
      )}
    </>
  );
}
