/** What S3, EventBridge and SNS write into a queue, cut down to what tells something. */

export interface EventOptions {
  readonly event?: string;
  readonly sequencer?: string;
  readonly source?: string;
}

/** As in an HTML form: the key as S3 writes it into its own events. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

/** One record; `key` is written as it is. */
export function s3Record(bucket: string, key: string, options: EventOptions = {}): object {
  const { event = 'ObjectCreated:Put', sequencer, source = 'aws:s3' } = options;
  return {
    eventVersion: '2.1',
    eventSource: source,
    awsRegion: 'eu-west-1',
    eventTime: '2026-01-02T03:04:05.678Z',
    eventName: event,
    userIdentity: { principalId: 'AWS:EXAMPLE' },
    requestParameters: { sourceIPAddress: '192.0.2.1' },
    responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'stagesync',
      bucket: { name: bucket, ownerIdentity: { principalId: 'EXAMPLE' }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key,
        size: 1024,
        eTag: 'd41d8cd98f00b204e9800998ecf8427e',
        ...(sequencer === undefined ? {} : { sequencer }),
      },
    },
  };
}

/** A message of S3 about one object. */
export const s3Event = (bucket: string, key: string, options: EventOptions = {}): string =>
  JSON.stringify({ Records: [s3Record(bucket, encodeKey(key), options)] });

/** A message of EventBridge about one object. */
export const bridgeEvent = (
  bucket: string,
  key: string,
  { event = 'Object Created', sequencer }: EventOptions = {},
): string =>
  JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': event,
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-01-02T03:04:05Z',
    region: 'eu-west-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: 5, etag: 'b1946ac92492d2347c6235b4d2611184', sequencer },
      'request-id': 'N4N7GDK58NMKJ12R',
      reason: 'PutObject',
    },
  });

/** A message that went through an SNS topic without raw delivery. */
export const throughSns = (message: string): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:eu-west-1:123456789012:topic',
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: '2026-01-02T03:04:05.000Z',
  });

/** What S3 sends when notifications are set up. */
export const TEST_EVENT = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-01-02T03:04:05.000Z',
  Bucket: 'bucket',
  RequestId: '5582815E1AEA5ADF',
  HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
});
