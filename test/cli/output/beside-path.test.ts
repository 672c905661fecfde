import { describe, expect, test } from 'vitest';
import { BesidePath, besideAction } from '../../../src/cli/output/beside-path.ts';

const beside = new BesidePath();
beside.startsFrom('stage://local/data/in/', 's3://bucket/logs/');

describe('an error beside the path of its entry', () => {
  test.each([
    [
      'Stage refused to upload data/in/a.csv (status 400: no). Rename it.',
      'Stage refused to upload it (status 400: no). Rename it.',
    ],
    ['Stage refused to look at data/in/a.csv (status 503).', 'Stage refused to look at it (status 503).'],
    ['Upload data/in/a.csv failed: read ECONNRESET.', 'Upload failed: read ECONNRESET.'],
    ['Look at data/in/a.csv got a reply that is not JSON.', 'Look at it got a reply that is not JSON.'],
    ['cannot read logs/a.csv: access is denied', 'cannot read it: access is denied'],
    [
      'Cannot send data/in/a.csv to Stage: its path is too long.',
      'Cannot send it to Stage: its path is too long.',
    ],
    [
      'data/in/a.csv changed while it was uploaded: 3 instead of 5 bytes',
      'changed while it was uploaded: 3 instead of 5 bytes',
    ],
    ['a.csv cannot be read: permission denied (EACCES)', 'cannot be read: permission denied (EACCES)'],
  ])('does not name it again: %s', (message, shorter) => {
    expect(beside.message('a.csv', message)).toBe(shorter);
  });

  test.each([
    ['a.csv', 'Stage refused to upload data/in/a.csv.gz (status 400).'],
    ['a.csv', 'Stage refused to create data/in/ (status 400).'],
    ['a', 'this step waited for a move that failed'],
    ['to', 'Stage refused to upload data/in/x (status 400).'],
    ['Stage', 'uploaded 5 bytes, but Stage does not list it'],
    ['', 'The source folder /data is not there'],
  ])('is left as it is where it names something else or nothing: %j, %s', (path, message) => {
    expect(beside.message(path, message)).toBe(message);
  });

  test('of a pair at the top of its ends', () => {
    const top = new BesidePath();
    top.startsFrom('stage://local/', '/home/me/data');
    expect(top.message('a.csv', 'Upload a.csv failed: no.')).toBe('Upload failed: no.');
  });
});

test('beside an action its error names no path again', () => {
  expect(besideAction('upload data/a.csv', 'Upload data/a.csv failed: no.')).toBe('Upload failed: no.');
  expect(besideAction('look at a b.csv', 'Stage refused to look at a b.csv (status 503).')).toBe(
    'Stage refused to look at it (status 503).',
  );
  expect(besideAction('create folder a/', 'Create a/ failed: no.')).toBe('Create failed: no.');
});
