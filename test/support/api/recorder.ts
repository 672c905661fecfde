import type { ApiConnection } from '../../../src/api/connection.ts';
import { oracleOf, problemsOfReply, problemsOfRequest } from './oracle.ts';

/** What passed a connection, held against the oracle. */
export interface Recorder {
  /** 'GET /v1/regions': the operations that were made, with the names of their parameters. */
  readonly operations: Set<string>;
  /** What was wrong with requests, and with replies of success. */
  readonly requests: string[];
  readonly replies: string[];
}

export function recordRequests(connection: ApiConnection): Recorder {
  const recorder: Recorder = { operations: new Set(), requests: [], replies: [] };
  const send = connection.send.bind(connection);
  connection.send = async (options, body) => {
    const { verb, target } = options;
    const sent = {
      verb,
      target,
      body:
        body === null || body === undefined
          ? undefined
          : (JSON.parse(Buffer.from(body).toString()) as unknown),
    };
    const { pathname } = new URL(target, 'http://oracle.test');
    const made = oracleOf(verb, pathname);
    if (made !== undefined) recorder.operations.add(`${verb} ${made.path}`);
    recorder.requests.push(...problemsOfRequest(sent));
    const reply = await send(options, body);
    if (reply.status === 200) recorder.replies.push(...problemsOfReply(sent, reply.body.toString()));
    return reply;
  };
  return recorder;
}
