import type { ExitStatus } from '../exit-status.ts';
import type { Run } from './run.ts';

/** A noun of the Management API with its verbs, as data: `stagesync workspaces list`. */
export interface Noun {
  /** In the plural; the singular is an alias. */
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** Lines for the help text. */
  readonly examples?: string;
  /** What the noun does where it has no verbs: `stagesync metrics GROUP`. */
  readonly alone?: Verb;
}

/** What is known of a noun before it is loaded. Its verbs are loaded where the command line names it. */
export interface NounSummary {
  readonly name: string;
  readonly singular: string;
  readonly summary: string;
  load(): Promise<Noun>;
}

/** What a verb is typed as. Declaring it is cheap; its work is loaded when it is done. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** More than the summary, for the help text of the verb. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentRow[];
  readonly flags?: readonly FlagRow[];
  /** Flags that it has in common with other verbs. */
  readonly takes: readonly FlagSet[];
  readonly work: () => Promise<VerbWork>;
}

/** The work of a verb. The flags are those that its declaration names. */
export type VerbWork = (run: Run<never>) => Promise<ExitStatus>;

/**
 * - `rows`: it prints a list. `row`: it prints one thing.
 * - `change`: it sends a request that changes something. `wait`: it waits for the end of the change.
 * - `patience`: it does nothing but wait.
 * - `confirm`: a person has to type the name first, or `--yes` is given.
 */
export type FlagSet = 'rows' | 'row' | 'change' | 'wait' | 'patience' | 'confirm';

/** An argument as commander writes it, '<name>' or '[name]', and its help. */
export type ArgumentRow = readonly [argument: string, help: string];

export interface FlagRow {
  /** As commander writes it: '--size <size>'. */
  readonly flag: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** Reads the value; rejects with commander's error. */
  readonly read?: (text: string) => unknown;
  /** It may be given several times; the values are a list. */
  readonly isList?: true;
  readonly isRequired?: true;
  readonly default?: unknown;
}
