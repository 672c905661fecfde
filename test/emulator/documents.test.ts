import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_BEHAVIOUR } from '../../src/emulator/control/behaviour.ts';
import { OPERATIONS } from '../../src/emulator/management/register.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/emulator.md'), 'utf8');

/** The cells of the rows of all tables below a heading, up to the next one. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, rest = ''] = page.split(`\n${heading}\n`);
  const [section = ''] = rest.split('\n#');
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `') && !line.startsWith('| `fault` '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const names = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);

test('the page has every operation of the register, once, and no other', () => {
  const rows = rowsBelow('### Routes').map(([operation = '', request = '']) => `${operation} ${request}`);
  const registered = OPERATIONS.map(
    ({ area, operation, method, path }) => `\`${area}.${operation}\` \`${method} ${path}\``,
  );
  expect(rows.toSorted()).toEqual(registered.toSorted());
});

test('the page has every switch with its default, once, and no other', () => {
  const rows = rowsBelow('## Switches').flatMap(([switches = '', values = '']) => {
    const defaults = values.split(', ');
    return names(switches).map((name, at) => `${name}: ${defaults[at] ?? ''}`);
  });
  const spelled = (value: unknown): string =>
    ({ null: 'none', 'text/plain; charset=utf-8': '`text/plain`' })[String(value)] ??
    (typeof value === 'string' ? `\`${value}\`` : String(value));
  const switches = Object.entries(DEFAULT_BEHAVIOUR).map(([name, value]) => `${name}: ${spelled(value)}`);
  expect(rows.toSorted()).toEqual(switches.toSorted());
});

test('the page has every fault, once, and no other', () => {
  const source = readFileSync(join(ROOT, 'src/emulator/control/faults.ts'), 'utf8');
  const faults = Array.from(source.matchAll(/readonly fault: '(\w+)'/g), ([, name = '']) => name);
  expect(faults.length).toBeGreaterThan(8);
  expect(
    rowsBelow('## Faults')
      .flatMap(([name = '']) => names(name))
      .toSorted(),
  ).toEqual(faults.toSorted());
});

/** Verb and path of the operations of the reference text 1.1.58 that are not Stage's, by what is behind `/v1/`. */
const REFERENCE = `
GET billing/usage
GET organizations/current
GET regions
POST privateConnections
GET PATCH DELETE privateConnections/{connectionID}
GET POST workspaceGroups
GET PATCH DELETE workspaceGroups/{workspaceGroupID}
GET workspaceGroups/{workspaceGroupID}/privateConnections
GET workspaceGroups/{workspaceGroupID}/storage/DR/regions
POST workspaceGroups/{workspaceGroupID}/storage/DR/setup
GET workspaceGroups/{workspaceGroupID}/storage/DR/status
PATCH workspaceGroups/{workspaceGroupID}/storage/DR/failover
PATCH workspaceGroups/{workspaceGroupID}/storage/DR/failback
PATCH workspaceGroups/{workspaceGroupID}/storage/DR/startPreProvision
PATCH workspaceGroups/{workspaceGroupID}/storage/DR/stopPreProvision
GET POST workspaces
GET PATCH DELETE workspaces/{workspaceID}
POST workspaces/{workspaceID}/suspend
POST workspaces/{workspaceID}/resume
GET workspaces/{workspaceID}/privateConnections
GET workspaces/{workspaceID}/privateConnections/kai
GET workspaces/{workspaceID}/privateConnections/outboundAllowList
GET workspaces/{workspaceID}/storage/DR/regions
POST workspaces/{workspaceID}/storage/DR/setup
GET workspaces/{workspaceID}/storage/DR/status
PATCH workspaces/{workspaceID}/storage/DR/failover
PATCH workspaces/{workspaceID}/storage/DR/failback
PATCH workspaces/{workspaceID}/storage/DR/startPreProvision
PATCH workspaces/{workspaceID}/storage/DR/stopPreProvision
`;

describe('the register', () => {
  const registered = OPERATIONS.map(({ method, path }) => `${method} ${path}`);

  test('has each of the 38 operations of the reference once', () => {
    const reference = REFERENCE.trim()
      .split('\n')
      .flatMap((line) => {
        const [path = '', ...verbs] = line.split(' ').toReversed();
        return verbs.map((verb) => `${verb} /v1/${path}`);
      });
    reference.push('GET /v2/organizations/{organizationID}/workspaceGroups/{workspaceGroupID}/metrics');
    expect(reference).toHaveLength(38);
    for (const operation of reference)
      expect([operation, registered.filter((each) => each === operation).length]).toEqual([operation, 1]);
  });

  test('has no route twice, and no two operations of one name at one version', () => {
    expect(new Set(registered).size).toBe(registered.length);
    const named = OPERATIONS.map(({ area, operation, path }) => `${path.slice(1, 3)} ${area}.${operation}`);
    expect(new Set(named).size).toBe(named.length);
  });
});
