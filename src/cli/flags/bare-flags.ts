import { GUARDS } from '../../sync/pass-options.ts';
import { ALL_GUARDS } from './values.ts';

/** Flags whose value may be left out, with the values they can have and the value of a flag that stands alone. */
const BARE: ReadonlyMap<string, { readonly values: readonly string[]; readonly preset: string }> = new Map([
  ['--force', { values: [...GUARDS, ALL_GUARDS], preset: ALL_GUARDS }],
  ['--request-payer', { values: ['requester'], preset: 'requester' }],
]);

/** The flag that a word of a bound line is, when the flag stood alone there. */
export function bareFlag(
  word: string,
): { readonly flag: string; readonly values: readonly string[] } | undefined {
  for (const [flag, { values, preset }] of BARE) if (word === `${flag}=${preset}`) return { flag, values };
  return undefined;
}

/**
 * Binds the value of every such flag to the flag with '=', so that the flag cannot swallow the argument after it:
 * `--force DIR` is all guards and DIR, `--force max-delete` is that guard.
 */
export function bindBareFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const bound: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const flag = end !== -1 && i > end ? undefined : BARE.get(word);
    if (flag === undefined) bound.push(word);
    else {
      const next = argv[i + 1];
      const given = next !== undefined && flag.values.includes(next);
      if (given) i++;
      bound.push(`${word}=${given ? next : flag.preset}`);
    }
  }
  return bound;
}
