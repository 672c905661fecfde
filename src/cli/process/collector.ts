import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's collector, to be called: the whole heap, or the young generation only. */
export function collector(): (kind: 'major' | 'minor') => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: string }) => void;
  return (type) => gc({ type });
}
