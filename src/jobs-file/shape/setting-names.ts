import type { JobSections } from '../../jobs/job.ts';
import type { AnySetting } from '../../jobs/settings/setting.ts';
import { settingsIn } from '../../jobs/settings/settings.ts';

/** The sections of settings in a job, in the order in which people read them. */
export const SECTIONS = ['what', 'pace', 'when', 'load'] as const satisfies readonly (keyof JobSections)[];

/** Words are joined by underscores in the file, as YAML files mostly have them: trustLedger is trust_ledger. */
export const inFile = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The settings of a section: the name in the file, the name in a job, the setting. */
export const namedSettings = (
  section: keyof JobSections,
): readonly (readonly [string, string, AnySetting])[] =>
  settingsIn(section).map(([name, setting]) => [inFile(name), name, setting] as const);
