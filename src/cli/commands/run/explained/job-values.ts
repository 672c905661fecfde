import type { Origins } from '../../../../jobs-file/compose/origins.ts';
import type { NamedJob, NotifyTarget } from '../../../../jobs-file/jobs-file.ts';
import { namedSettings, SECTIONS } from '../../../../jobs-file/shape/setting-names.ts';
import { commandText, hostOf } from '../../../../jobs-file/trust/trusted-parts.ts';
import type { Job } from '../../../../jobs/job.ts';
import { durationText } from '../../../../jobs/settings/quantities.ts';
import type { Guards } from '../../../../jobs/surroundings.ts';
import { DEFAULT, type ExplainedValue } from './explained-value.ts';

/** Its ends, and its profile. */
export function jobValues({ job }: NamedJob, origins: Origins): ExplainedValue[] {
  const of = (name: string, value: unknown): ExplainedValue => ({
    name,
    value,
    origin: origins.get(name) ?? DEFAULT,
  });
  return [
    of('from', job.from),
    of('to', job.to),
    ...(job.profile === undefined ? [] : [of('profile', job.profile)]),
  ];
}

/** What the command line says of settings. */
interface TypedSettings {
  readonly filters: readonly unknown[];
  readonly typed: { readonly [Section in (typeof SECTIONS)[number]]?: object | undefined };
}

/** Its settings, as they are with what the flags say. */
export function settingValues(
  job: Job,
  { origins, flags }: { readonly origins: Origins; readonly flags: TypedSettings },
): ExplainedValue[] {
  return SECTIONS.flatMap((section) => {
    const values = job[section] as Readonly<Record<string, unknown>> | undefined;
    const given = (flags.typed[section] ?? {}) as Readonly<Record<string, unknown>>;
    return namedSettings(section).flatMap(([inFile, name, { type }]): ExplainedValue[] => {
      const value = values?.[name];
      if (value === undefined) return [];
      const isFlag = type.kind === 'rules' ? flags.filters.length > 0 : given[name] !== undefined;
      const inTheFile = `${section}.${inFile}`;
      const origin = isFlag ? ({ kind: 'flag' } as const) : (origins.get(inTheFile) ?? DEFAULT);
      return [{ name: inTheFile, value: shownSetting(type.kind, value), origin }];
    });
  });
}

const shownSetting = (kind: string, value: unknown): unknown =>
  kind === 'duration' ? durationText(value as number) : value;

/** When and how it is run. */
export function runValues(
  named: NamedJob,
  {
    origins,
    maxDelete: flag,
  }: { readonly origins: Origins; readonly maxDelete: Guards['maxDelete'] | undefined },
): ExplainedValue[] {
  const { schedule, timeoutMs } = named;
  const values: readonly (readonly [string, unknown])[] = [
    ['watch', named.watch],
    ['schedule.cron', schedule?.cron],
    ['schedule.timezone', schedule?.timeZone],
    [
      'schedule.jitter',
      schedule === undefined || schedule.jitterMs === 0 ? undefined : durationText(schedule.jitterMs),
    ],
    ['schedule.missed', schedule?.missed],
    ['overlap', named.overlap],
    ['timeout', timeoutMs === undefined ? undefined : durationText(timeoutMs)],
    ['history', durationText(named.historyMs)],
    ['notify', named.notify.length === 0 ? undefined : named.notify.map(targetText)],
    ['sqs_queue', named.sqsQueue],
  ];
  const maxDelete: ExplainedValue =
    flag === undefined
      ? {
          name: 'max_delete',
          value: named.guards.maxDelete ?? '50%',
          origin: origins.get('max_delete') ?? DEFAULT,
        }
      : { name: 'max_delete', value: limitText(flag), origin: { kind: 'flag' } };
  return [
    ...values.flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value, origin: origins.get(name) ?? DEFAULT }],
    ),
    maxDelete,
  ];
}

const limitText = (limit: { readonly count: number } | { readonly percent: number }): string =>
  'count' in limit ? String(limit.count) : `${limit.percent}%`;

/** Without the path of an address: that is often a secret. */
const targetText = ({ on, way }: NotifyTarget): string =>
  `${way.kind} ${way.kind === 'command' ? commandText(way.command) : hostOf(way.url)} on ${on.join(', ')}`;
