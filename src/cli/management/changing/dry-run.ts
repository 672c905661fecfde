import { prepareRequest } from '../../../api/call.ts';
import { isSecretKey } from '../../../api/masking.ts';
import type { AnyInput, Operation } from '../../../api/operation.ts';
import { printable } from '../../../model/printable.ts';
import type { Run } from '../run.ts';

const MASK = '***';

/** Prints the request that would be sent: method, path and body, with secrets masked. */
export function printRequest(run: Pick<Run, 'out' | 'flags'>, operation: Operation, input: AnyInput): void {
  const { verb, target, body } = prepareRequest(operation, input);
  const masked = maskedValue(body);
  if (run.flags.json === true)
    return run.out.line(JSON.stringify({ method: verb, path: target, body: masked ?? null }));
  run.out.line(`${verb} ${printable(target)}`);
  if (masked !== undefined)
    for (const line of JSON.stringify(masked, null, 2).split('\n')) run.out.line(printable(line));
}

/** The value with every secret in it masked, wherever it stands. */
function maskedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      isSecretKey(key) && typeof each === 'string' ? MASK : maskedValue(each),
    ]),
  );
}
