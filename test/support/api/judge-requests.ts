import { subscribe } from 'node:diagnostics_channel';

// Loaded before each test file: every request that the HTTP client of this process makes to an operation of the Management
// API, in whatever test, is held against the oracle. A request that does not fit fails the run.

interface Created {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly headers: unknown;
  };
}

/** Stage is not judged: its bodies are streams, and it has contracts of its own. */
const JUDGED =
  /^\/v1\/(?:billing|organizations|regions|privateConnections|workspaceGroups|workspaces)\b|^\/v2\/organizations\//;

/** One for each process, whatever number of test files it runs: this module is loaded for each of them. */
const judging = ((globalThis as { judgingOfRequests?: { off: number; isOn: boolean } }).judgingOfRequests ??=
  { off: 0, isOn: false });

/** For a test that sends what the API refuses. */
export async function withoutJudging<T>(run: () => Promise<T>): Promise<T> {
  judging.off++;
  try {
    return await run();
  } finally {
    judging.off--;
  }
}

if (!judging.isOn) subscribe('undici:request:create', onRequest);
judging.isOn = true;

function onRequest(message: unknown): void {
  const { method: verb, path: target, body, headers } = (message as Created).request;
  // tests of the embedded service send what they like, or what other clients send
  const isOfOthers = /sec-fetch-mode|x-sent-by-test/.test(String(headers));
  if (isOfOthers || judging.off > 0 || !JUDGED.test(target)) return;
  void judge(verb, target, body);
}

async function judge(verb: string, target: string, body: unknown): Promise<void> {
  const { problemsOfRequest } = await import('./oracle.ts');
  const isBytes = body instanceof Uint8Array;
  const problems = problemsOfRequest({
    verb,
    target,
    body: isBytes ? (JSON.parse(Buffer.from(body).toString()) as unknown) : undefined,
  });
  if (problems.length > 0)
    throw new Error(
      `A request is not as the text of the API has it: ${problems.join('; ')}. A test that means it wraps it in withoutJudging.`,
    );
}
