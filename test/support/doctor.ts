import { tmpdir } from 'node:os';
import { ApiLook } from '../../src/doctor/api-look.ts';
import type { Check, Finding, Subject } from '../../src/doctor/check.ts';
import type { Authority } from '../../src/jobs/authority.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';

export interface SubjectOptions extends Partial<Omit<Subject, 'around' | 'api'>> {
  readonly env?: Readonly<Record<string, string>>;
  readonly authority?: Authority;
  readonly folder?: string;
}

/** What a diagnosis examines, of a machine where nothing is set but `env`. */
export function subjectOf({
  env = {},
  authority,
  folder = tmpdir(),
  ...given
}: SubjectOptions = {}): Subject {
  const around = surroundingsOf({
    environment: readEnvironment(env, folder),
    folder,
    command: 'doctor',
    pid: process.pid,
    ...(authority !== undefined && { authority }),
  });
  return {
    around,
    places: [],
    target: undefined,
    jobsFile: undefined,
    database: undefined,
    process: { node: '24.0.0', version: '1.2.3', platform: 'test' },
    api: new ApiLook(around),
    ...given,
  };
}

/** What one check finds. */
export async function found(check: Check, subject: Subject): Promise<readonly Finding[]> {
  await using _ = subject.api;
  return [await check.examine(subject, new AbortController().signal)].flat();
}
