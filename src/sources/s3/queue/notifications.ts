import * as z from 'zod';

/** Something happened to an object. */
export interface ObjectEvent {
  readonly bucket: string;
  /** What the object's key may be: one, or two where the server's way of writing it is not certain. */
  readonly keys: readonly string[];
  /** Hexadecimal; orders what made and removed one object. Other events have none. */
  readonly sequencer: string | undefined;
}

export interface Notification {
  /** After these, the objects have to be looked at again. */
  readonly events: readonly ObjectEvent[];
  /** Why the message, or a part of it, cannot be understood; for people. */
  readonly problem?: string;
}

/**
 * Reads the body of a queue message: an S3 event notification (also of Ceph and MinIO), an event of Amazon EventBridge,
 * or one of them wrapped by SNS. S3's own test message, and events that leave an object as it was, give no events.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and ev-events.html there.
 */
export function parseNotification(body: string): Notification {
  const message = parseJson(body);
  const wrapped = SNS.safeParse(message);
  return readMessage(wrapped.success ? parseJson(wrapped.data.Message) : message);
}

const SNS = z.object({ Type: z.literal('Notification'), TopicArn: z.string(), Message: z.string() });

const TEST = z.object({ Event: z.literal('s3:TestEvent') });

const OBJECT = z.object({ key: z.string().min(1), sequencer: z.string().optional().catch(undefined) });
const BUCKET = z.object({ name: z.string().min(1) });

const RECORDS = z.object({ Records: z.array(z.unknown()) });
const RECORD = z.object({
  eventName: z.string(),
  eventSource: z.string().optional().catch(undefined),
  s3: z.object({ bucket: BUCKET, object: OBJECT }),
});

const ENVELOPE = z.object({ source: z.literal('aws.s3'), 'detail-type': z.string(), detail: z.unknown() });
const DETAIL = z.object({ bucket: BUCKET, object: OBJECT });

/**
 * The state of a copy elsewhere, a restore that has only begun, an access tier that a listing does not show. Tags and
 * ACLs are not here: a policy can let an object be read because of them. What is unknown is looked at.
 */
const HARMLESS = /^(?:Replication:|ObjectRestore:Post$|IntelligentTiering$)/;
const HARMLESS_DETAILS = new Set([
  'Object Restore Initiated',
  'Object Access Tier Changed',
  'Async Copy Completion',
]);

const SEQUENCED = /^Object(?:Created|Removed):/;
const SEQUENCED_DETAILS = new Set(['Object Created', 'Object Deleted']);

function readMessage(message: unknown): Notification {
  const records = RECORDS.safeParse(message);
  if (records.success) return readRecords(records.data.Records);
  const envelope = ENVELOPE.safeParse(message);
  if (envelope.success) return readEnvelope(envelope.data);
  if (TEST.safeParse(message).success) return { events: [] };
  return { events: [], problem: 'it is neither an S3 event nor an EventBridge event of S3' };
}

function readRecords(records: readonly unknown[]): Notification {
  const events: ObjectEvent[] = [];
  let problem: string | undefined;
  for (const each of records) {
    const record = RECORD.safeParse(each);
    if (!record.success) {
      problem = 'one of its records has no event name, bucket or key';
      continue;
    }
    const { eventName, eventSource, s3 } = record.data;
    const name = eventName.replace(/^s3:/, '');
    if (HARMLESS.test(name)) continue;
    const { key, sequencer } = s3.object;
    events.push({
      bucket: s3.bucket.name,
      keys: keysOf(key, eventSource),
      sequencer: SEQUENCED.test(name) ? sequencer : undefined,
    });
  }
  return problem === undefined ? { events } : { events, problem };
}

function readEnvelope(envelope: z.infer<typeof ENVELOPE>): Notification {
  const type = envelope['detail-type'];
  if (HARMLESS_DETAILS.has(type)) return { events: [] };
  if (!type.startsWith('Object '))
    return { events: [], problem: 'it is an EventBridge event, but not of an object' };
  const detail = DETAIL.safeParse(envelope.detail);
  if (!detail.success) return { events: [], problem: 'its detail has no bucket or no key' };
  const { bucket, object } = detail.data;
  const sequencer = SEQUENCED_DETAILS.has(type) ? object.sequencer : undefined;
  return { events: [{ bucket: bucket.name, keys: [object.key], sequencer }] };
}

/**
 * S3 writes keys as in a web form: '+' is a space. Ceph's gateway writes them as they are; since a look too many does no
 * harm, both readings are taken. EventBridge has them as they are.
 */
function keysOf(key: string, source: string | undefined): readonly string[] {
  const decoded = decodeKey(key);
  if (source === 'ceph:s3') return [...new Set([key, decoded])];
  return [decoded];
}

/** A key that is not encoded after all is taken as it is. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', '%20'));
  } catch {
    return key;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
