import { parseDuration } from '../../jobs/settings/quantities.ts';
import { USUAL_WAIT } from '../../jobs/settings/load-settings.ts';
import { GUARDS } from '../../sync/pass-options.ts';
import { ALL_GUARDS } from './values.ts';

interface BareFlag {
  /** What it takes, for a person. */
  readonly values: readonly string[];
  /** Its value when it stands alone. */
  readonly preset: string;
  /** Whether a word is a value of it. */
  readonly takes: (word: string) => boolean;
}

const oneOf = (values: readonly string[], preset: string): BareFlag => ({
  values,
  preset,
  takes: (word) => values.includes(word),
});

/** Flags whose value may be left out. */
const BARE: ReadonlyMap<string, BareFlag> = new Map([
  ['--force', oneOf([...GUARDS, ALL_GUARDS], ALL_GUARDS)],
  ['--request-payer', oneOf(['requester'], 'requester')],
  [
    '--wait-loaded',
    {
      values: ['a duration like 10m'],
      preset: USUAL_WAIT,
      takes: (word) => parseDuration(word) !== undefined,
    },
  ],
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
      const given = next !== undefined && flag.takes(next);
      if (given) i++;
      bound.push(`${word}=${given ? next : flag.preset}`);
    }
  }
  return bound;
}
