import { describe } from 'vitest';
import { destinationContract } from '../../../src/contract/contract.ts';
import type { Destination } from '../../../src/model/ports.ts';
import {
  createMemoryDestination,
  type MemoryDestination,
} from '../../../src/destinations/memory/memory-destination.ts';
import { describeBroken, type Broken } from './failing-cases.ts';
import { brokenContents } from './broken-contents.ts';
import { brokenMoves } from './broken-moves.ts';
import { withPartialFiles } from './partial-files-in-memory.ts';

const BROKEN: Broken<MemoryDestination> = { ...brokenContents, ...brokenMoves };

describe('a destination', () => {
  describeBroken(BROKEN, (breaks) =>
    destinationContract(() => {
      const memory = withPartialFiles(createMemoryDestination());
      const destination: Destination = { ...memory, ...breaks(memory) };
      return Promise.resolve({ destination, [Symbol.asyncDispose]: () => Promise.resolve() });
    }),
  );
});
