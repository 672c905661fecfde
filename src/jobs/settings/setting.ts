import type { FilterRule } from '../../filter/filter-rules.ts';

/** One setting of a job, as the tables beside this file have it. */
export interface Setting<Value = unknown> {
  readonly type: SettingType<Value>;
  /** Absent: the setting may be left out, and nothing is done then. */
  readonly default?: Value;
  readonly group: Group;
  readonly flags: readonly SettingFlag<Value>[];
  /** What the setting is, where the text of its flag does not say it. */
  readonly meaning?: string;
}

/** How the command line names a setting. */
export interface SettingFlag<Value = unknown> {
  /** As commander declares flags: '--compare <how>'. */
  readonly flag: string;
  /** The line of `--help`. */
  readonly help: string;
  /** What the flag gives when it is there, of flags without a value. */
  readonly gives?: Value;
  /** The text that stands for the value of a flag whose value may be left out. */
  readonly bare?: string;
  /** The attribute of a flag that says otherwise: a command line cannot have both. */
  readonly conflicts?: string;
}

/** The headings under which `--help` lists flags. */
type Group =
  'What is done' | 'Which files' | 'How it is published' | 'How fast' | 'How it is loaded' | 'When';

/** The table of a section. */
export type SettingsOf<Section> = { readonly [Name in keyof Section]-?: Setting<NonNullable<Section[Name]>> };

/** What a setting's value is, in a job. Durations are milliseconds, byte rates bytes a second and sizes bytes; all may be text in JSON. */
type SettingType<Value> = [Value] extends [boolean]
  ? { readonly kind: 'switch' }
  : [Value] extends [number]
    ? { readonly kind: 'count' | 'number' | 'duration' | 'byteRate' | 'bytes' }
    : number extends Value
      ? { readonly kind: 'all' extends Value ? 'sample' : 'countOrAuto' }
      : [Value] extends [readonly FilterRule[]]
        ? { readonly kind: 'rules' }
        : string extends Value
          ? { readonly kind: 'fileName' | 'name' }
          : { readonly kind: 'choice'; readonly choices: readonly Value[] };

/** A setting whatever its value, for code that goes through the tables. */
export type AnySetting = Omit<Setting, 'type'> & { readonly type: AnyType };

type AnyType =
  | {
      readonly kind:
        | 'switch'
        | 'count'
        | 'countOrAuto'
        | 'sample'
        | 'number'
        | 'duration'
        | 'byteRate'
        | 'bytes'
        | 'rules'
        | 'fileName'
        | 'name';
    }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };
