import type { Operation, OperationHead, Repeat } from '../../../src/api/operation.ts';
import { LATER_OPERATIONS, OPERATIONS } from '../../../src/api/operations.ts';
import { awaitedAfter } from '../../../src/api/waiting/after-change.ts';

/** A program for readers; test/api/reference.test.ts runs it. */
const EXAMPLE = `\`\`\`ts
import { openManagement, operations } from 'stagesync';

await using api = await openManagement({ environment: process.env });

// by ID, NAME or GROUP/NAME
const group = await api.names.find('group', 'local');

// the reply says that it has begun; callAndWait looks until it is there
const { reply } = await api.callAndWait(
  operations.workspaces.create,
  { body: { name: 'etl', workspaceGroupID: group.id, size: 'S-00' } },
  { timeoutMs: 20 * 60_000, onLook: ({ state }) => console.error(state) },
);

const { workspaceID } = reply;
await api.callAndWait(operations.workspaces.update, { workspaceID, body: { size: 'S-1' } });
const { name, size, state } = await api.call(operations.workspaces.get, { workspaceID });
console.log(name, size, state);

await api.callAndWait(operations.workspaces.suspend, { workspaceID });
await api.callAndWait(operations.workspaces.terminate, { workspaceID });
\`\`\``;

const INTRODUCTION = `# The Management API from a program

What the commands of [management.md](management.md) are made of is part of the library: each operation is data, and one call makes any of them.

${EXAMPLE}

\`openManagement\` takes \`token\`, \`tokenFile\`, \`baseUrl\`, \`organization\` and \`allowInsecure\`, or \`environment\` with the variables of the command line. \`local: true\` opens
the embedded plane of this machine, without an account. Its requests share the gate of the syncs in the process: one pace for an origin and account.

- **\`api.call(operation, input, { fields, signal })\`** checks the input before it is sent, repeats the request as the operation allows, and checks the reply. The input
  has the parameters of the path by name, and \`query\` and \`body\` where the operation has them. What is typed wrong is a type error; what is wrong at run time is \`usage\`, with
  the name of the field in \`details.field\`. Keys of a reply that are not known are kept, words of states are the service's own, and a reply without its ID is \`api_bad_reply\`.
- **\`api.waitFor(awaited, { timeoutMs, ready, onLook, signal })\`** waits for what \`awaitedAfter(operation, { input, reply })\` or \`inState(…)\` names. **\`api.callAndWait\`** does both.
- **\`api.names.find(kind, text)\`** finds the one \`group\`, \`workspace\`, \`starter\`, \`cluster\`, \`virtualCluster\`, \`region\`, \`project\` or \`secret\` that an ID, a NAME or GROUP/NAME means;
  \`api.names.list(kind)\` lists them. Workspaces are looked for in all groups at once. A name that several have is an error that lists ID, group and state of each;
  of a name that nothing has, the nearest are told. What is terminated has no name any more, unless \`includeTerminated\` says so. Lists are kept until something is changed.
- **\`describeDeployments(api, { version })\`** shows groups with their workspaces, clusters of the second version, and starter workspaces in one shape.
`;

const REPEATS: Readonly<Record<Repeat, string>> = {
  safe: 'made again',
  idempotent: 'made again; what is gone by then is done',
  look_up: 'a look decides',
  never: 'never made again',
};

const REPEATING = `## When a reply is lost

A connection that breaks, a time-out, a 5xx: nobody knows whether the change was made. What happens then is part of the operation:

| operation | what is done |
| --- | --- |
| reads | made again at once, up to six times, with growing waits |
| create | The names that are taken are looked up before the first attempt: a name that is taken is \`api_conflict\`, and nothing is sent. After a lost reply the name is looked up again; what has it now and was not there before is ours. A list may lag, so it is asked again after 1, 2 and 4 seconds before the request is. |
| suspend, resume | The state is read first; what is reached already is not asked for. After a lost reply, a state on its way counts as done. A refusal by a state that is the target after all is a success. |
| update | What still differs alone is sent again. A password is never sent twice: when its reply is lost the call rejects, in doubt, and says so. |
| terminate, delete | Made again; 404 and TERMINATED count as done then. The first attempt at something unknown is \`api_not_found\`. |
| failover, failback, setup, pre-provisioning, users of starter workspaces | Never made again. The call rejects with \`inDoubt\`: look at the status. |

The organization's lock is answered with 500. Then the thing is looked for, and the request made again after 20, 40 and 60 seconds; after that the call rejects with \`api_locked\`. A 429 is waited
for, whatever the operation, as everywhere at the gate.
`;

