import type { ErrorReply } from '../../../src/daemon/view/page-api.ts';

/** What the server, or the way to it, answered instead of what was asked for. */
export class ApiError extends Error {
  /** Of HTTP; 0: there was no answer. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Asking {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** The answer to a request, before its body is read. Rejects with ApiError. */
export async function ask(path: string, { method = 'GET', body, signal }: Asking = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`api/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, 'unreachable', 'The daemon does not answer.');
  }
  if (response.ok) return response;
  throw await errorOf(response);
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as ErrorReply;
    return new ApiError(response.status, error.code, error.message);
  } catch {
    return new ApiError(response.status, 'failed', `The server answered ${response.status}.`);
  }
}

/** The answer as JSON; the server is of the same release, so its shape is what the types say. */
export async function askJson<Reply>(path: string, asking?: Asking): Promise<Reply> {
  const response = await ask(path, asking);
  return (await response.json()) as Reply;
}

/** The objects of an answer with one a line, as they come. */
export async function* askLines<Line>(path: string, signal: AbortSignal): AsyncGenerator<Line, void> {
  const { body } = await ask(path, { signal });
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}

export const jobPath = (job: string, rest = ''): string => `jobs/${encodeURIComponent(job)}${rest}`;
