import type { JobSections } from '../job.ts';
import { LOAD } from './load-settings.ts';
import { PACE } from './pace-settings.ts';
import type { AnySetting, SettingsOf } from './setting.ts';
import { WHAT } from './what-settings.ts';
import { WHEN } from './when-settings.ts';

/**
 * Every setting of a job, once: the flags of the command line, the shape of a job in JSON, its schema and the reference
 * are made of these tables. They load nothing, so that `--help` answers at once.
 */

/** The settings of a job by section and name, in the order in which people read them. */
const SETTINGS: { readonly [Section in keyof JobSections]: SettingsOf<JobSections[Section]> } = {
  what: WHAT,
  pace: PACE,
  when: WHEN,
  load: LOAD,
};

/** The settings of a section, with their names. */
export const settingsIn = (section: keyof JobSections): readonly (readonly [string, AnySetting])[] =>
  Object.entries<AnySetting>(SETTINGS[section] as unknown as Readonly<Record<string, AnySetting>>);

/** The values that a section has when nobody says otherwise. */
export function defaultsOf<Section extends keyof JobSections>(section: Section): JobSections[Section] {
  const defaults = settingsIn(section).flatMap(([name, setting]) =>
    setting.default === undefined ? [] : [[name, setting.default] as const],
  );
  return Object.fromEntries(defaults) as unknown as JobSections[Section];
}