const WAITING = `## Waiting

The end has come when two looks in a row show it: states flap. FAILED ends a wait at once, any other word is waited through, an outage too. The waits between two looks grow from a tenth of a second to ten
seconds. A resize has ended when the new size shows and \`scalingProgress\` is gone, or 100; a group is ready when its firewall ranges show as well, as a set, where \`0.0.0.0/0\` reads back as
\`allowAllTraffic\`. \`ready: 'sql'\` also asks the endpoint's \`/ping\`, without any credentials. After \`timeoutMs\` (20 minutes) the wait rejects with \`api_wait_timeout\`, and the service goes on.
`;

const ERRORS = `## Errors

Each is a \`SyncError\` with a stable \`code\`, what the service said in the message and in \`details.text\`, and \`inDoubt\`. Nothing of a request's body or of the token is in it.

| code | meaning |
| --- | --- |
| \`usage\` | The input does not fit, or a name means nothing or several things (\`fact\` is \`missing\` where there is none). Nothing was sent. |
| \`api_unauthorised\` | 401: the token is wrong, expired, or not allowed from here. |
| \`api_credits\` | 403: out of credits, or the token may not do this. |
| \`api_not_found\` | 404. |
| \`api_conflict\` | 409, or a name that is taken, which the service may answer with 500. |
| \`api_rejected\` | Any other 4xx. |
| \`api_locked\` | Another change held the organization's lock for two minutes. |
| \`api_throttled\` | 429, for longer than is waited. |
| \`api_unavailable\` | 5xx, or a reply that was lost. |
| \`api_unreachable\`, \`api_timeout\` | No reply. |
| \`api_bad_reply\` | A reply that is not what the API promises; the message has the place of what is wrong. |
| \`api_wait_failed\` | What was waited for FAILED, or is gone. |
| \`api_wait_timeout\` | Not yet. |
`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableOf(table: Readonly<Record<string, Readonly<Record<string, OperationHead>>>>): string {
  const rows = Object.entries(table).flatMap(([resource, made]) =>
    Object.entries(made).map(([name, each]) => operationRow(`${resource}.${name}`, each)),
  );
  return [
    row(['`operations.…`', 'request', 'after a lost reply', 'waited for']),
    row(['---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

function operationRow(name: string, each: OperationHead): string {
  const isStage = name.startsWith('stage.');
  const repeat = isStage ? 'see [architecture.md](architecture.md#the-gate)' : REPEATS[each.repeat];
  const awaited = isStage ? undefined : awaitedAfter(each as Operation, { input: {}, reply: {} });
  const query = each.fields === true ? ' *f*' : '';
  return row([
    isStage ? 'Stage' : `\`${name}\``,
    `${each.verb} \`${each.path}\`${query}`,
    repeat,
    awaited?.target ?? '',
  ]);
}

/** docs/api.md, made of the table of operations. */
export const apiReference = (): string => `${INTRODUCTION}
${REPEATING}
${WAITING}
${ERRORS}
## The 43 operations of version 1.1.58

Each is counted against \`test/contract/management-1.1.58.json\`, a document that no code is made of. The five of Stage are made by \`createStageClient\`. *f*: \`fields\` may name the fields of the reply to keep.

${tableOf(OPERATIONS)}

The seven of \`workspaceStorageDR\` left the API in version 1.1.83: where they are 404, those of the group do the same.

## Of later versions

What is wanted most of them: starter workspaces, secrets, projects, and clusters, which the second version has in place of groups and workspaces. Any other operation is within reach of
\`stagesync api METHOD PATH\`.

${tableOf(LATER_OPERATIONS)}
`;
