import { expect, test } from 'vitest';
import type { Intent } from '../../../../src/sync/ledger/intent.ts';
import { TrashSizes } from '../../../../src/sync/execute/trash/trash-sizes.ts';
import { recovering } from '../../../support/engine/recovering.ts';

const NEW_FILE = '.stagesync-0-000000000000-1-new-a';

interface Left {
  /** What the killed run had begun, and how the Stage looks by now. */
  readonly begin: (it: ReturnType<typeof recovering>) => void;
  /** What would be deleted. */
  readonly content: string;
}

const put = (via: string, aside: string): Intent => ({
  op: 'put',
  path: 'a',
  reason: 'changed',
  size: 3,
  version: 'v',
  beforeSize: 3,
  via,
  aside,
});

const LEFT: Readonly<Record<string, Left>> = {
  'a file between two names that are both taken': {
    begin({ begun, moved, ledger, stage, hidden }) {
      const via = hidden.next('moved', 'a');
      begun({ op: 'move', path: 'a', to: 'b', via, reason: 'cycle' });
      moved('a', via);
      ledger.rename('a', via, { keepsTimes: false });
      stage.place('in/a', 'theirs');
    },
    content: 'one',
  },
  'a folder that was to go, while a file took its name': {
    begin({ begun, moved, stage, hidden }) {
      const via = hidden.next('gone', 'd/');
      begun({ op: 'remove', path: 'd/', via, reason: 'gone_from_source' });
      moved('d/', via);
      stage.place('in/d', 'theirs');
    },
    content: 'three',
  },
  'a file that was replaced by way of hidden names': {
    begin({ begun, moved, stage, hidden }) {
      const aside = hidden.next('old', 'a');
      begun(put(NEW_FILE, aside));
      moved('a', aside);
      stage.place('in/a', 'new');
    },
    content: 'one',
  },
  'a file whose new one had not its name yet': {
    begin({ begun, moved, stage, hidden }) {
      const aside = hidden.next('old', 'a');
      begun(put(NEW_FILE, aside));
      moved('a', aside);
      stage.place(NEW_FILE, 'new');
    },
    content: 'one',
  },
};

test.each(Object.entries(LEFT))(
  'what a killed run left, and the next one has no name for, goes into the trash: %s',
  async (_, { begin, content }) => {
    const it = recovering({ a: 'one', b: 'two', 'd/': '', 'd/c': 'three' }, { keepMs: 86_400_000 });
    begin(it);
    await it.recover();
    const kept = [...it.stage.files.keys()].filter((path) => it.stage.text(path) === content);
    expect(kept).toEqual([expect.stringMatching(/^\.stagesync-trash\/until-[^/]+\/[^/]+p-in~1[ad]/)]);
    expect(it.ledger.intents()).toEqual([]);
    const { heldFiles, heldBytes } = new TrashSizes(it.ledger).report;
    expect([heldFiles, heldBytes]).toEqual([1, content.length]);
    await it.recover();
    expect(it.stage.text(kept[0]!)).toBe(content);
  },
);
