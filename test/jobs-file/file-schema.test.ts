import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { readJobsText } from '../../src/jobs-file/read-jobs-file.ts';
import { jobsFileSchema } from '../../src/jobs-file/shape/file-schema.ts';

const at = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The schema as an editor reads it. */
const schema = z.fromJSONSchema(jobsFileSchema());
const fits = (text: string): boolean => schema.safeParse(parse(text)).success;

describe.each(['examples/first-jobs.yaml', 'examples/team-jobs.yaml'])('%s', (name) => {
  const text = readFileSync(at(name), 'utf8');

  test('fits the schema, which its first line names', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/jobs.json');
    expect(fits(text)).toBe(true);
  });

  test('is a file without mistakes', () => {
    const options = {
      place: at(name),
      shown: name,
      environment: {},
      home: '/home/u',
      folder: '/',
      isNamed: true,
    };
    expect(readJobsText(text, options).file.jobs.length).toBeGreaterThan(1);
  });
});

test.each([
  ['jobs: { a: { from: x, to: "stage://g/x" } }', true],
  [
    'jobs: { a: { from: x, to: "stage://g/x", pace: { concurrency: "${N}", max_wait: "${W:-1h}" }, watch: "${ON}" } }',
    true,
  ],
  ['jobs: { a: { from: x } }', false],
  ['jobs: { a: { from: x, to: "stage://g/x", form: x } }', false],
  ['jobs: { a: { from: x, to: "stage://g/x", what: { removal: our } } }', false],
  ['jobs: { a: { from: x, to: "stage://g/x", pace: { max_wait: 10 minutes } } }', false],
  ['jobs: { a: { from: x, to: "stage://g/x", pace: { max_wait: 10 } } }', false],
  ['jobs: {}\nprofile: {}', false],
])('the schema judges as the reader does: %s', (text, isRight) => {
  expect(fits(text)).toBe(isRight);
});

test('each key has a description for editors', () => {
  const missing: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, each] of Object.entries(value as Record<string, unknown>)) {
      if (key === 'properties')
        for (const [name, property] of Object.entries(each as Record<string, Record<string, unknown>>))
          if (property['description'] === undefined) missing.push(`${path}.${name}`);
      look(each, `${path}.${key}`);
    }
  };
  look(jobsFileSchema(), '');
  expect(missing).toEqual([]);
});
