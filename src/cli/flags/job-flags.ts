import { Option, type Command } from 'commander';
import type { FilterFlag } from '../../jobs/filters/read-filters.ts';
import type { JobSections } from '../../jobs/job.ts';
import { durationText } from '../../jobs/settings/quantities.ts';
import type { AnySetting, SettingFlag } from '../../jobs/settings/setting.ts';
import { settingsIn } from '../../jobs/settings/settings.ts';
import {
  byteRate,
  bytes,
  duration,
  positiveInteger,
  positiveIntegerOrAuto,
  positiveNumber,
  sample,
} from './values.ts';

/** What the flags of a command line say of a job. */
export interface JobFlags extends JobSections {
  /** --include, --exclude and --filter-from in their order; the files are not yet read. */
  readonly filters: readonly FilterFlag[];
  /** The settings that were typed, without the defaults of flags. */
  readonly typed: Partial<{ readonly [Section in keyof JobSections]: Partial<JobSections[Section]> }>;
}

/** What commander makes of a command line: values by the attribute name of their flag. */
type Parsed = Readonly<Record<string, unknown>>;

export interface JobFlagsOptions {
  /** In the order of the help text. */
  readonly sections: readonly (keyof JobSections)[];
  /** Settings without a flag here. */
  readonly without?: readonly string[];
  /** False: a flag that is not given says nothing, because a file says it. Default: true. */
  readonly defaults?: boolean;
  /** Help texts in place of those of the table, by the name of the setting's flag, as '--exclude'. */
  readonly helps?: Readonly<Record<string, string>>;
}

/** Declares a flag for every setting of these sections, each under its heading. Returns what reads the parsed flags. */
export function addJobFlags(
  command: Command,
  { sections, without = [], defaults = true, helps = {} }: JobFlagsOptions,
): (parsed: object) => JobFlags {
  const filters: FilterFlag[] = [];
  const settings = sections.map(
    (section) => [section, settingsIn(section).filter(([name]) => !without.includes(name))] as const,
  );
  for (const [, named] of settings)
    for (const [, setting] of named) {
      command.optionsGroup(`${setting.group}:`);
      for (const flag of setting.flags) {
        const help = helps[flag.flag.split(' ', 1)[0]!] ?? flag.help;
        const own = defaults ? setting : { ...setting, default: undefined };
        command.addOption(optionFor(own, { ...flag, help }, filters));
      }
    }
  return (parsed) => {
    const read = (values: Parsed): object =>
      Object.fromEntries(settings.map(([section, named]) => [section, sectionOf(named, values)]));
    const typed = Object.entries(parsed).filter(([name]) => command.getOptionValueSource(name) === 'cli');
    return { ...(read(parsed as Parsed) as JobSections), filters, typed: read(Object.fromEntries(typed)) };
  };
}

function optionFor(
  setting: AnySetting,
  { flag, help, conflicts, bare }: SettingFlag,
  filters: FilterFlag[],
): Option {
  const { type } = setting;
  const option = new Option(flag, help).conflicts(conflicts ?? []);
  if (bare !== undefined) option.preset(bare);
  switch (type.kind) {
    case 'rules': {
      const kind = FILTER_KINDS[option.name()]!;
      return option.argParser((value: string) => void filters.push({ kind, value }));
    }
    case 'choice':
      if (option.required) option.choices(type.choices);
      break;
    case 'count':
      option.argParser(positiveInteger);
      break;
    case 'countOrAuto':
      option.argParser(positiveIntegerOrAuto);
      break;
    case 'number':
      option.argParser(positiveNumber);
      break;
    case 'duration':
      option.argParser(duration);
      break;
    case 'byteRate':
      option.argParser(byteRate);
      break;
    case 'sample':
      option.argParser(sample);
      break;
    case 'bytes':
      option.argParser(bytes);
      break;
    case 'switch':
    case 'fileName':
    case 'name':
      break;
  }
  if (!option.required || setting.default === undefined) return option;
  return type.kind === 'duration'
    ? option.default(setting.default, durationText(setting.default as number))
    : option.default(setting.default);
}

const FILTER_KINDS: Readonly<Record<string, FilterFlag['kind']>> = {
  include: 'include',
  exclude: 'exclude',
  'filter-from': 'file',
};

/** The values of the settings that the command line names; where it names one twice, the later flag of the table counts. */
function sectionOf(settings: readonly (readonly [string, AnySetting])[], parsed: Parsed): Parsed {
  const values = settings.flatMap(([name, { type, flags }]) =>
    type.kind === 'rules'
      ? []
      : flags.flatMap((flag) => {
          const { negate, attribute } = attributeOf(flag);
          const value = parsed[attribute];
          if (value === undefined || (negate && value === true)) return [];
          return [[name, flag.gives ?? value] as const];
        }),
  );
  return Object.fromEntries(values);
}

function attributeOf({ flag }: SettingFlag): { readonly negate: boolean; readonly attribute: string } {
  const option = new Option(flag);
  return { negate: option.negate, attribute: option.attributeName() };
}
