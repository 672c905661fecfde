import { rawOperation, type ApiVerb } from '../../../api/raw-operation.ts';
import { openManagementApi } from '../../../jobs/ends/open-management-api.ts';
import type { StageSurroundings } from '../../../jobs/surroundings.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRequest } from '../../management/changing/dry-run.ts';
import { readSecretFile } from '../../management/changing/passwords.ts';
import { readAllInput } from '../../management/changing/terminal-input.ts';
import { resolve } from 'node:path';

/** The flags of `stagesync api`, but for those of the connection. */
export interface ApiFlags {
  readonly body?: string;
  readonly dryRun?: true;
  readonly local?: true;
}

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly flags: ApiFlags;
  readonly around: StageSurroundings;
}

const VERBS: readonly ApiVerb[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `stagesync api`: the reply goes to stdout as it comes; JSON is set out for a terminal. */
export async function sendRequest(context: Context, request: RawRequest): Promise<ExitStatus> {
  const { path, flags, around } = request;
  const verb = VERBS.find((each) => each === request.method.toUpperCase());
  if (verb === undefined)
    throw usageError(`METHOD is ${printable(request.method)}; it must be one of ${VERBS.join(', ')}`);
  const isWithin = !/\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(path);
  if (!/^\/v\d+\/[^\s#\\]*$/.test(path) || !isWithin)
    throw usageError(
      `PATH is ${printable(path)}; it must be a path of the API with its version, like /v1/regions`,
    );
  const body = await readBody(context, flags.body);
  const operation = rawOperation(verb, path, { hasBody: body !== undefined });
  const input = body === undefined ? {} : { body };
  if (flags.dryRun === true) {
    printRequest({ out: context.out, flags: {} }, operation, input);
    return EXIT.clean;
  }
  await using api = await openManagementApi(around, { local: flags.local === true });
  const text = await api.call(operation, input);
  const isTerminal = context.host.stdout.isTTY === true;
  for (const line of (isTerminal ? setOut(text) : text).trimEnd().split('\n'))
    context.out.line(isTerminal ? printable(line) : line);
  return EXIT.clean;
}

async function readBody({ host }: Context, file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  const text =
    file === '-' ? await readAllInput(host) : await readSecretFile(resolve(host.cwd, file), '--body');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // without the parser's message, which quotes the text: there may be a password in it
    throw usageError(`--body ${printable(file)} is not JSON`);
  }
}

function setOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
